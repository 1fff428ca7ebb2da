"""The window that Ollama will really give a model, by its own precedence, with the basis."""

from typing import Final

from factory_byok.facts import Gpu, Known, Loaded, Machine, Model, Reading, Unknown, Window
from factory_byok.names import same_model
from factory_byok.units import GIB, Tokens

_TIERS: Final = ((47 * GIB, Tokens(262_144)), (23 * GIB, Tokens(32_768)))
_LOWEST: Final = Tokens(4_096)


def own_window(model: Model) -> Tokens | None:
    """The `num_ctx` of the model's own file; Ollama writes large ones with an exponent."""
    try:
        window = int(float(model.settings.get("num_ctx", "0")))
    except (ValueError, OverflowError):
        return None
    return Tokens(window) if window > 0 else None


def effective_window(
    model: Model, loaded: Reading[tuple[Loaded, ...]], automatic: Reading[Window]
) -> Reading[Window]:
    """The window that the next request will get, by Ollama's own precedence, with its basis.

    A loaded model's is measured; `num_ctx` in the model's file is computed; else `automatic`, what
    the server's setting or its tiers give. Every one ends at the model's longest window.
    """
    if model.remote_host:
        longest = model.longest_window
        if isinstance(longest, Unknown):
            return longest
        return Known(Window(longest.value, "computed", "the cloud"))
    if isinstance(loaded, Known):
        for each in loaded.value:
            if same_model(each.name, model.name) and isinstance(each.window, Known):
                return Known(Window(each.window.value, "measured", "the loaded model"))
    own = own_window(model)
    if own is not None:
        return Known(_clamped(Window(own, "computed", "num_ctx in the model's file"), model))
    return Known(_clamped(automatic.value, model)) if isinstance(automatic, Known) else automatic


def automatic_window(machine: Machine) -> Window:
    """What Ollama chooses by itself from the memory of the GPUs that it would use, an assumption.

    server/routes.go at v0.33.0-rc2; later servers are reported with other tiers, so only a loaded
    model proves it.
    """
    total = sum(gpu.memory.value for gpu in _usable(machine) if isinstance(gpu.memory, Known))
    window = next((tokens for floor, tokens in _TIERS if total >= floor), _LOWEST)
    return Window(window, "assumed", "Ollama's automatic choice")


def _usable(machine: Machine) -> list[Gpu]:
    """The GPUs whose memory was read."""
    readings = [reading.value for reading in machine.gpus.values() if isinstance(reading, Known)]
    return [gpu for gpus in readings for gpu in gpus]


def _clamped(window: Window, model: Model) -> Window:
    """The window, ended at the model's longest."""
    longest = model.longest_window
    if isinstance(longest, Known) and longest.value < window.tokens:
        return Window(longest.value, window.basis, "the model's longest window")
    return window
