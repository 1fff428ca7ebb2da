"""Model names: Ollama's grammar, and what a name tells of the model (parameters, cloud, title)."""

import re
from functools import lru_cache
from typing import Final, Literal, NamedTuple

from factory_byok.core.errors import UsageError
from factory_byok.core.units import BILLION, Parameters

DEFAULT_HOST: Final = "registry.ollama.ai"
DEFAULT_NAMESPACE: Final = "library"
DEFAULT_TAG: Final = "latest"
EVERY: Final = "*"  # stands for all models of a server where names are wanted

# github.com/ollama/ollama types/model/name.go: [host/][namespace/]model[:tag]
_PART: Final = r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,79}"
_NAME: Final = re.compile(
    rf"(?:(?:(?P<host>[A-Za-z0-9_][A-Za-z0-9_.:-]{{0,349}})/)?"
    rf"(?P<namespace>[A-Za-z0-9_][A-Za-z0-9_-]{{0,79}})/)?"
    rf"(?P<model>{_PART})(?::(?P<tag>{_PART}))?"
)
# Host, namespace, model and tag at their longest, with what stands between and may stand around
# them; no pattern is shown more of a name, which comes from files and servers of others.
LONGEST: Final = 350 + 1 + 80 + 1 + 80 + 1 + 80 + len("https://") + len(":local")
_SCHEME: Final = re.compile(r"[A-Za-z]+://")
_COUNT: Final = re.compile(
    r"(?<![\d.a-z])(?:(?P<experts>\d+)x)?(?P<count>\d+(?:\.\d+)?)(?P<unit>[bm])(?![a-z0-9])"
)
_EFFECTIVE: Final = re.compile(r"(?<![a-z0-9])e(?P<count>\d+(?:\.\d+)?)b(?![a-z0-9])")

# Models that only embed, rank, hear, speak or draw, by the names that their makers give them
# (ollama.com/search?c=embedding, platform.openai.com/docs/models).
_NO_CHAT: Final = re.compile(
    r"(?<![a-z])(?:text-embedding|.*embed|bge|e5|gte|.*minilm|.*rerank|whisper|tts|dall-e|.*moderation|"
    r"gpt-image|sora)(?![a-z])"
)

Source = Literal["", "local", "cloud"]


class ModelName(NamedTuple):
    """The parts of a name by Ollama's grammar, defaults filled in; `source` is what it asks for."""

    host: str
    namespace: str
    model: str
    tag: str
    source: Source = ""

    def shown(self) -> str:
        """The name as `ollama list` prints it: no default host or namespace, always the tag."""
        place = "" if self.namespace.lower() == DEFAULT_NAMESPACE else f"{self.namespace}/"
        if self.host.lower() != DEFAULT_HOST:
            place = f"{self.host}/{self.namespace}/"
        return f"{place}{self.model}:{self.tag}"

    def key(self) -> tuple[str, ...]:
        """What decides whether two names mean one model: all parts without regard to case."""
        return (self.host.lower(), self.namespace.lower(), self.model.lower(), self.tag.lower())


@lru_cache(maxsize=4096)
def parse_name(name: str) -> ModelName | None:
    """The parts of a model's name; None when Ollama would refuse it.

    A scheme before the host is dropped. `:local` and `:cloud` behind the rest choose the source
    (internal/modelref); a name cannot ask for both.
    """
    if len(name) > LONGEST:
        return None
    bare, local = _without_source(_SCHEME.sub("", name, count=1))
    found = _NAME.fullmatch(bare)
    if not found:
        return None
    tag = found["tag"] or DEFAULT_TAG
    cloud = _asks_for_cloud(tag) and found["tag"] is not None
    if cloud and local:
        return None
    return ModelName(
        found["host"] or DEFAULT_HOST,
        found["namespace"] or DEFAULT_NAMESPACE,
        found["model"],
        tag,
        "local" if local else "cloud" if cloud else "",
    )


def _without_source(name: str) -> tuple[str, bool]:
    """The name without a source behind it, and whether that source is this machine.

    `gpt-oss:20b:cloud` means `gpt-oss:20b-cloud`, and `gpt-oss:20b:local` the model `gpt-oss:20b`.
    """
    head, colon, last = name.rpartition(":")
    word = last.lower()
    if not colon or word not in ("local", "cloud"):
        return name, False
    if word == "local":
        return head, True
    tagged = ":" in head.rpartition("/")[2]
    return (f"{head}-cloud" if tagged and not _asks_for_cloud(head) else name), False


def _asks_for_cloud(tag: str) -> bool:
    """Whether a tag is one of the cloud's."""
    return tag.lower() == "cloud" or tag.lower().endswith("-cloud")


def same_model(one: str, other: str) -> bool:
    """Whether two names mean one model to Ollama: default tag filled in, letter case ignored."""
    first, second = _key_of(one), _key_of(other)
    return one == other if first is None or second is None else first == second


@lru_cache(maxsize=16384)
def _key_of(name: str) -> tuple[str, ...] | None:
    """What decides whether a name means the same model as another; None for what is no name."""
    parsed = parse_name(name)
    return parsed.key() if parsed else None


def refuse_no_name(name: str) -> None:
    """Raises UsageError for what a user typed when it cannot be the name of a model."""
    if parse_name(name) is None:
        told = f"`{name}` is not a model name" if name.strip() else "The model's name is empty"
        raise UsageError(told, "Names look like `qwen2.5-coder:32b`")


def can_chat(name: str) -> bool:
    """Whether a model can hold a conversation, as far as its name tells."""
    return _NO_CHAT.match(name[:LONGEST].lower().rpartition("/")[2]) is None


def is_cloud(name: str) -> bool:
    """Whether a name asks for Ollama's cloud (`:cloud` or a tag that ends in `-cloud`)."""
    parsed = parse_name(name)
    return parsed is not None and parsed.source == "cloud"


def with_window(name: str, window: int) -> str:
    """The name for a copy of a model with its own window: `qwen3:8b` gives `qwen3:8b-ctx32768`.

    A copy of such a copy gets a new number, not a second one. Raises ValueError for what is no
    name.
    """
    parsed = parse_name(name)
    if parsed is None:
        raise ValueError(f"{name!r} is not a model name")
    tag = re.sub(r"-ctx\d+$", "", parsed.tag)
    end = f"-ctx{window}"
    return parsed._replace(tag=f"{tag[: 80 - len(end)]}{end}").shown()


def derived_from(name: str) -> tuple[str, str]:
    """The model and the window of a copy that `with_window` named; two "" for another name."""
    found = re.fullmatch(r"(.+:.+)-ctx(\d+)", name[-LONGEST:])
    return (found[1], found[2]) if found else ("", "")


def parameters_in(name: str) -> Parameters | None:
    """How many weights a name promises, in total; None when it does not say.

    Reads `:32b`, `8x7b` (56 billion, an upper bound), `30b-a3b` (the total comes first),
    `270m`, `480b-cloud`, and `e4b` by its effective count, a lower bound.
    """
    text = name[:LONGEST].lower()
    counts = [
        float(found["count"])
        * int(found["experts"] or 1)
        * (BILLION if found["unit"] == "b" else 10**6)
        for found in _COUNT.finditer(text)
    ]
    counts += [float(found["count"]) * BILLION for found in _EFFECTIVE.finditer(text)]
    return Parameters(round(max(counts))) if counts else None


def title(model: str, *, remote: bool, place: str = "") -> str:
    """The display name for a model, in the style of Factory's pages; `place` is who serves it.

    `qwen2.5-coder:32b` becomes `Qwen 2.5 Coder 32B [Local]`; a cloud model keeps its bare name:
    `qwen3-coder:480b-cloud` becomes `qwen3-coder [Online]`.
    """
    base = model[:LONGEST].rpartition("/")[2].removesuffix(".gguf")
    if remote:
        return f"{base.partition(':')[0]} [{place or 'Online'}]"
    name, _, tag = base.partition(":")
    words = [_word(word) for word in re.split(r"[-_ ]+", name) if word]
    words += [_word(word) for word in re.split(r"[-_ ]+", tag) if word and tag != DEFAULT_TAG]
    return f"{' '.join(words) or model} [{place or 'Local'}]"


def _word(word: str) -> str:
    """One word of a title: sizes in capitals, a version set off from its family."""
    if re.fullmatch(r"(?:\d+x)?[\da]?[\d.]*[bm]|e\d+b|q\d\w*|fp?16|bf16", word, re.IGNORECASE):
        return word.upper()
    split = re.fullmatch(r"([A-Za-z]{2,})(\d+(?:\.\d+)*)", word)
    if split:
        return f"{split[1][:1].upper()}{split[1][1:]} {split[2]}"
    return word[:1].upper() + word[1:]
