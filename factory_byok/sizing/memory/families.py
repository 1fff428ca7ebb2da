"""What only the name of an architecture tells: which layers slide, which ones are recurrent.

Measured with llama.cpp b10434 for every family that tests/sizing/memory/engine.json holds; the
layers that only predict ahead are in github.com/gpustack/gguf-parser-go issue 32. Families that
are in neither place say so in the sums that need them.
"""

from typing import Final

# One layer in so many attends to the whole window, the last of each group; the others slide.
FULL_EVERY: Final = {
    "afmoe": 4,
    "cohere2": 4,
    "cohere2moe": 4,
    "exaone-moe": 4,
    "exaone4": 4,
    "gemma2": 2,
    "gemma3": 6,
    "gemma3n": 5,
    "gemma4": 6,
    "gpt-oss": 2,
    "llama4": 4,
    "muse-glimmer": 4,
    "olmo2": 4,
    "plamo3": 8,
}

# The same, but the first of each group.
FULL_FIRST: Final = {"laguna": 4, "smallthinker": 4}

# These name a sliding window that llama.cpp does not use: every layer keeps the whole window.
WINDOW_UNUSED: Final = frozenset({"llama", "mistral3", "phi3", "qwen2", "qwen2moe", "qwen3"})

# One layer in so many is attention, the others keep a recurrent state.
ATTENTION_EVERY: Final = {"qwen35": 4, "qwen35moe": 4, "qwen3next": 4}

# Only so many first layers keep a cache, where the metadata does not say how many share one.
CACHED_LAYERS: Final = {"gemma3n": 20}

# Without flash attention, layers that have no attention keep values too.
VALUES_EVERYWHERE: Final = frozenset({"deci"})

# Attention never works in one step: its scores are limited in a way of their own.
NO_FLASH: Final = frozenset({"grok"})

# The metadata tells which layers keep a cache, else all do: the sum is exact and no upper bound.
_PLAIN: Final = """
apertus arcee arctic baichuan bailingmoe bailingmoe2 chatglm codeshell command-r dbrx deci
deepseek deepseek2 deepseek32 dots1 ernie4_5 ernie4_5-moe exaone falcon falcon-h1 gemma
glm-dsa glm4 glm4moe gptneox granite granitehybrid granitemoe grok grovemoe hunyuan-dense
hunyuan-moe hunyuan_vl hy_v3 internlm2 jamba kimi-linear lfm2 lfm2moe llama maincoder mamba
mamba2 mellum mimo2 minicpm minicpm3 minimax-m2 mistral3 mistral4 mpt nanbeige nemotron
nemotron_h nemotron_h_moe olmo olmoe orion paddleocr pangu-embedded phi2 phi3 phimoe qwen2
qwen2moe qwen2vl qwen3 qwen3moe qwen3vl qwen3vlmoe refact seed_oss smollm3 stablelm starcoder
starcoder2 step35 xverse plamo2
"""
PLAIN: Final = frozenset(_PLAIN.split())


def known(architecture: str) -> bool:
    """Whether byok knows how this architecture keeps its cache."""
    return any(architecture in rows for rows in (FULL_EVERY, FULL_FIRST, ATTENTION_EVERY, PLAIN))


# --- how a family's layers compute ---------------------------------------------------------------
# Read off the graphs that llama.cpp b10434 plans for these architectures (GGML_SCHED_DEBUG).

# No attention of their own where a layer has no heads, but a delta net, Kimi's, or a convolution.
DELTA: Final = frozenset({"qwen3next", "qwen35", "qwen35moe"})
REPEATED: Final = frozenset({"qwen3next"})  # as many query and key heads as value heads
KDA: Final = frozenset({"kimi-linear"})
CONVOLUTION: Final = frozenset({"lfm2", "lfm2moe"})

# A layer mixes tokens or feeds forward, never both.
LONE_FEED_FORWARD: Final = frozenset({"mamba", "mamba2", "nemotron_h", "nemotron_h_moe"})

# The query's projection holds a gate too; or the gate is projected once the heads are done.
GATED_QUERY: Final = DELTA
LATE_GATE: Final = frozenset({"afmoe", "muse-glimmer"})
LATE_HEAD_GATE: Final = frozenset({"laguna", "step35"})  # one number for each head

# Queries, keys and values come out of one projection; whether what is taken of it is normed.
FUSED_QUERY: Final = {
    "bailingmoe2": True,
    "dbrx": False,
    "falcon": False,
    "gptneox": False,
    "plamo3": True,
}

