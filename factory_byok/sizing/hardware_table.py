"""Factory's hardware table and recommended models, verbatim from its page on Ollama.

docs.factory.ai/cli/byok/ollama:

| Model size | RAM required | VRAM (GPU) |
|---|---|---|
| 3B params | 4GB | 3GB |
| 7B params | 8GB | 6GB |
| 13B params | 16GB | 10GB |
| 30B params | 32GB | 20GB |
| 70B params | 64GB | 40GB |
"""

from dataclasses import dataclass
from typing import Final

from factory_byok.core.units import BILLION, GB, Bytes, Parameters, Tokens


@dataclass(frozen=True, slots=True)
class Row:
    """One row: a model of `parameters` weights needs so many bytes of memory, or on the GPU.

    GB is read as 10^9 bytes, so that what is sold with N GB reaches the row of N.
    """

    size: str
    parameters: Parameters
    memory: Bytes
    gpu_memory: Bytes


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A model that the page recommends, the row that it belongs to and its output limit."""

    model: str
    row: str
    max_output: Tokens


def _row(billions: int, memory: int, gpu_memory: int) -> Row:
    return Row(
        f"{billions}B",
        Parameters(billions * BILLION),
        Bytes(memory * GB),
        Bytes(gpu_memory * GB),
    )


ROWS: Final[tuple[Row, ...]] = (
    _row(3, memory=4, gpu_memory=3),
    _row(7, memory=8, gpu_memory=6),
    _row(13, memory=16, gpu_memory=10),
    _row(30, memory=32, gpu_memory=20),
    _row(70, memory=64, gpu_memory=40),
)

# "Recommended local models", largest first, and the recommended cloud model, on the same page
LOCAL: Final[tuple[Suggestion, ...]] = (
    Suggestion("qwen2.5-coder:32b", "30B", Tokens(16_000)),
    Suggestion("qwen2.5-coder:7b", "7B", Tokens(4_000)),
)
CLOUD: Final = Suggestion("qwen3-coder:480b-cloud", "", Tokens(128_000))


def row(size: str) -> Row:
    """The row of a size such as `30B`. Raises KeyError for a size that has no row."""
    for each in ROWS:
        if each.size == size:
            return each
    raise KeyError(size)
