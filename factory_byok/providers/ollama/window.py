"""The window that Ollama will really give a model, by its own precedence, with the basis."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from factory_byok.core.facts import (
    Gpu,
    Known,
    Loaded,
    Machine,
    Model,
    Reading,
    Server,
    Unknown,
    Window,
)
from factory_byok.core.model_names import same_model
from factory_byok.core.units import GIB, Tokens, show_bytes
from factory_byok.providers.ollama.values import own_window, setting_window, version_number

SETTING: Final = "OLLAMA_CONTEXT_LENGTH"
# server/routes.go: the GPU memory from which Ollama chooses a window by itself
_TIERS: Final = ((47 * GIB, Tokens(262_144)), (23 * GIB, Tokens(32_768)))
WHOEVER: Final = "whoever loaded it"
_LOWEST: Final = Tokens(4_096)
_TIERS_SINCE: Final = (0, 15, 5)


def with_windows(server: Server, computer: Machine | None) -> Server:
    """The server with each model's effective window filled in.

    `computer` is this machine when the server runs on it, else None.
    """
    if isinstance(server.models, Unknown):
        return server
    automatic = default_window(server, computer)
    models = tuple(
        replace(model, window=effective_window(model, server.loaded, automatic))
        for model in server.models.value
    )
    return replace(server, models=Known(models))


def effective_window(
    model: Model, loaded: Reading[tuple[Loaded, ...]], automatic: Reading[Window]
) -> Reading[Window]:
    """The window that the next request will get, by Ollama's own precedence, with its basis.

    A loaded model's is measured; `num_ctx` in the model's file is computed; else `automatic`, what
    the server's setting or its tiers give. Every one ends at the model's longest window.
    """
    if model.remote:
        longest = model.longest_window
        if isinstance(longest, Unknown):
            return longest
        return Known(Window(longest.value, "computed", "the cloud"))
    expected = _expected(model, automatic)
    if isinstance(loaded, Known):
        for each in loaded.value:
            if same_model(each.name, model.name) and isinstance(each.window, Known):
                return Known(_measured(each.window.value, expected))
    return expected


def _measured(tokens: Tokens, expected: Reading[Window]) -> Window:
    """A loaded model's window; who decided it when that is what was to be expected.

    Another window was asked for by the request that loaded it, or came about when memory was short.
    """
    if isinstance(expected, Known) and expected.value.tokens == tokens:
        return Window(tokens, "measured", expected.value.decided_by)
    return Window(tokens, "measured", WHOEVER)


def _expected(model: Model, automatic: Reading[Window]) -> Reading[Window]:
    """The window of a model that is not loaded."""
    own = own_window(model.settings)
    if own is not None:
        return Known(_clamped(Window(own, "computed", "`num_ctx` in the model's file"), model))
    if isinstance(model.told_window, Known):
        told = Window(model.told_window.value, "computed", "the server's forecast")
        return Known(_clamped(told, model))
    return Known(_clamped(automatic.value, model)) if isinstance(automatic, Known) else automatic


def default_window(server: Server, computer: Machine | None) -> Reading[Window]:
    """The window of every model that sets none: what the server tells, its setting, or its tier."""
    if isinstance(server.told_window, Known):
        return Known(Window(server.told_window.value, "computed", "the server's own default"))
    variables, source = _started_with(server)
    value = variables.get(SETTING, "").strip(" \t\"'")
    window = setting_window(value)
    if window is not None:
        return Known(Window(window, "computed", f"{SETTING}={value} in {source}"))
    if computer is None:
        return Unknown("it depends on the settings and GPUs of the server's machine")
    return automatic_window(computer, server.version, variables)


def automatic_window(
    machine: Machine, version: str = "", variables: Mapping[str, str] | None = None
) -> Reading[Window]:
    """What Ollama chooses by itself from the memory of the GPUs that it would use, an assumption.

    server/routes.go at v0.33.0-rc2; later servers are reported with other tiers, so only a loaded
    model proves it. Versions before 0.15.5 always choose 4,096.
    """
    number = version_number(version)
    if number and number < _TIERS_SINCE:
        return Known(Window(_LOWEST, "assumed", f"the default of Ollama {version}"))
    unread = [name for name, reading in machine.gpus.items() if isinstance(reading, Unknown)]
    cards = usable_gpus(machine)
    sizes = [gpu.memory.value for gpu in cards if isinstance(gpu.memory, Known)]
    held_back = setting_window((variables or {}).get("OLLAMA_GPU_OVERHEAD", "")) or 0
    total = sum(max(size - held_back, 0) for size in sizes)
    window = next((tokens for floor, tokens in _TIERS if total >= floor), _LOWEST)
    if (unread or len(sizes) < len(cards)) and window != _TIERS[0][1]:
        return Unknown("it depends on the memory of a GPU that could not be read")
    by = f"for {show_bytes(total)} of GPU memory" if total else "without a GPU"
    return Known(Window(window, "assumed", f"Ollama's automatic choice {by}"))


def usable_gpus(machine: Machine) -> list[Gpu]:
    """The cards that were read and that Ollama would use."""
    readings = [reading.value for reading in machine.gpus.values() if isinstance(reading, Known)]
    return [gpu for gpus in readings for gpu in gpus if not gpu.left_out]


def _started_with(server: Server) -> tuple[Mapping[str, str], str]:
    """The variables that the server was started with, none when unknown, and where they stand."""
    settings = server.settings
    if isinstance(settings, Known) and isinstance(settings.value.variables, Known):
        return settings.value.variables.value, settings.value.source
    return {}, ""


def _clamped(window: Window, model: Model) -> Window:
    """The window, ended at the model's longest."""
    longest = model.longest_window
    if isinstance(longest, Known) and longest.value < window.tokens:
        return Window(longest.value, window.basis, "the model's longest window")
    return window
