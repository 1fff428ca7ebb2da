"""What the settings say beside the entries: droid's default model and its compaction limits."""

from typing import Final

from factory_byok.core.droid_facts import Defaults, Json, NamedModel

COMPACTION_MODEL: Final = "compactionModel"  # facts: measured with droid 0.225.2
CURRENT_MODEL: Final = "current-model"  # its value, and droid's default: the conversation's own

# droid moves these top-level keys into `sessionDefaultSettings` when it reads a file.
_MOVED: Final = (
    "model",
    "reasoningEffort",
    "autonomyMode",
    "specModeModel",
    "specModeReasoningEffort",
)


def moved(values: dict[str, Json]) -> dict[str, Json]:
    """The values with the old top-level defaults moved where droid keeps them now."""
    found = {key: values[key] for key in _MOVED if key in values}
    if not found:
        return values
    defaults = values.get("sessionDefaultSettings")
    return values | {
        "sessionDefaultSettings": found | (defaults if isinstance(defaults, dict) else {})
    }


def defaults_of(
    levels: list[tuple[str, dict[str, Json]]],
    compaction_model_file: str = "",
    named: tuple[NamedModel, ...] = (),
) -> Defaults:
    """What all levels say together; the file is the one whose `compactionModel` wins.

    For the default model the nearest project folder wins and the organisation comes last; for
    everything else the organisation wins.
    """
    general = [values for _, values in levels]
    sessions = [values.get("sessionDefaultSettings") for level, values in levels if level != "org"]
    sessions += [values.get("sessionDefaultSettings") for level, values in levels if level == "org"]
    models = [each["model"] for each in sessions if isinstance(each, dict) and "model" in each]
    limits = [
        values["compactionTokenLimit"] for values in general if "compactionTokenLimit" in values
    ]
    compactors = [values[COMPACTION_MODEL] for values in general if COMPACTION_MODEL in values]
    elsewhere = bool(compactors) and compactors[0] not in (CURRENT_MODEL, None)
    return Defaults(
        model=models[0] if models and isinstance(models[0], str) else "",
        compaction=_limit(limits[0]) if limits else None,
        compaction_for=_limits(general),
        compaction_model=str(compactors[0]) if elsewhere else "",
        compaction_model_file=compaction_model_file if elsewhere else "",
        named=named,
        compaction_off=_first(general, "compactionThresholdCheckEnabled") is False,
    )


def _first(general: list[dict[str, Json]], key: str) -> Json:
    """The value of the first level that has the key; None when none has."""
    return next((values[key] for values in general if key in values), None)


def _limits(general: list[dict[str, Json]]) -> dict[str, int]:
    """The limits of single ids, merged key by key; a value that is no object hides those below."""
    merged: dict[str, Json] = {}
    for values in general:
        found = values.get("compactionTokenLimitPerModel", {})
        if not isinstance(found, dict):
            break
        merged = found | merged
    numbers = {key: _limit(value) for key, value in merged.items()}
    return {key: number for key, number in numbers.items() if number is not None}


def _limit(value: Json) -> int | None:
    """A limit in tokens; None for what is no finite number."""
    if isinstance(value, bool) or not isinstance(value, int | float) or value in (1e999, -1e999):
        return None
    return int(value)
