"""How long and how much an exercise may take, all visible and all to be set."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from factory_byok.core.units import Tokens, go_duration

LOAD: Final = 300.0  # seconds; Ollama's own OLLAMA_LOAD_TIMEOUT default (envconfig/config.go)
FOR_EVER: Final = 24 * 3600.0
# Seconds where a model needs no load: a service, and servers that load before they listen
# (llama-server, vLLM); and where the server did not even tell its models.
LOADED: Final = 90.0
QUIET: Final = 30.0
LOAD_FIRST: Final = ("llama-cpp", "vllm")


@dataclass(frozen=True, slots=True)
class Limits:
    """Deadlines and budgets in seconds, sizes in tokens.

    `load` is for a model that must first be loaded, `answer` for each short request after that.
    `window_tokens` None means enough to prove what droid needs. `window`, `speed` and `tools` bound
    these exercises as wholes. `pause` stands before a second try. The last two
    are where `too_slow` begins; None means its own floor.
    """

    load: float = LOAD
    answer: float = 60.0
    window_tokens: Tokens | None = None
    window: float = 120.0
    speed: float = 60.0
    tools: float = 180.0
    pause: float = 1.0
    slow_first_request: float | None = None
    slow_tokens_per_second: float | None = None

    def patience(self, more: float = 0.0) -> str:
        """How long a load, and `more` seconds, may take; a phrase."""
        no_limit = self.load >= FOR_EVER
        return "it may take long" if no_limit else f"it may take up to {self.load + more:.0f} s"


def load_deadline(env: Mapping[str, str]) -> float:
    """Seconds for a load: OLLAMA_LOAD_TIMEOUT as Ollama reads it, else five minutes.

    A Go duration (`10m`, `1h30m`) or whole seconds; zero and less mean no limit.
    """
    seconds = go_duration(env.get("OLLAMA_LOAD_TIMEOUT", ""))
    if seconds is None:
        return LOAD
    return seconds if seconds > 0 and math.isfinite(seconds) else FOR_EVER
