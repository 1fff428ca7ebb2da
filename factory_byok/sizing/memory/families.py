"""What only the name of an architecture tells: which layers slide, which ones are recurrent.

Sources: gemma3, gpt-oss and qwen35 were measured with llama-server b10434
(tests/memory/buffers.json); gemma3n and the layers that only predict ahead are in
github.com/gpustack/gguf-parser-go issue 32, phi3 in github.com/ggml-org/llama.cpp pull 13676. The
other rows are what is known of llama.cpp's models (`set_swa_pattern`) and were not measured.
"""

from typing import Final

# One layer in so many attends to the whole window, the last of each group; the others slide.
FULL_EVERY: Final = {
    "afmoe": 4,
    "cohere2": 4,
    "exaone4": 4,
    "gemma2": 2,
    "gemma3": 6,
    "gemma3n": 5,
    "gemma4": 6,
    "gpt-oss": 2,
    "gptoss": 2,
    "llama4": 4,
    "olmo2": 4,
}

# These name a sliding window that llama.cpp does not use: every layer keeps the whole window.
WINDOW_UNUSED: Final = frozenset({"llama", "mistral3", "phi3", "qwen2", "qwen2moe", "qwen3"})

# One layer in so many is attention, the others keep a recurrent state.
ATTENTION_EVERY: Final = {"qwen35": 4, "qwen35moe": 4, "qwen3next": 4}

# Only so many first layers keep a cache, where the metadata does not say how many share one.
CACHED_LAYERS: Final = {"gemma3n": 20}

# Plain attention in every layer: a cache of all layers is exact and no upper bound.
PLAIN: Final = frozenset(
    {
        "command-r",
        "deepseek2",
        "gemma",
        "glm4",
        "glm4moe",
        "granite",
        "granitemoe",
        "llama",
        "minimax-m2",
        "mistral3",
        "phi2",
        "phi3",
        "qwen2",
        "qwen2moe",
        "qwen2vl",
        "qwen3",
        "qwen3moe",
        "qwen3vl",
        "qwen3vlmoe",
        "seed_oss",
        "starcoder2",
    }
)


def known(architecture: str) -> bool:
    """Whether byok knows how this architecture keeps its cache."""
    return any(architecture in rows for rows in (FULL_EVERY, ATTENTION_EVERY, PLAIN))
