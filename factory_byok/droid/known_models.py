"""Model names that droid knows from its own catalogue, and what it then sends for an own entry.

Measured with droid 0.225.2 on 60 names (`tests/verdicts/test_requests.py` runs it again): an entry
whose model has such a name gets the output limit and the thinking of droid's own model, unless it
says otherwise. Every other name gets 32,000 tokens and no thinking.
"""

import re
from typing import Final, Literal, NamedTuple

DEFAULT_OUTPUT: Final = 32_000  # what droid sends when neither the entry nor its table says


class KnownModel(NamedTuple):
    """What droid sends for a name: its output limit, whether it asks for thoughts, and how.

    `maker` decides about details: OpenAI's get no output limit by the Responses API. `thought` is
    the manner of thinking by the Messages API: a budget, or adaptive with an effort. `returns` says
    that chat completions get the thoughts before a call back with its result.
    """

    output: int
    thinks: bool = True
    maker: Literal["openai", "other"] = "other"
    thought: Literal["budget", "budget and effort", "adaptive", "adaptive, summarized"] = "budget"
    parallel: bool = True
    terse: bool = False
    returns: bool = False


_OPENAI_NAME: Final = re.compile(r"gpt-(?!oss)|o\d(?:-|$)|codex")
_OPENAI: Final = KnownModel(32_768, maker="openai")
# The beginning of a name, without the maker before a slash; OpenAI's and Anthropic's are known with
# dashes for dots as well.
_NAMES: Final[dict[str, KnownModel]] = {
    "gpt-5": _OPENAI._replace(terse=True),
    "gpt-5-mini": _OPENAI,
    "gpt-5-codex": _OPENAI._replace(parallel=False),
    "gpt-5-1": _OPENAI,
    "gpt-5-1-codex-max": _OPENAI._replace(parallel=False),
    "gpt-5-2": _OPENAI._replace(output=128_000, terse=True),
    "gpt-5-2-codex": _OPENAI._replace(output=128_000),
    "gpt-5-3-codex": _OPENAI._replace(output=128_000, terse=True),
    "gpt-5-4": _OPENAI._replace(output=128_000, terse=True),
    "gpt-5-5": _OPENAI._replace(output=128_000, terse=True),
    "claude-sonnet-4-5": KnownModel(32_000),
    "claude-haiku-4-5": KnownModel(32_000),
    "claude-opus-4-1": KnownModel(32_000),
    "claude-opus-4-5": KnownModel(64_000, thought="budget and effort"),
    "claude-opus-4-6": KnownModel(128_000, thought="adaptive"),
    "claude-sonnet-4-6": KnownModel(64_000, thought="adaptive"),
    "claude-opus-4-7": KnownModel(128_000, thought="adaptive, summarized"),
    "gemini-2.5-pro": KnownModel(8_192),
    "gemini-3-pro": KnownModel(65_536),
    "gemini-3-flash": KnownModel(65_536),
    "gemini-3.1-pro": KnownModel(65_536),
    "glm-4.6": KnownModel(128_000, thinks=False),
    "glm-4.7": KnownModel(25_344, thinks=False),
    "glm-5": KnownModel(32_000, thinks=False),
    "glm-5.1": KnownModel(65_536, returns=True),
    "kimi-k2.5": KnownModel(32_768, returns=True),
    "kimi-k2.6": KnownModel(65_536, returns=True),
    "minimax-m2.5": KnownModel(64_000, thought="budget and effort"),
}


def known_model(name: str) -> KnownModel | None:
    """The row of a model's name; the longest beginning that fits decides. None for another name."""
    fitting = [known for known in _NAMES if _begins(_spelled(name, known), known)]
    return _NAMES[max(fitting, key=len)] if fitting else None


def looks_foreign(name: str, dialect: str) -> bool:
    """Whether droid takes a name for OpenAI's or Anthropic's behind another dialect than theirs.

    It then sends a user message more, before all others (measured; `gpt-oss` is none of theirs).
    """
    bare = _bare(name)
    if bare.startswith("claude"):
        return dialect != "anthropic"
    return bool(_OPENAI_NAME.match(bare)) and dialect != "openai"


def keeps_signatures(name: str) -> bool:
    """Whether droid sends a call's `extra_content` back: for Gemini's names alone, measured."""
    gemini = _bare(name).startswith("gemini-")
    return name.lower().startswith("gemini-") or (gemini and known_model(name) is not None)


def default_output(name: str) -> int:
    """The output limit that droid sends for an entry that says nothing, in tokens."""
    known = known_model(name)
    return known.output if known else DEFAULT_OUTPUT


def _begins(name: str, known: str) -> bool:
    """Whether a name begins with a known one as a whole word."""
    return name.startswith(known) and not name[len(known) :][:1].isalnum()


def _spelled(name: str, known: str) -> str:
    """A name in the spelling of a known one."""
    dashed = known.startswith(("gpt-", "claude-"))
    return _bare(name).replace(".", "-") if dashed else _bare(name)


def _bare(name: str) -> str:
    """A name in lower case, without the maker before it."""
    return name.lower().rpartition("/")[2]
