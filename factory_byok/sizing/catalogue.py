"""A catalogue of the models that people use for coding agents: names find their rows.

What it holds is in catalogue_rows.py. A name of a family that the table knows is never guessed as
a dense model: it takes the shape of its nearest relative.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
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
from factory_byok.sizing.catalogue_rows import DATE as DATE
from factory_byok.sizing.catalogue_rows import Row as Row
from factory_byok.sizing.catalogue_rows import rows as rows
from factory_byok.sizing.memory.shape import Shape, guessed_shape, read_shape

# Bits per weight, as in llama.cpp's table for Llama 3.1 8B (tools/quantize/README.md), written down
# without looking it up again; mxfp4 by gpt-oss:120b, whose attention is finer. An XL, as in the
# names of Unsloth's files, is taken for the largest plain kind of as many bits.
_BITS: Final = """
tq1_0 1.69  iq1_s 2.00  tq2_0 2.06  iq1_m 2.15  iq2_xxs 2.38  iq2_xs 2.59  iq2_s 2.74
iq2_m 2.93  q2_k_s 2.97  q2_k 3.16
iq3_xxs 3.26  iq3_xs 3.50  q3_k_s 3.64  iq3_s 3.66  iq3_m 3.76  q3_k_m 4.00  q3_k_l 4.30
iq4_xs 4.46  mxfp4 4.48  q4_0 4.66  q4_k_s 4.67  iq4_nl 4.68  q4_k_m 4.89  q4_1 5.13
q5_k_s 5.57  q5_0 5.60  q5_k_m 5.70  q6_k 6.56  q8_0 8.50  fp16 16  f16 16  bf16 16
q2_k_l 3.16  q2_k_xl 3.16  q3_k_xl 4.30  q4_k_xl 4.89  q5_k_xl 5.70  q6_k_xl 6.56  q8_k_xl 8.50
"""
BITS: Final[Mapping[str, float]] = {
    kind: float(bits) for kind, bits in re.findall(r"(\S+) ([\d.]+)", _BITS)
}
USUAL: Final = "q4_k_m"

# Models worth trying with an agent, which `byok fit` ranks beside the installed ones: made for
# tools and long windows by their makers' own account, a few for each class of machine.
FOR_AGENTS: Final = (
    "qwen3-coder:30b",
    "qwen3-coder-next",
    "gpt-oss:120b",
    "gpt-oss:20b",
    "qwen3.6:35b",
    "qwen3.6:27b",
    "qwen3.5:9b",
    "glm-4.7-flash",
    "devstral-small-2:24b",
    "nemotron-3-nano:30b",
    "gemma4:26b",
    "qwen3.5:4b",
)

# Words in a tag that name a variant of the same shape, and tags that mean another.
VARIANTS: Final = frozenset(
    {"instruct", "it", "text", "base", "thinking", "qat", "2506", "2507", "2512"}
    | {f"a{count}b" for count in (1, 2, 3, 4, 9, 10, 12, 22)}
)
SAME_TAG: Final[Mapping[str, str]] = {
    "micro": "3b",
    "micro-h": "3b-h",
    "tiny-h": "7b-a1b-h",
    "small-h": "32b-a9b-h",
}
LEAST_ALIKE: Final = 4  # numbers of the metadata: with fewer it might be any model
ALIKE: Final = 0.15  # of the parameters: as near is the same model under another name


@dataclass(frozen=True, slots=True)
class Found:
    """A model found by its name alone.

    `shape` holds the weights of its `quantization`; `basis` is `computed` for a listed size and
    `assumed` for one worked out from bits per weight or from the name's number of parameters.
    `row` is None for a model that is not in the catalogue; `pictures` says that it sees them.
    """

    name: str
    shape: Shape
    quantization: str
    basis: Basis
    row: Row | None = None
    pictures: bool = False


def lookup(name: str) -> Row | None:
    """The catalogue's row for a model's name, whatever its quantization; None when it has none."""
    parts = parse(name)
    if not parts or (parts.host, parts.namespace) != (DEFAULT_HOST, DEFAULT_NAMESPACE):
        return None
    model = parts.model.lower()
    tag = _without_quantization(parts.tag.lower()) or DEFAULT_TAG
    tag = SAME_TAG.get(tag, tag)
    words = tag.split("-")
    for row in rows():
        same = row.latest if tag == DEFAULT_TAG else row.tag in (tag, words[0])
        if row.model == model and same and (row.tag == tag or VARIANTS.issuperset(words[1:])):
            return row
    return None


def like(info: Mapping[str, Json]) -> Row | None:
    """The row with the same layers and widths as some metadata; None when there is none."""
    told = {key: value for key, value in info.items() if isinstance(value, int) and _says(key)}
    for row in rows():
        same = [row.info[key] == value for key, value in told.items() if key in row.info]
        if len(same) >= LEAST_ALIKE and all(same):
            return row
    return None


def _says(key: str) -> bool:
    """Whether a number of the metadata tells models apart, not only how they are used."""
    return not key.endswith((".context_length", ".parameter_count"))


def find(name: str) -> Found | None:
    """What a model's name alone tells of its memory; None when it does not even tell its size."""
    row, told = lookup(name), _quantization(name)
    if row:
        return _of_row(name, row, told)
    guess, kind = parameters_in(name), told or USUAL
    relative = _relative(name, guess)
    if relative and (not guess or _far(relative, guess) <= ALIKE):
        found = _of_row(name, relative, told)
        note = f"It is taken to be `{relative.name}` by its name"
        return replace(found, basis="assumed", row=None, shape=_noted(found.shape, note))
    if not guess:
        return None
    weights = Bytes(round(guess * BITS[kind] / 8))
    if relative:
        shape = read_shape(relative.info, weights, guess)
        note = f"Its layers are taken to be those of `{relative.name}`, its nearest relative"
        return Found(name, _noted(replace(shape, parameters=guess), note), kind, "assumed")
    return Found(name, guessed_shape(weights, guess), kind, "assumed")


