"""What is asked of a model and what it answers, in no dialect."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple, Protocol

from factory_byok.core.facts import Json
from factory_byok.droid.settings.target import Target

Role = Literal["user", "assistant", "tool"]


class Tool(NamedTuple):
    """A function that the model may call; `schema` is the JSON schema of its arguments.

    `defaults` are the values that droid tells only by the Messages API.
    """

    name: str
    description: str
    schema: dict[str, Json]
    defaults: dict[str, Json] = {}  # noqa: RUF012 - nobody writes into it


@dataclass(frozen=True, slots=True)
class Call:
    """A call that the model made; `arguments` is the text it wrote, JSON or not.

    `extra` is what Gemini gives with a call and wants back with its result.
    """

    id: str
    name: str
    arguments: str
    extra: Json = None


@dataclass(frozen=True, slots=True)
class Turn:
    """One message. `parts` is its text in a list of parts, as droid sends its surroundings.

    `calls`, `thoughts` and `kept` (see Answer) belong to the assistant; `call_id` says whose result
    it is.
    """

    role: Role
    text: str = ""
    parts: tuple[str, ...] = ()
    calls: tuple[Call, ...] = ()
    call_id: str = ""
    thoughts: str = ""
    kept: tuple[Json, ...] = ()


@dataclass(frozen=True, slots=True)
class Ask:
    """One request. `most` is a limit of its own for what is written, in tokens; None means the
    limit that droid sends, and the exchange ends when enough has come.
    """

    turns: tuple[Turn, ...]
    system: str = ""
    tools: tuple[Tool, ...] = ()
    stream: bool = True
    most: int | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What a model said. `finish` is `stop`, `length`, `tool_calls` or the server's own word, ""
    when there was none; token counts are the server's, None when it gave none. `kept` are thoughts
    in the dialect's own form, signed or encrypted, which go back with the result of a call.
    """

    text: str = ""
    reasoning: str = ""
    calls: tuple[Call, ...] = ()
    finish: str = ""
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    kept: tuple[Json, ...] = ()


@dataclass(slots=True)
class Parts:
    """A streamed answer while it grows. `ended` is the dialect's own end mark; `error` what the
    server said went wrong in the middle; `misshapen` names a member of a type on which droid
    breaks; `abandoned` an empty last event of a killed runner.
    """

    text: list[str] = field(default_factory=list)
    reasoning: list[str] = field(default_factory=list)
    calls: dict[str, list[str]] = field(default_factory=dict)
    extras: dict[str, Json] = field(default_factory=dict)
    kept: dict[str, dict[str, Json]] = field(default_factory=dict)
    finish: str = ""
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    ended: bool = False
    error: str = ""
    misshapen: str = ""
    abandoned: bool = False

    def call(self, place: str, *, identity: str = "", name: str = "", more: str = "") -> None:
        """Adds to the call at a place in the answer: its id, its name, more of its arguments."""
        known = self.calls.setdefault(place, ["", "", ""])
        known[0] = known[0] or identity
        known[1] = known[1] or name
        known[2] += more

    @property
    def size(self) -> int:
        """How many pieces came: most servers send one per token."""
        return len(self.text) + len(self.reasoning) + len(self.calls)

    def answer(self) -> Answer:
        """What came so far."""
        return Answer(
            "".join(self.text),
            "".join(self.reasoning),
            tuple(
                Call(parts[0], parts[1], parts[2], self.extras.get(place))
                for place, parts in self.calls.items()
            ),
            self.finish,
            self.prompt_tokens,
            self.completion_tokens,
            tuple(self.kept.values()),
        )


class Dialect(Protocol):
    """A wire protocol: where to post, what to send, how to read what comes back."""

    @property
    def PATH(self) -> str:  # noqa: N802 - a module's constant
        """What droid appends to the base URL."""

    @property
    def NAMED(self) -> tuple[str, ...]:  # noqa: N802 - a module's constant
        """The names without which droid passes over an event; none where it needs no name."""

    def headers(self, target: Target) -> dict[str, str]:
        """The dialect's own headers, authentication included."""

    def body(self, target: Target, ask: Ask) -> dict[str, Json]:
        """The request's body, without extraArgs."""

    def parse(self, value: Json) -> Answer | None:
        """A whole reply; None when it has not this dialect's shape."""

    def feed(self, parts: Parts, event: Json) -> None:
        """Adds one streamed event."""


def rows(body: Mapping[str, Json], key: str) -> list[Mapping[str, Json]]:
    """The objects in the list under a key; empty when it is something else."""
    value = body.get(key)
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []
