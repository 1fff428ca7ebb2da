"""Model names: Ollama's grammar, and what a name tells of the model (parameters, cloud, title)."""

import re
from typing import Final, NamedTuple

from factory_byok.units import BILLION, Parameters

DEFAULT_HOST: Final = "registry.ollama.ai"
DEFAULT_NAMESPACE: Final = "library"
DEFAULT_TAG: Final = "latest"

# github.com/ollama/ollama types/model/name.go: [host/][namespace/]model[:tag]
_PART: Final = r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,79}"
_NAME: Final = re.compile(
    rf"(?:(?:(?P<host>[A-Za-z0-9_][A-Za-z0-9_.:-]{{0,349}})/)?"
    rf"(?P<namespace>[A-Za-z0-9_][A-Za-z0-9_-]{{0,79}})/)?"
    rf"(?P<model>{_PART})(?::(?P<tag>{_PART}))?"
)
_COUNT: Final = re.compile(
    r"(?<![\d.a-z])(?:(?P<experts>\d+)x)?(?P<count>\d+(?:\.\d+)?)(?P<unit>[bm])(?![a-z0-9])"
)
_EFFECTIVE: Final = re.compile(r"(?<![a-z0-9])e(?P<count>\d+(?:\.\d+)?)b(?![a-z0-9])")


class ModelName(NamedTuple):
    """The parts of a name by Ollama's grammar, defaults filled in."""

    host: str
    namespace: str
    model: str
    tag: str

    def shown(self) -> str:
        """The name as `ollama list` prints it: no default host or namespace, always the tag."""
        place = "" if self.namespace == DEFAULT_NAMESPACE else f"{self.namespace}/"
        if self.host != DEFAULT_HOST:
            place = f"{self.host}/{self.namespace}/"
        return f"{place}{self.model}:{self.tag}"


def parse_name(name: str) -> ModelName | None:
    """The parts of a model's name; None when Ollama would refuse it."""
    found = _NAME.fullmatch(name)
    if not found:
        return None
    return ModelName(
        found["host"] or DEFAULT_HOST,
        found["namespace"] or DEFAULT_NAMESPACE,
        found["model"],
        found["tag"] or DEFAULT_TAG,
    )


def same_model(one: str, other: str) -> bool:
    """Whether two names mean one model to Ollama: default tag filled in, letter case ignored."""
    first, second = parse_name(one), parse_name(other)
    if first is None or second is None:
        return one == other
    return [part.lower() for part in first] == [part.lower() for part in second]


def is_cloud(name: str) -> bool:
    """Whether a name asks for Ollama's cloud (`:cloud` or a tag that ends in `-cloud`)."""
    tag = name.rpartition(":")[2].lower() if ":" in name else ""
    return tag == "cloud" or tag.endswith("-cloud")


def parameters_in(name: str) -> Parameters | None:
    """How many weights a name promises, in total; None when it does not say.

    Reads `:32b`, `8x7b` (56 billion, an upper bound), `30b-a3b` (the total comes first),
    `270m`, `480b-cloud`, and `e4b` by its effective count, a lower bound.
    """
    text = name.lower()
    counts = [
        float(found["count"])
        * int(found["experts"] or 1)
        * (BILLION if found["unit"] == "b" else 10**6)
        for found in _COUNT.finditer(text)
    ]
    counts += [float(found["count"]) * BILLION for found in _EFFECTIVE.finditer(text)]
    return Parameters(round(max(counts))) if counts else None


def title(model: str, *, remote: bool) -> str:
    """The display name for a model, in the style of Factory's Ollama page.

    `qwen2.5-coder:32b` becomes `Qwen 2.5 Coder 32B [Local]`; a cloud model keeps its bare name:
    `qwen3-coder:480b-cloud` becomes `qwen3-coder [Online]`.
    """
    base = model.rpartition("/")[2]
    if remote:
        return f"{base.partition(':')[0]} [Online]"
    name, _, tag = base.partition(":")
    words = [_word(word) for word in re.split(r"[-_ ]+", name) if word]
    words += [_word(word) for word in re.split(r"[-_ ]+", tag) if word and tag != DEFAULT_TAG]
    return f"{' '.join(words) or model} [Local]"


def _word(word: str) -> str:
    """One word of a title: sizes in capitals, a version set off from its family."""
    if re.fullmatch(r"(?:\d+x)?[\da]?[\d.]*[bm]|e\d+b|q\d\w*|fp?16|bf16", word, re.IGNORECASE):
        return word.upper()
    split = re.fullmatch(r"([A-Za-z]{2,})(\d+(?:\.\d+)*)", word)
    if split:
        return f"{split[1].capitalize()} {split[2]}"
    return word[:1].upper() + word[1:]
