"""Exercise `window`, against a server that cuts as Ollama of each version does."""

import json
from dataclasses import replace
from typing import Any

import pytest

from factory_byok.core.facts import Exercise
from factory_byok.core.units import Tokens
from factory_byok.exercises.needles import Scale, holds, message, scale
from factory_byok.exercises.refusal import Overflow
from factory_byok.exercises.truncation import Cut
from factory_byok.exercises.window import judge
from factory_byok.exercises.window_proof import Proof, _next_size
from tests.doubles.engine import Engine
from tests.doubles.ollama import Ollama
from tests.doubles.ollama.gallery import GALLERY
from tests.doubles.ollama.reply import Reply, go_json
from tests.doubles.ollama.script import Script
from tests.exercises.bench import DIALECTS, ENGINE, SHORT, on, on_ollama

LARGE = replace(GALLERY["smollm2"], longest_window=131_072)
NATIVE = replace(LARGE, route="native", blob="")


def _windowed(ollama: Ollama, **more: Any) -> Exercise:
    (done,) = on_ollama(ollama, "window", **more)
    return done


def _claiming(ollama: Ollama, window: int) -> None:
    """Lets `/api/ps` claim a window that the model does not get."""
    row = {"name": "smollm2:latest", "model": "smollm2:latest", "size": 1, "size_vram": 0}
    ollama.replies["/api/ps"] = Reply(
        200, go_json({"models": [{**row, "digest": "d", "context_length": window}]})
    )


@pytest.mark.outside
@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_window_that_droid_can_use_passes_in_every_dialect(dialect: str) -> None:
    with Ollama([LARGE], env={"OLLAMA_CONTEXT_LENGTH": "40000"}) as ollama:
        done = _windowed(ollama, dialect=dialect)
    assert done.status == "passed"
    assert done.evidence["claimed_window"] == 40_000
    assert 32_000 <= int(str(done.evidence["proven_window"])) <= 32_040
    sent, counted = done.evidence["sent_tokens"], done.evidence["prompt_tokens"]
    assert abs(int(str(sent)) - int(str(counted))) <= 1


@pytest.mark.outside
def test_no_more_is_sent_than_a_window_holds_that_nobody_claims() -> None:
    with Ollama([LARGE], env={"OLLAMA_CONTEXT_LENGTH": "32000"}) as ollama:
        (done,) = on(ollama.url, "window")
    assert done.status == "passed"
    assert done.evidence["claimed_window"] == 0
    assert 31_900 <= int(str(done.evidence["proven_window"])) <= 32_000 - 24


@pytest.mark.outside
def test_exactly_32000_tokens_are_enough() -> None:
    with Ollama([LARGE], env={"OLLAMA_CONTEXT_LENGTH": "32000"}) as ollama:
        done = _windowed(ollama)
    assert done.status == "passed"
    assert done.evidence["claimed_window"] == 32_000


@pytest.mark.outside
def test_an_honest_small_window_is_a_warning_that_says_that_nothing_was_cut() -> None:
    with Ollama(["smollm2"], env={"OLLAMA_CONTEXT_LENGTH": "32000"}) as ollama:
        done = _windowed(ollama)
    assert done.status == "warning"
    assert "8,192" in done.reason
    assert "nothing was cut" in done.reason
    assert 8_000 < int(str(done.evidence["proven_window"])) < 8_192


@pytest.mark.outside
def test_window_tokens_lower_what_is_needed() -> None:
    limits = replace(SHORT, window_tokens=Tokens(8_000))
    with Ollama(["smollm2"], env={"OLLAMA_CONTEXT_LENGTH": "32000"}) as ollama:
        done = _windowed(ollama, limits=limits)
    assert done.status == "passed"


@pytest.mark.outside
@pytest.mark.parametrize(
    ("version", "signature"), [("0.33.0", "half"), ("0.30.10", "less_one"), ("0.12.10", "whole")]
)
@pytest.mark.parametrize("dialect", ["generic-chat-completion-api"])
def test_a_claim_that_is_not_kept_is_said_plainly(
    version: str, signature: str, dialect: str
) -> None:
    with Ollama([LARGE], version=version) as ollama:
        _claiming(ollama, 40_000)
        done = _windowed(ollama, dialect=dialect)
    assert done.status == "warning"
    assert done.evidence["fault"] == "cut"
    assert done.evidence["signature"] == signature
    assert done.evidence["real_window"] == 4096
    assert done.evidence["proven_window"] == 0
    assert "although the server claims 40,000" in done.reason


@pytest.mark.outside
def test_an_old_ollama_that_tells_no_window_is_decoded_by_what_it_cuts() -> None:
    with Ollama([LARGE], version="0.9.6") as ollama:
        done = _windowed(ollama)
    assert done.status == "warning"
    assert done.evidence["claimed_window"] == 0
    assert done.evidence["real_window"] == 4096


