"""Values in Ollama's own notation: versions, and whole numbers in variables."""

import math
import re
from collections.abc import Mapping
from typing import Final

from factory_byok.core.units import Tokens, go_duration

KEEP_ALIVE: Final = "OLLAMA_KEEP_ALIVE"
USUAL_KEEP_ALIVE: Final = 300.0  # seconds (envconfig/config.go)


def keep_alive(value: str) -> float:
    """The seconds that OLLAMA_KEEP_ALIVE keeps a model after a use; infinite for a negative one."""
    seconds = go_duration(value)
    if seconds is None:
        return USUAL_KEEP_ALIVE
    return seconds if seconds >= 0 else math.inf


def version_number(version: str) -> tuple[int, ...]:
    """A version's numbers to compare by; () for a source build (`0.0.0`) and what is no version."""
    found = re.match(r"v?(\d+)\.(\d+)(?:\.(\d+))?", version)
    numbers = tuple(int(part or 0) for part in found.groups()) if found else ()
    return numbers if any(numbers) else ()


def setting_window(value: str) -> Tokens | None:
    """The window that a value of OLLAMA_CONTEXT_LENGTH sets; None for one that means automatic.

    Measured: 0, no value, and what is no number all mean automatic. Spaces and quotes around it
    are dropped (envconfig/config.go).
    """
    text = value.strip(" \t\"'")
    window = int(text) if re.fullmatch(r"[0-9]{1,18}", text) else 0
    return Tokens(window) if window > 0 else None


def own_window(settings: Mapping[str, str]) -> Tokens | None:
    """The `num_ctx` that a model's own file sets; Ollama writes large ones with an exponent.

    A negative one loads a window of 4 tokens (measured); 0 is none.
    """
    try:
        window = int(float(settings.get("num_ctx", "0")))
    except (ValueError, OverflowError):
        return None
    return Tokens(max(window, 4)) if window else None
