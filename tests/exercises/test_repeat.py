"""Several runs as one result."""

from factory_byok.core.facts import Exercise, ExerciseStatus, Json
from factory_byok.exercises.repeat import merged


def _run(seconds: float, tokens: int, status: ExerciseStatus = "passed") -> Exercise:
    reason = "It broke" if status == "failed" else ""
    evidence: dict[str, Json] = {"status": 200, "seconds": seconds, "prompt_tokens": tokens}
    return Exercise("custom:a-0", "m", "chat", status, reason, evidence)


def test_numbers_become_medians_with_their_spread() -> None:
    (one,) = merged([_run(1.0, 10), _run(5.0, 30), _run(2.0, 20)])
    assert one.evidence["seconds"] == 2.0
    assert one.evidence["prompt_tokens"] == 20
    spread = {"seconds": [1.0, 5.0], "prompt_tokens": [10, 30]}
    assert one.evidence["spread"] == spread
    assert (one.evidence["repeats"], one.evidence["failures"]) == (3, 0)


def test_one_failed_run_fails_the_whole_and_says_how_many() -> None:
    (one,) = merged([_run(1.0, 10), _run(9.0, 10, "failed"), _run(2.0, 10)])
    assert one.status == "failed"
    assert one.reason == "It broke (1 of 3 runs)"
    assert one.evidence["seconds"] == 9.0


def test_a_single_run_and_other_exercises_stay_as_they_are() -> None:
    chat, other = _run(1.0, 10), Exercise("custom:b-0", "m", "chat", "passed")
    assert merged([chat, other]) == (chat, other)
