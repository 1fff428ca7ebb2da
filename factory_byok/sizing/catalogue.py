"""A small catalogue of the models that people use for coding agents on Ollama.

Compiled in November 2026 from what is publicly known of each model's `config.json`
(huggingface.co) and of the library's pages (ollama.com/library/NAME/tags), without reaching either
at the time: sizes are in megabytes of 10^6 and good to about 1 %. Two tests hold every row
against itself, its shape against its parameters and its sizes against the bits per weight.
Widths of qwen3.5 were also compared with GGUF headers in public logs
(github.com/ggml-org/llama.cpp pulls 22546 and 22673, github.com/ollama/ollama pull 16031).
Models whose shape was not certain are left out (gemma4, glm-4.x, granite4, devstral-small-2,
nemotron): better no row than a guess. A server's own answer always goes before this table.
Least certain: the longest window of mistral-nemo (its maker says 128k, some copies of its file
1,024,000), the tool support of deepseek-r1's distilled sizes (marked ?), the sizes of qwen3.5.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

from factory_byok.core.facts import Basis, Json
from factory_byok.core.model_names import (
    DEFAULT_HOST,
    DEFAULT_NAMESPACE,
    DEFAULT_TAG,
    parameters_in,
)
from factory_byok.core.model_names import parse_name as parse
from factory_byok.core.units import Bytes, Parameters
from factory_byok.sizing.memory import Shape, guessed_shape, read_shape

DATE: Final = "2026-11"
MB: Final = 10**6

# Columns: name (`*`: what the bare name gives), architecture, layers, width, heads as
# queries/keys/length, feed-forward width, vocabulary, longest window, parameters in millions, sizes
# in MB by quantization (the bare tag's first), tools (yes, no, ?, or `text` where calls come back
# as text although Ollama offers them, github.com/ollama/ollama/issues/12174); then what few models
# have: experts all/used/width, sliding window, a delta net's inner width, a value's own length.
ROWS: Final = """
codestral:22b*          llama    56 6144 48/8/128  16384 32768  32768  22247  q4_0=12569              no
deepseek-coder-v2:16b*  deepseek2 27 2048 16/16/192 10944 102400 163840 15706 q4_0=8905 no experts=64/6/1408 value=128 latent=512
deepseek-r1:1.5b        qwen2    28 1536 12/2/128  8960  151936 131072 1777   q4_k_m=1117             ?
deepseek-r1:7b          qwen2    28 3584 28/4/128  18944 152064 131072 7616   q4_k_m=4683             ?
deepseek-r1:8b*         qwen3    36 4096 32/8/128  12288 151936 131072 8191   q4_k_m=5225             yes
deepseek-r1:14b         qwen2    48 5120 40/8/128  13824 152064 131072 14770  q4_k_m=8988             ?
deepseek-r1:32b         qwen2    64 5120 40/8/128  27648 152064 131072 32764  q4_k_m=19851            ?
deepseek-r1:70b         llama    80 8192 64/8/128  28672 128256 131072 70554  q4_k_m=42520            ?
devstral:24b*           llama    40 5120 32/8/128  32768 131072 131072 23572  q4_k_m=14334,q8_0=25055 yes
gemma3:270m             gemma3   18 640  4/1/256   2048  262144 32768  268    q8_0=292                no  window=512
gemma3:1b               gemma3   26 1152 4/1/256   6912  262144 32768  1000   q4_k_m=815              no  window=512
gemma3:4b*              gemma3   34 2560 8/4/256   10240 262144 131072 4300   q4_k_m=3339             no  window=1024
gemma3:12b              gemma3   48 3840 16/8/256  15360 262144 131072 12187  q4_k_m=8149             no  window=1024
gemma3:27b              gemma3   62 5376 32/16/128 21504 262144 131072 27432  q4_k_m=17396            no  window=1024
gpt-oss:20b*            gptoss   24 2880 64/8/64   2880  201088 131072 20915  mxfp4=13780             yes experts=32/4/2880 window=128
gpt-oss:120b            gptoss   36 2880 64/8/64   2880  201088 131072 116829 mxfp4=65370             yes experts=128/4/2880 window=128
granite3.3:2b           granite  40 2048 32/8/64   8192  49159  131072 2534   q4_k_m=1545             yes
granite3.3:8b*          granite  40 4096 32/8/128  12800 49159  131072 8171   q4_k_m=4943             yes
llama3.1:8b*            llama    32 4096 32/8/128  14336 128256 131072 8030   q4_k_m=4921,q8_0=8541   yes
llama3.1:70b            llama    80 8192 64/8/128  28672 128256 131072 70554  q4_k_m=42520,q8_0=74975 yes
llama3.2:1b             llama    16 2048 32/8/64   8192  128256 131072 1236   q8_0=1321               yes
llama3.2:3b*            llama    28 3072 24/8/128  8192  128256 131072 3213   q4_k_m=2019,q8_0=3422   yes
llama3.3:70b*           llama    80 8192 64/8/128  28672 128256 131072 70554  q4_k_m=42520,q8_0=74975 yes
magistral:24b*          llama    40 5120 32/8/128  32768 131072 40960  23572  q4_k_m=14334            yes
mistral:7b*             llama    32 4096 32/8/128  14336 32768  32768  7248   q4_k_m=4372             yes
mistral-nemo:12b*       llama    40 5120 32/8/128  14336 131072 131072 12248  q4_0=7072               yes
mistral-small:22b       llama    56 6144 48/8/128  16384 32768  131072 22247  q4_0=12569              yes
mistral-small:24b*      llama    40 5120 32/8/128  32768 131072 32768  23572  q4_k_m=14334            yes
mistral-small3.1:24b*   mistral3 40 5120 32/8/128  32768 131072 131072 24011  q4_k_m=15487            yes
mistral-small3.2:24b*   mistral3 40 5120 32/8/128  32768 131072 131072 24011  q4_k_m=15177            yes
phi4:14b*               phi3     40 5120 40/10/128 17920 100352 16384  14660  q4_k_m=9053             no
qwen2.5:7b*             qwen2    28 3584 28/4/128  18944 152064 32768  7616   q4_k_m=4683             yes
qwen2.5:14b             qwen2    48 5120 40/8/128  13824 152064 32768  14770  q4_k_m=8988             yes
qwen2.5:32b             qwen2    64 5120 40/8/128  27648 152064 32768  32764  q4_k_m=19851            yes
qwen2.5:72b             qwen2    80 8192 64/8/128  29568 152064 32768  72706  q4_k_m=47415            yes
qwen2.5-coder:0.5b      qwen2    24 896  14/2/64   4864  151936 32768  494    q4_k_m=398,q8_0=531     text
qwen2.5-coder:1.5b      qwen2    28 1536 12/2/128  8960  151936 32768  1544   q4_k_m=986,q8_0=1647    text
qwen2.5-coder:3b        qwen2    36 2048 16/2/128  11008 151936 32768  3086   q4_k_m=1930,q8_0=3285   text
qwen2.5-coder:7b*       qwen2    28 3584 28/4/128  18944 152064 32768  7616   q4_k_m=4683,q8_0=8099   text
qwen2.5-coder:14b       qwen2    48 5120 40/8/128  13824 152064 32768  14770  q4_k_m=8988,q8_0=15702  text
qwen2.5-coder:32b       qwen2    64 5120 40/8/128  27648 152064 32768  32764  q4_k_m=19851,q8_0=34821 text
qwen3:0.6b              qwen3    28 1024 16/8/128  3072  151936 40960  752    q4_k_m=523              yes
qwen3:1.7b              qwen3    28 2048 16/8/128  6144  151936 40960  2032   q4_k_m=1359             yes
qwen3:4b                qwen3    36 2560 32/8/128  9728  151936 262144 4022   q4_k_m=2497             yes
qwen3:8b*               qwen3    36 4096 32/8/128  12288 151936 40960  8191   q4_k_m=5225             yes
qwen3:14b               qwen3    40 5120 40/8/128  17408 151936 40960  14768  q4_k_m=9276             yes
qwen3:30b               qwen3moe 48 2048 32/4/128  6144  151936 262144 30532  q4_k_m=18557            yes experts=128/8/768
qwen3:32b               qwen3    64 5120 64/8/128  25600 151936 40960  32762  q4_k_m=20201            yes
qwen3-coder:30b*        qwen3moe 48 2048 32/4/128  5472  151936 262144 30532  q4_k_m=18557,q8_0=32484 yes experts=128/8/768
qwen3-coder:480b        qwen3moe 62 6144 96/8/128  8192  151936 262144 480155 q4_k_m=290000           yes experts=160/8/2560
qwen3.5:9b*             qwen35   32 4096 16/4/256  12288 248320 262144 9653   q4_k_m=6594             yes delta=4096
qwen3.5:27b             qwen35   64 5120 24/4/256  17408 248320 262144 27781  q4_k_m=17421            yes delta=6144
qwen3.5:35b             qwen35moe 40 2048 16/2/256 512 248320 262144 35952 q4_k_m=23869 yes experts=256/8/512 delta=4096
"""  # noqa: E501 - a table is read by its columns

# Bits per weight, as in llama.cpp's table for Llama 3.1 8B (tools/quantize/README.md), written down
# without looking it up again; mxfp4 by gpt-oss:120b, whose attention is finer.
BITS: Final[Mapping[str, float]] = {
    "q2_k": 3.16,
    "q3_k_s": 3.64,
    "q3_k_m": 4.00,
    "q3_k_l": 4.30,
    "iq4_xs": 4.46,
    "q4_0": 4.66,
    "q4_k_s": 4.67,
    "q4_k_m": 4.89,
    "q4_1": 5.13,
    "mxfp4": 4.48,
    "q5_k_s": 5.57,
    "q5_0": 5.60,
    "q5_k_m": 5.70,
    "q6_k": 6.56,
    "q8_0": 8.50,
    "fp16": 16.0,
    "f16": 16.0,
    "bf16": 16.0,
}
USUAL: Final = "q4_k_m"

# Models worth trying with an agent, which `byok fit` ranks beside the installed ones: made for
# tools and long windows by their makers' own account, one for each class of machine.
FOR_AGENTS: Final = (
    "qwen3-coder:30b",
    "gpt-oss:120b",
    "gpt-oss:20b",
    "qwen3.5:35b",
    "qwen3.5:27b",
    "qwen3.5:9b",
    "devstral:24b",
    "llama3.3:70b",
    "qwen3:4b",
)

# Words in a tag that name a variant of the same shape.
VARIANTS: Final = frozenset({"instruct", "it", "text", "base", "thinking", "a3b", "2506", "2507"})


@dataclass(frozen=True, slots=True)
class Row:
    """One size of one model in the library.

    `info` is what `/api/show` would tell, `sizes` the bytes by quantization (the bare tag's first),
    `latest` whether the bare name means it. `tools` None: not certain.
    """

    model: str
    tag: str
    info: Mapping[str, Json]
    sizes: Mapping[str, Bytes]
    tools: bool | None
    tools_as_text: bool
    latest: bool

    @property
    def name(self) -> str:
        """The name to pull it by."""
        return f"{self.model}:{self.tag}"

    @property
    def source(self) -> str:
        """The library's page that lists its sizes."""
        return f"https://ollama.com/library/{self.model}/tags"


@dataclass(frozen=True, slots=True)
class Found:
    """A model found by its name alone.

    `shape` holds the weights of its `quantization`; `basis` is `computed` for a listed size and
    `assumed` for one worked out from bits per weight or from the name's number of parameters.
    `row` is None for a model that is not in the catalogue.
    """

    name: str
    shape: Shape
    quantization: str
    basis: Basis
    row: Row | None = None


@cache
def rows() -> tuple[Row, ...]:
    """All rows of the catalogue."""
    return tuple(_row(line.split()) for line in ROWS.strip().splitlines())


def lookup(name: str) -> Row | None:
    """The catalogue's row for a model's name, whatever its quantization; None when it has none."""
    parts = parse(name)
    if not parts or (parts.host, parts.namespace) != (DEFAULT_HOST, DEFAULT_NAMESPACE):
        return None
    model, tag = parts.model.lower(), parts.tag.lower()
    words = _without_quantization(tag).split("-")
    for row in rows():
        same = row.latest if tag == DEFAULT_TAG else row.tag == words[0]
        if row.model == model and same and VARIANTS.issuperset(words[1:]):
            return row
    return None


def like(info: Mapping[str, Json]) -> Row | None:
    """The row with the same layers and widths as some metadata; None when there is none."""
    family = info.get("general.architecture")
    keys = [f"{family}.{key}" for key in ("block_count", "embedding_length", "vocab_size")]
    told = {key: info[key] for key in keys if isinstance(info.get(key), int)}
    if f"{family}.block_count" not in told or f"{family}.embedding_length" not in told:
        return None
    for row in rows():
        if all(row.info.get(key) == value for key, value in told.items()):
            return row
    return None


def find(name: str) -> Found | None:
    """What a model's name alone tells of its memory; None when it does not even tell its size."""
    row, told = lookup(name), _quantization(name)
    if row:
        kind = told or next(iter(row.sizes))
        count = _parameters(row)
        size = row.sizes.get(kind)
        weights = size or Bytes(round(count * BITS[kind] / 8))
        basis: Basis = "computed" if size else "assumed"
        return Found(name, read_shape(row.info, weights, count), kind, basis, row)
    guess, kind = parameters_in(name), told or USUAL
    if not guess:
        return None
    weights = Bytes(round(guess * BITS[kind] / 8))
    return Found(name, guessed_shape(weights, guess), kind, "assumed")


def writes_calls_as_text(name: str) -> bool:
    """Whether a model is one whose tool calls come back as text, copies of it included.

    Measured by users for all sizes of qwen2.5-coder: github.com/ollama/ollama/issues/12174.
    """
    parts = parse(name)
    told = parts.model.lower() if parts else name.lower()
    return any(row.tools_as_text and row.model in told for row in rows())


def _parameters(row: Row) -> Parameters:
    """How many weights a row's model has."""
    count = row.info["general.parameter_count"]
    return Parameters(count if isinstance(count, int) else 0)


def _quantization(name: str) -> str:
    """The quantization that a name ends in, in small letters; "" when it names none."""
    found = re.search(r"[-:]([a-z]+\d+(?:_[a-z0-9]+)*)$", name.lower())
    return found[1] if found and found[1] in BITS else ""


def _without_quantization(tag: str) -> str:
    """A tag without the quantization at its end."""
    kind = _quantization(f":{tag}")
    return tag.removesuffix(kind).rstrip("-") if kind else tag


def _row(cells: list[str]) -> Row:
    """One line of the table."""
    name, architecture, layers, width, heads, feed, words, longest, millions, sizes, tools = cells[
        :11
    ]
    queries, keys, length = heads.split("/")
    numbers = {
        "block_count": layers,
        "embedding_length": width,
        "attention.head_count": queries,
        "attention.head_count_kv": keys,
        "attention.key_length": length,
        "attention.value_length": length,
        "feed_forward_length": feed,
        "vocab_size": words,
        "context_length": longest,
    }
    for cell in cells[11:]:
        numbers |= _more(*cell.split("="))
    info: dict[str, Json] = {f"{architecture}.{key}": int(each) for key, each in numbers.items()}
    info |= {
        "general.architecture": architecture,
        "general.parameter_count": int(millions) * 10**6,
    }
    pairs = (each.split("=") for each in sizes.split(","))
    model, _, tag = name.rstrip("*").partition(":")
    return Row(
        model=model,
        tag=tag,
        info=info,
        sizes={kind: Bytes(int(size) * MB) for kind, size in pairs},
        tools=None if tools == "?" else tools != "no",
        tools_as_text=tools == "text",
        latest=name.endswith("*"),
    )


def _more(key: str, value: str) -> dict[str, str]:
    """The metadata behind one of the table's words for what only some models have."""
    if key == "experts":
        names = ("expert_count", "expert_used_count", "expert_feed_forward_length")
        return dict(zip(names, value.split("/"), strict=True))
    if key == "delta":
        # https://huggingface.co/Qwen/Qwen3.5-27B: the other widths are alike in the family
        return {
            "full_attention_interval": "4",
            "ssm.conv_kernel": "4",
            "ssm.inner_size": value,
            "ssm.state_size": "128",
            "ssm.group_count": "16",
        }
    names_of = {
        "window": "attention.sliding_window",
        "value": "attention.value_length",
        "latent": "attention.kv_lora_rank",
    }
    return {names_of[key]: value}
