"""Model names by Ollama's grammar."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from factory_byok.core.model_names import (
    derived_from,
    is_cloud,
    parameters_in,
    parse_name,
    same_model,
    title,
    with_window,
)


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("qwen3", ("registry.ollama.ai", "library", "qwen3", "latest")),
        ("qwen2.5-coder:32b", ("registry.ollama.ai", "library", "qwen2.5-coder", "32b")),
        ("mattw/moe:8x7b", ("registry.ollama.ai", "mattw", "moe", "8x7b")),
        ("hf.co/bartowski/Qwen3-GGUF:Q4_K_M", ("hf.co", "bartowski", "Qwen3-GGUF", "Q4_K_M")),
        ("localhost:5000/team/m:1", ("localhost:5000", "team", "m", "1")),
        ("https://registry.example/team/m", ("registry.example", "team", "m", "latest")),
        ("_x:_1", ("registry.ollama.ai", "library", "_x", "_1")),
        ("gpt-oss:20b:local", ("registry.ollama.ai", "library", "gpt-oss", "20b")),
        ("gpt-oss:20b:cloud", ("registry.ollama.ai", "library", "gpt-oss", "20b-cloud")),
        (f"m:{'a' * 80}", ("registry.ollama.ai", "library", "m", "a" * 80)),
    ],
)
def test_a_name_has_four_parts(name: str, parts: tuple[str, ...]) -> None:
    parsed = parse_name(name)
    assert parsed is not None
    assert parsed[:4] == parts


@pytest.mark.parametrize(
    "name",
    [
        "", " ", "-m", ".m", "m:", ":1", "a b", "m:1:2", "dots.in/a.b/m:", "n.s/m", "a/b/c/d",
        f"m:{'a' * 81}", f"{'m' * 81}", "m:1@sha256:ab", "ü", "m\n", "m:480b-cloud:local",
    ],
)  # fmt: skip
def test_what_ollama_refuses_is_no_name(name: str) -> None:
    assert parse_name(name) is None


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("qwen3", "qwen3:latest", True),
        ("Qwen3:8B", "qwen3:8b", True),
        ("library/qwen3", "qwen3", True),
        ("registry.ollama.ai/library/qwen3", "qwen3", True),
        ("gpt-oss:20b:local", "gpt-oss:20b", True),
        ("gpt-oss:20b", "gpt-oss:20b-cloud", False),
        ("hf.co/a/b:Q4_K_M", "a/b:Q4_K_M", False),
        ("a model", "a model", True),
        ("a model", "A model", False),
    ],
)
def test_two_names_mean_one_model_by_ollamas_rules(one: str, other: str, same: bool) -> None:
    assert same_model(one, other) is same


@pytest.mark.parametrize(
    ("name", "cloud"),
    [
        ("qwen3-coder:480b-cloud", True),
        ("gpt-oss:cloud", True),
        ("gpt-oss:20b:cloud", True),
        ("kimi-k2:1T-CLOUD", True),
        ("cloud", False),
        ("my-cloud", False),
        ("my-cloud:7b", False),
        ("m:cloudy", False),
        ("team/cloud:1b", False),
    ],
)
def test_a_cloud_model_is_known_by_its_tag(name: str, cloud: bool) -> None:
    assert is_cloud(name) is cloud


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("qwen3", "qwen3:latest"),
        ("library/qwen3:8b", "qwen3:8b"),
        ("team/m", "team/m:latest"),
        ("hf.co/a/b:Q4_K_M", "hf.co/a/b:Q4_K_M"),
    ],
)
def test_a_name_is_shown_as_ollama_list_shows_it(name: str, shown: str) -> None:
    parsed = parse_name(name)
    assert parsed is not None
    assert parsed.shown() == shown


@pytest.mark.parametrize(
    ("name", "copy"),
    [
        ("qwen2.5-coder:32b", "qwen2.5-coder:32b-ctx32768"),
        ("qwen3", "qwen3:latest-ctx32768"),
        ("qwen3:8b-ctx8192", "qwen3:8b-ctx32768"),
        ("hf.co/a/b:Q4_K_M", "hf.co/a/b:Q4_K_M-ctx32768"),
    ],
)
def test_a_copy_with_its_own_window_says_so_in_its_tag(name: str, copy: str) -> None:
    assert with_window(name, 32_768) == copy
    assert derived_from(copy)[1] == "32768"
    assert derived_from(name) == ("", "") or "ctx" in name


@given(st.from_regex(r"[a-z0-9_][a-z0-9_.-]{0,79}(:[a-z0-9_][a-z0-9_.-]{0,79})?", fullmatch=True))
def test_every_copys_name_is_a_name_again(name: str) -> None:
    if parse_name(name) is not None:
        assert parse_name(with_window(name, 131_072)) is not None


@given(st.text(max_size=120))
def test_no_text_breaks_the_readers_of_names(text: str) -> None:
    parse_name(text)
    is_cloud(text)
    parameters_in(text)
    title(text, remote=True)
    title(text, remote=False)
    assert same_model(text, text)


@pytest.mark.parametrize(
    ("name", "billions"),
    [
        ("qwen2.5-coder:32b", 32), ("mixtral:8x7b", 56), ("qwen3:30b-a3b", 30),
        ("gemma3:270m", 0.27), ("qwen3-coder:480b-cloud", 480), ("gemma3n:e4b", 4), ("llama", None),
    ],
)  # fmt: skip
def test_parameters_are_read_from_a_name(name: str, billions: float | None) -> None:
    found = parameters_in(name)
    assert found == (None if billions is None else round(billions * 10**9))


@pytest.mark.parametrize(
    ("name", "remote", "shown"),
    [
        ("qwen2.5-coder:32b", False, "Qwen 2.5 Coder 32B [Local]"),
        ("qwen2.5-coder:7b", False, "Qwen 2.5 Coder 7B [Local]"),
        ("qwen3-coder:480b-cloud", True, "qwen3-coder [Online]"),
        ("qwen3", False, "Qwen 3 [Local]"),
    ],
)
def test_titles_are_those_of_factorys_page(name: str, remote: bool, shown: str) -> None:
    assert title(name, remote=remote) == shown
