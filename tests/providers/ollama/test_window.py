"""The window that Ollama will really give."""

from typing import Any

import pytest

from factory_byok.core.facts import (
    Gpu,
    Known,
    Loaded,
    Machine,
    Model,
    ServerSettings,
    Unknown,
    Window,
)
from factory_byok.core.units import GIB, Bytes, Tokens
from factory_byok.providers.ollama.values import own_window, setting_window, version_number
from factory_byok.providers.ollama.window import automatic_window, with_windows
from tests.builders import a_machine, a_model, a_server

SETTING = "OLLAMA_CONTEXT_LENGTH"


def a_gpu(gib: float, left_out: str = "") -> Gpu:
    return Gpu("card", "nvidia", Known(Bytes(int(gib * GIB))), left_out=left_out)


def a_computer(*gpus: Gpu) -> Machine:
    return a_machine(gpus={"nvidia": Known(gpus)})


def window_of(
    model: Model, computer: Machine | None = None, variables: Any = None, **server: Any
) -> Any:
    settings = Unknown("hidden")
    if variables is not None:
        settings = Known(ServerSettings(Known(variables), "process 812"))  # type: ignore[assignment]
    server = {"loaded": Known(()), "settings": settings, **server}
    filled = with_windows(a_server(model, **server), computer)
    assert isinstance(filled.models, Known)
    found = filled.models.value[0].window
    return found.value if isinstance(found, Known) else found


def test_a_loaded_model_is_measured() -> None:
    loaded = Known((Loaded("qwen3-coder:30b", Bytes(1), Bytes(1), Known(Tokens(65_536))),))
    found = window_of(a_model(), a_computer(), {SETTING: "65536"}, loaded=loaded)
    assert found == Window(Tokens(65_536), "measured", f"{SETTING}=65536 in process 812")
    other = window_of(a_model(), a_computer(), {}, loaded=loaded)
    assert other == Window(Tokens(65_536), "measured", "whoever loaded it")


def test_the_models_file_beats_the_servers_setting() -> None:
    model = a_model(settings={"num_ctx": "65536"})
    found = window_of(model, a_computer(), {SETTING: "8192"})
    assert (found.tokens, found.basis) == (65_536, "computed")


def test_the_servers_setting_beats_its_own_choice() -> None:
    found = window_of(a_model(), a_computer(a_gpu(80)), {SETTING: " '8192' "})
    assert (found.tokens, found.basis) == (8_192, "computed")
    assert "process 812" in found.decided_by


@pytest.mark.parametrize("value", ["", "0", "abc", "-5", "32k"])
def test_a_value_that_is_no_number_means_automatic(value: str) -> None:
    found = window_of(a_model(), a_computer(), {SETTING: value})
    assert (found.tokens, found.basis) == (4_096, "assumed")


def test_every_window_ends_at_the_models_longest() -> None:
    small = a_model(longest_window=Known(Tokens(8_192)))
    found = window_of(small, a_computer(), {SETTING: "32000"})
    assert found == Window(Tokens(8_192), "computed", "the model's longest window")


def test_newer_servers_may_tell_it_themselves() -> None:
    told = window_of(a_model(told_window=Known(Tokens(65_536))), a_computer(), {})
    default = window_of(a_model(), None, told_window=Known(Tokens(65_536)))
    assert (told.tokens, told.basis) == (65_536, "computed")
    assert (default.tokens, default.basis) == (65_536, "computed")


def test_a_server_elsewhere_is_unknown() -> None:
    assert isinstance(window_of(a_model(), None), Unknown)


def test_a_cloud_models_window_is_the_clouds() -> None:
    model = a_model(name="qwen3-coder:480b-cloud", remote_host="https://ollama.com:443")
    assert window_of(model, None).tokens == 262_144


@pytest.mark.parametrize(
    ("gpus", "tokens"),
    [
        ((), 4_096),
        ((22.9,), 4_096),
        ((23,), 32_768),
        ((46.9,), 32_768),
        ((47,), 262_144),
        ((24, 24), 262_144),
    ],
)
def test_the_automatic_tier_follows_the_gpu_memory(gpus: Any, tokens: int) -> None:
    found = automatic_window(a_computer(*map(a_gpu, gpus)), "0.33.0")
    assert isinstance(found, Known)
    assert (found.value.tokens, found.value.basis) == (tokens, "assumed")


def test_cards_that_are_left_out_and_memory_held_back_do_not_count() -> None:
    hidden = automatic_window(a_computer(a_gpu(48, "integrated")), "0.33.0")
    held = automatic_window(a_computer(a_gpu(24)), "0.33.0", {"OLLAMA_GPU_OVERHEAD": str(2 * GIB)})
    assert hidden.value.tokens == held.value.tokens == 4_096


def test_old_versions_have_no_tiers() -> None:
    assert automatic_window(a_computer(a_gpu(80)), "0.15.4").value.tokens == 4_096
    assert automatic_window(a_computer(a_gpu(80)), "0.15.5").value.tokens == 262_144


def test_a_gpu_that_could_not_be_read_leaves_it_unknown_unless_the_rest_is_enough() -> None:
    unread = a_machine(gpus={"nvidia": Unknown("no driver"), "amd": Known(())})
    enough = a_machine(gpus={"nvidia": Known((a_gpu(48),)), "amd": Unknown("closed")})
    assert isinstance(automatic_window(unread, "0.33.0"), Unknown)
    assert isinstance(automatic_window(enough, "0.33.0"), Known)


@pytest.mark.parametrize(
    ("text", "window"),
    [("2048", 2048), ("1.048576e+06", 1_048_576), ("-1", 4), ("0", None), ("x", None), ("", None),
     ("1e999", None)],
)  # fmt: skip
def test_num_ctx_is_read_as_ollama_writes_it(text: str, window: int | None) -> None:
    assert own_window({"num_ctx": text}) == window


def test_versions_compare_by_numbers_and_source_builds_have_none() -> None:
    assert version_number("0.33.0-rc2") == (0, 33, 0)
    assert version_number("v1.2") == (1, 2, 0)
    assert version_number("0.9.10") < version_number("0.10.0")
    assert version_number("0.0.0") == version_number("devel") == ()
    assert setting_window("32_000") is None