@pytest.mark.outside
@pytest.mark.parametrize("dialect", ["generic-chat-completion-api", "anthropic"])
def test_the_native_route_refuses_and_its_numbers_are_read(dialect: str) -> None:
    with Ollama([NATIVE], env={"OLLAMA_CONTEXT_LENGTH": "8192"}) as ollama:
        _claiming(ollama, 40_000)
        done = _windowed(ollama, dialect=dialect)
    assert done.status == "warning"
    assert done.evidence["fault"] == "refused_length"
    assert done.evidence["real_window"] == 8192
    assert 8_000 < int(str(done.evidence["proven_window"])) < 8_192
    assert "although it claims 40,000" in done.reason


@pytest.mark.outside
def test_when_time_is_short_it_passes_with_what_is_proven() -> None:
    slow = replace(LARGE, script=Script(seconds_to_read=0.25))
    with Ollama([slow], env={"OLLAMA_CONTEXT_LENGTH": "40000"}) as ollama:
        done = _windowed(ollama, limits=replace(SHORT, window=0.5))
    assert done.status == "passed"
    assert done.evidence["short_of_time"] is True
    assert "only claimed" in done.reason


@pytest.mark.outside
def test_a_server_without_usage_proves_nothing() -> None:
    body = {"choices": [{"message": {"content": "hi"}, "finish_reason": "stop"}]}
    text = "data: " + json.dumps(
        {"choices": [{"delta": {"content": "hi"}, "finish_reason": "stop"}]}
    )
    reply = Reply(200, f"{text}\n\ndata: [DONE]\n\n".encode(), "text/event-stream")
    assert body
    with Ollama([LARGE]) as ollama:
        ollama.replies["/v1/chat/completions"] = reply
        done = _windowed(ollama)
    assert done.status == "skipped"  # droid works with such a server
    assert "nothing is proven" in done.reason
    assert done.evidence["proven_window"] == 0


@pytest.mark.outside
def test_a_real_engine_refuses_and_its_window_is_proven(engine: Engine) -> None:
    (done,) = on(engine.url, "window", limits=ENGINE)
    assert done.status == "failed"
    assert done.evidence["real_window"] == engine.window
    assert "2,048" in done.reason


@pytest.mark.parametrize(
    ("rate", "proven", "size"),
    [
        (3_000, 0, 32_040),
        (1_000, 0, 32_040),  # 32 s, and no smaller message before it
        (300, 0, 14_400),
        (90, 0, 4_600),
        (60, 0, 3_600),
        (300, 14_000, 0),  # one long message is enough
        (3_000, 14_000, 32_040),  # unless another one costs little
    ],
)
def test_one_long_message_is_sent_as_large_as_time_allows(
    rate: float, proven: int, size: int
) -> None:
    assert _next_size(Proof(32_040, rate=rate, proven=proven), left=120.0) == size


@pytest.mark.parametrize(("rate", "size"), [(380, 5_700), (200, 4_600), (3_000, 32_040)])
def test_a_tiny_model_reads_what_it_reads_quickly(rate: float, size: int) -> None:
    assert _next_size(Proof(32_040, rate=rate, tiny=True), left=120.0) == size


def test_a_scale_tells_tokens_of_any_number_of_sentences() -> None:
    line = scale((4, 104), (40, 608))
    assert line == Scale(48.0, 14.0)
    assert line.tokens(1000) == 14_048
    assert line.sentences(14_048) == 1000
    assert scale((4, 104), (40, 104)) is None


def test_no_two_messages_begin_alike_and_all_weigh_the_same() -> None:
    one, other = message(10), message(10)
    assert one.text[:20] != other.text[:20]
    assert len(one.text) == len(other.text)
    assert holds(f"It is {one.first}.", one.first)
    assert holds(one.first.replace(" ", ""), one.first)


@pytest.mark.parametrize(
    ("proof", "status"),
    [
        (Proof(32_000, claimed=32_064, counted=31_990, proven=31_990), "passed"),
        (Proof(8_128, claimed=8_192, counted=8_100, proven=8_100), "warning"),
        (Proof(8_128, claimed=8_192, counted=700, short_of_time=True), "warning"),
        (Proof(32_000, claimed=40_000, counted=9_000, proven=9_000, short_of_time=True), "passed"),
        (Proof(32_000, claimed=40_000, counted=20_002, cut=Cut(31_900, 20_002, 40_000)), "warning"),
        (Proof(32_000, refusal=Overflow(32_000, 32_010), counted=31_900, proven=31_900), "passed"),
        (Proof(32_000, refusal=Overflow(32_000, 0)), "warning"),
        (Proof(32_000, refusal=Overflow(32_000, 6_599)), "failed"),
        (Proof(32_000, refusal=Overflow(32_000, 6_600)), "warning"),
        (Proof(32_000), "skipped"),
        (Proof(32_000, claimed=4), "warning"),  # nothing can be sent that fits
        (Proof(32_000, a_minute=6_000, counted=700, proven=700), "failed"),
        (Proof(26_936, a_minute=30_000, counted=26_900, proven=26_900), "passed"),
    ],
)
def test_a_proof_is_judged_by_what_was_cut_and_what_is_needed(proof: Proof, status: str) -> None:
    assert judge(proof, 32_000)[0] == status
