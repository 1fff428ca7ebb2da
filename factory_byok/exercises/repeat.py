"""Several runs of one exercise as one result: medians, and how far the runs lie apart; pure."""

from collections.abc import Iterable, Sequence
from statistics import median

from factory_byok.core.facts import Exercise, Json

_WHOLE_RUN = ("status", "exit_code")  # numbers of which a median means nothing


def merged(results: Iterable[Exercise]) -> tuple[Exercise, ...]:
    """One result for each entry and exercise, in the order in which they first came.

    Numbers become medians, `spread` holds the least and the greatest of each, `repeats` and
    `failures` count the runs. One failed run makes the whole failed, with that run's reason.
    """
    runs: dict[tuple[str, str, str], list[Exercise]] = {}
    for one in results:
        runs.setdefault((one.entry, one.model, one.exercise), []).append(one)
    return tuple(_merge(each) for each in runs.values())


def _merge(runs: Sequence[Exercise]) -> Exercise:
    """The runs of one exercise as one; a single run stays as it is."""
    if len(runs) == 1:
        return runs[0]
    failed = [run for run in runs if run.status == "failed"]
    told = next(iter([*failed, *(run for run in runs if run.status == "passed"), *runs]))
    done = [run for run in runs if run.status == told.status]
    middle: dict[str, Json] = {}
    spread: dict[str, Json] = {}
    for name in told.evidence:
        numbers = [value for run in done if (value := _number(run, name)) is not None]
        if len(numbers) > 1 and name not in _WHOLE_RUN:
            whole = all(isinstance(number, int) for number in numbers)
            middle[name] = round(median(numbers)) if whole else round(median(numbers), 3)
            spread[name] = [min(numbers), max(numbers)]
    evidence: dict[str, Json] = {
        **told.evidence, **middle, "repeats": len(runs), "failures": len(failed), "spread": spread,
    }  # fmt: skip
    reason = told.reason
    if failed and len(failed) < len(runs):
        reason = f"{reason} ({len(failed)} of {len(runs)} runs)"
    return Exercise(told.entry, told.model, told.exercise, told.status, reason, evidence)


def _number(run: Exercise, name: str) -> int | float | None:
    """A number of the evidence."""
    value = run.evidence.get(name)
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None