def _of_row(name: str, row: Row, told: str) -> Found:
    """A model of the table in the quantization that its name tells, else in the library's own."""
    kind = told or next(iter(row.sizes))
    count = _parameters(row)
    size = row.sizes.get(kind)
    weights = size or Bytes(round(count * BITS[kind] / 8))
    basis: Basis = "computed" if size and kind not in row.unsure else "assumed"
    return Found(name, read_shape(row.info, weights, count), kind, basis, row, row.pictures)


def _relative(name: str, count: Parameters | None) -> Row | None:
    """The row of the same family that is nearest in size; None for an unknown family.

    The family is the longest model name of the table whose words stand in the name:
    `hf.co/unsloth/Qwen3-Coder-30B-A3B-Instruct-GGUF` is a qwen3-coder. Behind them only words may
    stand that make no other model of it, as in phi4-mini or mistral-large.
    """
    words = [word for word in re.split(r"[^a-z0-9.]+", name.lower()) if word]
    found = {row.model: _letters(row.model) for row in rows()}
    family = ""
    for start in range(len(words)):
        for end in range(start + 1, len(words) + 1):
            told = _letters("".join(words[start:end]))
            model = next((model for model, letters in found.items() if letters == told), "")
            if len(model) > len(family) and all(map(_SAME_MODEL.fullmatch, words[end:])):
                family = model
    kin = [row for row in rows() if row.model == family]
    if not count:
        return next((row for row in kin if len(kin) == 1), None)
    return min(kin, key=lambda row: _far(row, count), default=None)


# A word that leaves a model what it is: sizes, versions, quantizations, who made the file and how.
_SAME_MODEL: Final = re.compile(
    r"[aei]?\d+(\.\d+)?[bmk]?|v\d.*|[it]?q\d.*|[klmnsx]{1,3}|b?fp?\d+|mxfp4|gguf|mlx|[ih]|cloud"
    r"|latest|instruct|it|chat|text|base|think|thinking|reasoning|qat|preview|ud|dynamic|small"
    r"|abliterated|uncensored|heretic|ctx\d+|llama|qwen|distill|hf|awq|gptq|nvfp4|imat"
)


def _far(row: Row, count: Parameters) -> float:
    """How far a number of parameters is from a row's, as a share."""
    return abs(_parameters(row) - count) / count


def _letters(text: str) -> str:
    """A name without what stands between its words."""
    return re.sub(r"[^a-z0-9]", "", text.lower())


def _noted(shape: Shape, note: str) -> Shape:
    """A shape that rests on one assumption more."""
    return replace(shape, basis="assumed", assumptions=(*shape.assumptions, note))


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
