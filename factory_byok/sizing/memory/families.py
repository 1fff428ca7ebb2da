"""What only the name of an architecture tells: which layers slide, which ones are recurrent.

Read off the graphs that llama.cpp b10434 plans (GGML_SCHED_DEBUG) and measured with it for every
family that tests/sizing/memory/engine.json holds; the layers that only predict ahead are in
github.com/gpustack/gguf-parser-go issue 32. Families that are in neither place say so in the sums
that need them.
"""

import re
from collections.abc import Mapping
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

# One layer in so many is attention, the others keep a recurrent state.
ATTENTION_EVERY: Final = {"qwen35": 4, "qwen35moe": 4, "qwen3next": 4}

# Only so many first layers keep a cache, where the metadata does not say how many share one.
CACHED_LAYERS: Final = {"gemma3n": 20}

# How the layers of a family work: a line for each trait, with the families that have it.
_TABLE: Final = """
# The metadata tells which layers keep a cache, else all do: the sum is exact and no upper bound.
plain: apertus arcee arctic baichuan bailingmoe bailingmoe2 chatglm codeshell command-r dbrx deci
  deepseek deepseek2 deepseek32 dots1 ernie4_5 ernie4_5-moe exaone falcon falcon-h1 gemma glm-dsa
  glm4 glm4moe gptneox granite granitehybrid granitemoe grok grovemoe hunyuan-dense hunyuan-moe
  hunyuan_vl hy_v3 internlm2 jamba kimi-linear lfm2 lfm2moe llama maincoder mamba mamba2 mellum
  mimo2 minicpm minicpm3 minimax-m2 mistral3 mistral4 mpt nanbeige nemotron nemotron_h
  nemotron_h_moe olmo olmoe orion paddleocr pangu-embedded phi2 phi3 phimoe plamo2 qwen2 qwen2moe
  qwen2vl qwen3 qwen3moe qwen3vl qwen3vlmoe refact seed_oss smollm3 stablelm starcoder starcoder2
  step35 xverse
# These name a sliding window that llama.cpp does not use: every layer keeps the whole window.
window-unused: llama mistral3 phi3 qwen2 qwen2moe qwen3
# Without flash attention, layers that have no attention keep values too.
values-everywhere: deci
# Attention never works in one step: its scores are limited in a way of their own.
no-flash: grok
# No attention of their own where a layer has no heads, but a delta net, Kimi's, or a convolution.
delta: qwen35 qwen35moe qwen3next
kda: kimi-linear
convolution: lfm2 lfm2moe
# A delta net's queries and keys are repeated to as many heads as values have.
repeated: qwen3next
# A layer mixes tokens or feeds forward, never both.
lone: mamba mamba2 nemotron_h nemotron_h_moe
# The query's projection holds a gate too.
gated-query: qwen35 qwen35moe qwen3next
# The gate is projected once the heads are done: as wide as the query, or a number for each head.
late-gate: afmoe muse-glimmer
late-head-gate: laguna step35
# Queries, keys and values come out of one projection; of `fused-normed` each is normed then.
fused-query: bailingmoe2 dbrx falcon gptneox plamo3
fused-normed: bailingmoe2 plamo3
# Queries are used as projected, neither normed nor rotated; in the second, by layers that slide.
unrotated: kimi-linear nemotron_h nemotron_h_moe
full-unrotated: cohere2 cohere2moe llama4 smallthinker
# The feed-forward part has no gate, or gate and rest in one projection.
ungated: apertus arcee bloom codeshell falcon gpt2 gptneox jais mpt nemotron nemotron_h
  nemotron_h_moe phi2 starcoder starcoder2
fused-gate: chatglm glm4 phi3 plamo3
# Gate and rest of all experts in one tensor, as converters write them since 2026.
fused-experts: cohere2moe deepseek2 gemma4 mistral4 qwen35moe qwen3next
# Experts are chosen by what comes into the layer, before attention is projected.
early-route: smallthinker
# Experts get their share of the input, instead of giving their share of the result.
weighed-first: llama4
# An expert is as wide as `feed_forward_length` says, whatever is told of experts alone.
plain-experts: arctic dbrx granite granitehybrid granitemoe hunyuan-moe jamba llama minicpm
  minimax-m2 mistral3 olmoe phimoe refact
# The expert that every token passes, where its width is left out: there is none, it is as wide as
# the dense part, or as one expert; in other families as so many experts as are counted.
shared-told: ernie4_5-moe
shared-dense: hunyuan-moe qwen2moe qwen35moe qwen3next
shared-one: exaone-moe hy_v3 kimi-linear
# Attention and feed-forward work side by side on the same input, or each with a norm of its own.
parallel: cohere2 cohere2moe command-r falcon gptneox phi2 stablelm-parallel
second-norm: falcon gptneox
# The sum goes into attention and feed-forward as it is: norms come after.
no-first-norm: exaone4 olmo2
# The tokens whose logits are asked for are chosen behind the last layer, not inside it.
late-choice: cohere2moe gemma4 gpt-oss hy_v3 nemotron_h nemotron_h_moe qwen35 qwen35moe qwen3next
  step35
# Norms with a mean, which never overwrite what they read.
layer-norm: codeshell cohere2 cohere2moe command-r dbrx falcon gptneox mpt nemotron olmo orion
  phi2 phimoe stablelm starcoder starcoder2
# Four positions for each token, as models that see pictures have.
sections: qwen2vl qwen35 qwen35moe qwen3vl qwen3vlmoe
# A sum takes the place of the sum before it, not of the part that is added; in the second, that
# behind feed-forward alone.
sum-first: jamba lfm2 lfm2moe
second-sum-first: phi3 phimoe
"""
TRAITS: Final[Mapping[str, frozenset[str]]] = {
    name: frozenset(families.split())
    for name, families in re.findall(r"^([a-z-]+):((?: +\S+|\n )+)", _TABLE, re.MULTILINE)
}


def has(family: str, trait: str) -> bool:
    """Whether the layers of a family have a trait of the table. Raises KeyError for another."""
    return family in TRAITS[trait]


def known(architecture: str) -> bool:
    """Whether byok knows how this architecture keeps its cache."""
    return any(
        architecture in rows for rows in (FULL_EVERY, FULL_FIRST, ATTENTION_EVERY, TRAITS["plain"])
    )


# Ollama gives these one slot whatever OLLAMA_NUM_PARALLEL says (server/sched.go, v0.33.0-rc2).
ONE_SLOT: Final = ("qwen35", "qwen3next", "qwen3vl", "lfm2", "nemotron_h", "mllama")


def slots_of(architecture: str, wanted: int) -> int:
    """The slots that Ollama gives a model when so many are wanted."""
    return 1 if architecture.startswith(ONE_SLOT) else wanted
