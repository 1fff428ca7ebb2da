"""Models for the tests of the memory sums."""

from typing import Any

from factory_byok.core.facts import Json
from factory_byok.core.units import GIB, Bytes
from factory_byok.sizing.memory.shape import Shape, read_shape


def info(architecture: str = "llama", **values: Any) -> dict[str, Json]:
    """Metadata of a model like Llama 3.1 8B; `attention__head_count=1` sets one key, None drops."""
    told: dict[str, Any] = {
        "block_count": 32,
        "embedding_length": 4096,
        "attention__head_count": 32,
        "attention__head_count_kv": 8,
        "attention__key_length": 128,
        "attention__value_length": 128,
        "feed_forward_length": 14336,
        "vocab_size": 128256,
        "context_length": 131072,
    } | values
    named = {f"{architecture}.{key.replace('__', '.')}": each for key, each in told.items()}
    kept = {key: each for key, each in named.items() if each is not ...}
    return {"general.architecture": architecture, **kept}


def shape(architecture: str = "llama", weights: int = 5 * GIB, **values: Any) -> Shape:
    """A shape like that of Llama 3.1 8B."""
    return read_shape(info(architecture, **values), Bytes(weights))
