"""One way in which a server behaves, and the rules of which most are made."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from tests.doubles.ollama.reply import EVENTS, Reply, Seen
from tests.verdicts.healthy import Asked, Said, answer_to, answered, chat_chunks, read, whole

GENERIC = "generic-chat-completion-api"
MODEL = "stand-in-30b"
KEY = "sk-right-0123456789"
Rule = Callable[[Asked], Reply | None]


@dataclass
class Behaviour:
    """A server with one habit. `rule` answers a request to chat, None leaves it to a healthy model.

    `entry` holds what droid's entry says beyond the usual; `path` stands before the dialect's own;
    `calls` says that droid is asked to use a tool. `env` goes to both. With `failures` the rule
    holds for so many requests only, with `allowed` from then on.
    With a `window` the real engine answers, over its small model.
    """

    name: str
    says: str
    rule: Rule
    entry: Mapping[str, Any] = field(default_factory=dict)
    path: str = "/v1"
    calls: bool = False
    lists: Callable[[Seen], Reply] | None = None
    env: Mapping[str, str] = field(default_factory=dict)
    failures: int = 0
    allowed: int = 0
    window: int = 0
    seen: int = field(default=0, init=False)

    def anew(self) -> None:
        """Forgets what came before."""
        self.seen = 0

    def answer(self, seen: Seen) -> Reply:
        """Answers any request."""
        asked = read(seen)
        if asked is None:
            return self._other(seen)
        if not seen.path.startswith(self.path):
            return Reply(404, b"404 page not found", "text/plain")
        self.seen += 1
        if (self.failures and self.seen > self.failures) or self.seen <= self.allowed:
            return answered(asked)
        return self.rule(asked) or answered(asked)

    def _other(self, seen: Seen) -> Reply:
        if self.lists is not None:
            return self.lists(seen)
        if seen.method == "GET" and seen.path == f"{self.path or '/v1'}/models":
            return listed()
        return Reply(404, b"404 page not found", "text/plain")


def listed(*names: str) -> Reply:
    """A list of models."""
    rows = [{"id": name, "object": "model", "owned_by": "me"} for name in names or (MODEL,)]
    return whole({"object": "list", "data": rows})


def error(status: int, message: str, kind: str = "invalid_request_error", **headers: str) -> Reply:
    """An error in OpenAI's form."""
    return whole({"error": {"message": message, "type": kind, "code": None}}, status, **headers)


def always(reply: Callable[[], Reply]) -> Rule:
    """The same reply to everything."""
    return lambda _: reply()


def refuses(when: Callable[[Asked], Any], status: int, message: str, **headers: str) -> Rule:
    """An error where a request has something."""
    return lambda asked: error(status, message, **headers) if when(asked) else None


def says(make: Callable[[Asked], Said]) -> Rule:
    """Another answer in the proper form."""
    return lambda asked: answered(asked, make(asked))


def with_call(**changes: Any) -> Rule:
    """The usual answer, in which a call has something changed."""

    def rule(asked: Asked) -> Reply | None:
        said = answer_to(asked)
        return answered(asked, replace(said, **changes)) if said.name else None

    return rule


def streamed(make: Callable[[Asked, Said], Iterator[bytes]], kind: str = EVENTS) -> Rule:
    """Another way of streaming the usual answer; what is not streamed stays healthy."""

    def rule(asked: Asked) -> Reply | None:
        if not asked.body.get("stream"):
            return None
        return Reply(200, make(asked, answer_to(asked)), kind)

    return rule


def edited(change: Callable[[Any], Any]) -> Rule:
    """A streamed chat completion of which every chunk is changed; None leaves a chunk out."""

    def make(asked: Asked, said: Said) -> Iterator[bytes]:
        for row in chat_chunks(asked, said):
            data = row.decode().removeprefix("data: ").strip()
            value = change(data if data == "[DONE]" else json.loads(data))
            if value is None:
                continue
            text = value if isinstance(value, str) else json.dumps(value)
            yield f"data: {text}\n\n".encode()

    return streamed(make)


def with_finish(value: Any, finish: Any) -> Any:
    """A chunk with another finish reason where it has one."""
    for choice in value.get("choices", ()) if isinstance(value, dict) else ():
        if choice.get("finish_reason"):
            choice["finish_reason"] = finish
    return value


def schema_words(asked: Asked) -> set[str]:
    """Every keyword in the schemas of the tools."""
    found: set[str] = set()

    def walk(value: Any) -> None:
        if isinstance(value, Mapping):
            found.update(value)
            for each in value.values():
                walk(each)
        elif isinstance(value, list):
            for each in value:
                walk(each)

    for _, schema in asked.tools:
        walk(schema)
    return found


def roles(asked: Asked) -> list[str]:
    """The roles of the messages."""
    return [str(each.get("role")) for each in asked.messages]


def doubled(asked: Asked) -> bool:
    """Whether two user messages follow each other."""
    found = roles(asked)
    return any(one == other == "user" for one, other in itertools.pairwise(found))


def has_list_content(asked: Asked) -> bool:
    """Whether some message's content is a list."""
    return any(isinstance(each.get("content"), list) for each in asked.messages)
