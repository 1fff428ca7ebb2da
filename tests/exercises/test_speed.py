"""Exercise `speed` and what it projects."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from factory_byok.exercises.conversation import Answer
from factory_byok.exercises.exchange import Exchange
from factory_byok.exercises.projection import ANSWER, FIRST_REQUEST, Pace, project
from factory_byok.exercises.runner import cost, exercises
from factory_byok.exercises.session import pace
from tests.doubles.faults import fault
from tests.doubles.ollama import Ollama
from tests.doubles.ollama.gallery import GALLERY
from tests.doubles.ollama.reply import Reply
from tests.doubles.ollama.routes import route
from tests.doubles.ollama.script import Script
from tests.exercises.bench import SHORT, a_session, an_aim, on, on_ollama, seen


def test_reading_is_projected_along_the_line_through_what_was_measured() -> None:
    found = project(Pace(((100, 1.0), (600, 6.0), (1_100, 11.0)), 10.0, 50))
    assert found.per_token == pytest.approx(0.01)
    assert found.first_request == pytest.approx(11.0 + (FIRST_REQUEST - 1_100) * 0.01)
    assert found.answer == pytest.approx(ANSWER / 10.0)
    assert found.basis == "computed"


def test_a_whole_request_and_a_whole_answer_are_measured() -> None:
    found = project(Pace(((100, 0.1), (600, 0.2), (FIRST_REQUEST - 20, 3.0)), 40.0, 200))
    assert found.basis == "measured"
    assert found.first_request == pytest.approx(3.0, abs=0.1)


@given(
    st.lists(st.tuples(st.integers(1, 20_000), st.floats(0.0, 900.0)), min_size=1, max_size=3),
    st.one_of(st.none(), st.floats(0.01, 1e4)),
)
def test_any_measurement_gives_times_that_are_not_negative(
    prompts: list[tuple[int, float]], writing: float | None
) -> None:
    found = project(Pace(tuple(sorted(prompts)), writing, 10))
    assert found.first_request >= 0
    assert found.per_token > 0


@pytest.mark.outside
@pytest.mark.parametrize(("cheap", "least", "most"), [(False, 30_000, 40_000), (True, 0, 9_000)])
def test_a_hosted_entry_gets_one_request_of_droids_size_unless_it_is_to_be_cheap(
    cheap: bool, least: int, most: int
) -> None:
    with Ollama(["smollm2-tools"]) as ollama:
        session = a_session(an_aim(ollama.url, model="smollm2-tools"))
        session.hosted, session.cheap = True, cheap
        *_, speed = exercises(session, ("chat", "stream", "tools", "speed"))
        sizes = sorted(len(seen.body) for seen in ollama.requests if seen.method == "POST")
    assert least < sizes[-1] < most
    assert sizes[-2] < 9_000
    assert speed.evidence["whole_request"] is not cheap
    assert ("a request of its size is taken was not tried" in speed.reason) is cheap


def test_the_cost_is_said_before_and_what_cheap_leaves_unproven() -> None:
    names = ("chat", "stream", "tools", "speed")
    assert "about 11,500 tokens" in cost(names, cheap=False)
    assert "`--cheap` leaves out droid's first request of 8,800" in cost(names, cheap=False)
    assert "stays unproven" in cost(names, cheap=True)
    assert "--cheap" not in cost(("chat",), cheap=False)


@pytest.mark.outside
def test_a_slow_writer_is_measured_and_the_pace_is_right() -> None:
    script = Script(text=" word" * 300, seconds_per_piece=0.02)
    with Ollama([replace(GALLERY["smollm2"], script=script)]) as ollama:
        (done,) = on_ollama(ollama, "speed")
    assert done.status == "passed"
    assert 30 < float(str(done.evidence["tokens_per_second"])) < 60
    assert done.evidence["first_request_tokens"] == FIRST_REQUEST
    assert "cold_first_token_seconds" in done.evidence


@pytest.mark.outside
def test_slowness_never_fails_it_but_a_refusal_does() -> None:
    with fault("error_403") as url:
        (done,) = on(url, "speed", limits=SHORT)
    assert done.status == "failed"
    assert "403" in done.reason


@pytest.mark.outside
def test_the_window_and_the_stream_are_measured_once_for_speed_as_well() -> None:
    large = replace(GALLERY["smollm2"], longest_window=131_072)
    with Ollama([large], env={"OLLAMA_CONTEXT_LENGTH": "40000"}) as ollama:
        *_, speed = on_ollama(ollama, "stream", "window", "speed")
        sizes = [len(seen.body) for seen in ollama.requests if "/v1/" in seen.path]
    assert speed.status == "passed"
    assert sum(size > 20_000 for size in sizes) <= 3  # no measuring prompts of speed's own


@pytest.mark.outside
@pytest.mark.parametrize(
    ("refused", "status", "patience"), [(True, "failed", 10.0), (False, "passed", 0.3)]
)
def test_a_request_that_takes_long_is_only_begun_and_its_refusal_is_seen(
    refused: bool, status: str, patience: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("factory_byok.exercises.session.PEEK", patience)
    limits, told = replace(SHORT, speed=0.4), list[str]()
    with Ollama([replace(GALLERY["smollm2"], script=Script(seconds_to_read=0.6))]) as ollama:
        session = a_session(an_aim(ollama.url), limits, seen(ollama))
        session.say, session.writing = told.append, (20.0, 100)
        if refused:
            refusal = Reply(400, b'{"error":{"message":"the request is too large"}}')
            ollama.replies["/v1/chat/completions"] = lambda asked: (
                refusal if len(asked.body) > 30_000 else route(ollama._table(), asked)
            )
        (done,) = exercises(session, ("speed",))
    assert done.status == status
    assert "Looking whether the server takes droid's first request" in told[-1]
    assert "fault" in done.evidence or done.evidence["whole_request"] is False


@pytest.mark.outside
def test_a_model_that_dies_of_a_story_fails() -> None:
    dying = replace(
        GALLERY["smollm2"], capabilities=("completion", "tools"), script=Script(dies_after=5)
    )
    with Ollama([dying], env={"OLLAMA_CONTEXT_LENGTH": "8192"}) as ollama:
        (done,) = on_ollama(ollama, "speed")
    assert (done.status, done.evidence["fault"]) == ("failed", "abandoned")


def test_what_comes_in_one_burst_tells_no_pace() -> None:
    burst = Exchange(Answer("x", completion_tokens=5_000), None, 200, 1.0, 1.0, 1.05, 40)
    assert pace(burst) is None
    assert pace(replace(burst, last_token_seconds=2.0)) == 4_999.0