# Queries are used as they are projected, neither normed nor rotated.
NO_ROTATION: Final = frozenset({"kimi-linear", "nemotron_h", "nemotron_h_moe"})

# The feed-forward part has no gate, or gate and rest in one projection.
UNGATED: Final = frozenset(
    {
        "apertus",
        "arcee",
        "bloom",
        "codeshell",
        "falcon",
        "gpt2",
        "gptneox",
        "jais",
        "mpt",
        "nemotron",
        "nemotron_h",
        "nemotron_h_moe",
        "phi2",
        "starcoder",
        "starcoder2",
    }
)
FUSED_GATE: Final = frozenset({"chatglm", "glm4", "phi3", "plamo3"})

# Gate and rest of all experts in one tensor, as converters write them since 2026.
FUSED_EXPERTS: Final = frozenset(
    {"cohere2moe", "deepseek2", "gemma4", "mistral4", "qwen35moe", "qwen3next"}
)

# Experts are chosen by what comes into the layer, before attention is projected.
EARLY_ROUTE: Final = frozenset({"smallthinker"})

# Experts get their share of the input, instead of giving their share of the result.
WEIGHED_FIRST: Final = frozenset({"llama4"})

# An expert is as wide as `feed_forward_length` says, whatever is told of experts alone.
PLAIN_EXPERTS: Final = frozenset(
    {"arctic", "dbrx", "granite", "granitehybrid", "granitemoe", "hunyuan-moe", "jamba", "llama"}
    | {"minicpm", "minimax-m2", "mistral3", "olmoe", "phimoe", "refact"}
)

# The width of the expert that every token passes, where the metadata leaves it out: none, that of
# the dense part, or that of one expert; in other families that of so many experts as are counted.
SHARED_TOLD: Final = frozenset({"ernie4_5-moe"})
SHARED_DENSE: Final = frozenset({"hunyuan-moe", "qwen2moe", "qwen35moe", "qwen3next"})
SHARED_ONE: Final = frozenset({"exaone-moe", "hy_v3", "kimi-linear"})

# Attention and feed-forward work side by side on the same input.
PARALLEL: Final = frozenset(
    {"cohere2", "cohere2moe", "command-r", "falcon", "gptneox", "phi2", "stablelm-parallel"}
)
SECOND_NORM: Final = frozenset({"falcon", "gptneox"})  # for each of the two

# The sum goes into attention and feed-forward as it is: norms come after.
NO_FIRST_NORM: Final = frozenset({"exaone4", "olmo2"})

# The tokens whose logits are asked for are chosen behind the last layer, not inside it.
LATE_CHOICE: Final = frozenset(
    {"cohere2moe", "hy_v3", "nemotron_h", "nemotron_h_moe", "qwen35", "qwen35moe", "qwen3next"}
    | {"gemma4", "gpt-oss", "step35"}
)

# Norms with a mean, which never overwrite what they read.
LAYER_NORM: Final = frozenset(
    {
        "cohere2",
        "cohere2moe",
        "command-r",
        "codeshell",
        "dbrx",
        "falcon",
        "gptneox",
        "mpt",
        "nemotron",
        "olmo",
        "orion",
        "phi2",
        "phimoe",
        "stablelm",
        "starcoder",
        "starcoder2",
    }
)

# Four positions for each token, as models that see pictures have.
SECTIONS: Final = frozenset({"qwen2vl", "qwen35", "qwen35moe", "qwen3vl", "qwen3vlmoe"})

# A sum takes the place of the sum before it, not of the part that is added.
SUM_FIRST: Final = frozenset({"jamba", "lfm2", "lfm2moe"})
SECOND_SUM_FIRST: Final = frozenset({"phi3", "phimoe"})  # that behind feed-forward alone

# Only layers that slide rotate their queries.
FULL_UNROTATED: Final = frozenset({"cohere2", "cohere2moe", "llama4", "smallthinker"})

# Ollama gives these one slot whatever OLLAMA_NUM_PARALLEL says (server/sched.go, v0.33.0-rc2).
ONE_SLOT: Final = ("qwen35", "qwen3next", "qwen3vl", "lfm2", "nemotron_h", "mllama")


def slots_of(architecture: str, wanted: int) -> int:
    """The slots that Ollama gives a model when so many are wanted."""
    return 1 if architecture.startswith(ONE_SLOT) else wanted
