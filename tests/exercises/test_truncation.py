"""What was cut of a prompt, decoded from the server's count."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from factory_byok.exercises.refusal import message, overflow
from factory_byok.exercises.truncation import Cut, decode, own_signature, was_cut
from tests.doubles.ollama.prompt import kept_tokens
from tests.doubles.ollama.versions import Version
from tests.doubles.recordings import recordings

WINDOWS = (2048, 4096, 8192, 16_384, 32_000, 32_768, 65_536)


@pytest.mark.parametrize(
    ("version", "counted", "window", "signature"),
    [
        ("0.33.0-rc2", 1026, 2048, "half"),  # recordings 20-*/28
        ("0.33.0-rc2", 4098, 8192, "half"),  # Ollama v0.33.0-rc2
        ("0.32.1", 2051, 4096, "half"),  # with a BOS token
        ("0.33.0", 16_387, 32_768, "half"),
        ("0.30.9", 4095, 4096, "less_one"),
        ("0.12.10", 4096, 4096, "whole"),
        ("0.0.0", 1026, 2048, "half"),  # a source build
    ],
)
def test_each_version_has_its_signature(
    version: str, counted: int, window: int, signature: str
) -> None:
    assert decode(version, 60_000, counted) == Cut(60_000, counted, window, signature)


@pytest.mark.parametrize("version", ["0.12.10", "0.30.9", "0.30.11", "0.33.0", "0.0.0"])
@pytest.mark.parametrize("window", WINDOWS)
@pytest.mark.parametrize("head", [4, 5])
def test_the_window_is_found_again_for_every_version(version: str, window: int, head: int) -> None:
    counted = kept_tokens(Version(version), window, head)
    cut = decode(version, 200_000, counted)
    assert cut is not None
    assert cut.window == window


def test_a_claimed_window_that_fits_another_versions_signature_is_believed() -> None:
    cut = decode("0.33.0", 20_000, 4095, claimed=4096)
    assert cut == Cut(20_000, 4095, 4096, "less_one")


def test_a_server_that_is_no_ollama_gives_no_window_by_its_count() -> None:
    assert decode("", 20_000, 4095) == Cut(20_000, 4095)


@given(st.integers(100, 10**6), st.text(max_size=8))
def test_a_prompt_that_arrived_whole_is_never_called_cut(sent: int, version: str) -> None:
    assert decode(version, sent, sent) is None
    assert decode(version, sent, sent + 5) is None


@given(st.text(max_size=12))
def test_any_text_has_a_signature(version: str) -> None:
    assert own_signature(version) in ("whole", "less_one", "half")


def test_an_estimate_that_is_a_little_off_is_no_cut() -> None:
    assert not was_cut(1000, 985)
    assert was_cut(1000, 970)


@pytest.mark.parametrize("number", ["12", "13", "19", "20", "22", "38", "44", "45"])
def test_every_recorded_refusal_is_decoded(number: str) -> None:
    (one,) = [each for each in recordings("20-truncation-num_ctx-2048") if each.name[:2] == number]
    found = overflow(one.reply)
    assert found is not None
    assert found.window == 2048
    assert found.prompt > 2048


@pytest.mark.parametrize("number", ["28", "29", "36", "47", "52", "53"])
def test_every_recorded_cut_gives_the_window(number: str) -> None:
    (one,) = [each for each in recordings("20-truncation-num_ctx-2048") if each.name[:2] == number]
    assert "1026" in one.reply
    cut = decode("0.33.0-rc2", 5238, 1026)
    assert cut is not None
    assert cut.window == 2048


@pytest.mark.parametrize(
    ("said", "window", "prompt"),
    [
        ("This model's maximum context length is 8192 tokens. However, you requested 9000 tokens",
         8192, 9000),
        ("prompt is too long: 212000 tokens > 200000 maximum", 200_000, 212_000),
        ("input length (9000 tokens) exceeds the model's maximum context length (4096 tokens)",
         4096, 9000),
        ("the model is loaded with context length of only 4096 tokens, which is not enough",
         4096, 0),
        ("The input (9300 tokens) is longer than the model's context length (8192 tokens).",
         8192, 9300),
        ("`inputs` tokens + `max_new_tokens` must be <= 8193. Given: 9000 `inputs` tokens",
         8193, 9000),
        ("the request exceeds the available context size. try increasing the context size", 0, 0),
    ],
)  # fmt: skip
def test_other_servers_sentences_are_read(said: str, window: int, prompt: int) -> None:
    found = overflow(json.dumps({"error": {"message": said}}))
    assert found is not None
    assert (found.window, found.prompt) == (window, prompt)


@given(st.text())
def test_a_refusal_of_any_text_is_read_without_a_crash(body: str) -> None:
    overflow(body)
    message(body)
