"""The double itself: a stateful stand-in for an Ollama server, on real sockets."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Self

from tests.doubles.ollama import library, messages, native, openai, proxy, responses
from tests.doubles.ollama.gallery import GALLERY
from tests.doubles.ollama.library import Registry
from tests.doubles.ollama.models import Model, listed, shown
from tests.doubles.ollama.prompt import Counter, count_by_length
from tests.doubles.ollama.reply import (
    TEXT,
    Refusal,
    Reply,
    Seen,
    go_json,
    native_error,
    openai_error,
)
from tests.doubles.ollama.routes import Body, parse, route
from tests.doubles.ollama.server import Server
from tests.doubles.ollama.state import State
from tests.doubles.ollama.turn import Asked, check_abilities
from tests.doubles.ollama.versions import Version

Answer = Callable[[Seen], Reply]


class Ollama:
    """A server on 127.0.0.1, listening between `with` and its end.

    `state` may be changed while it runs; `requests` are all that came in; `replies[path]`
    answers a path in place of the double. `count` gives the tokens of a prompt: by default one
    per four characters (see `count_by_length`). With `engine`, `/v1` chats are passed on to that
    server once the double has checked and loaded the model.
    """

    def __init__(
        self,
        models: Iterable[Model | str] = (),
        *,
        version: str = "0.33.0",
        env: Mapping[str, str] | None = None,
        registry: Registry | None = None,
        engine: str | None = None,
        count: Counter = count_by_length,
        host: str = "127.0.0.1",
        port: int = 0,
    ) -> None:
        known = [GALLERY[one] if isinstance(one, str) else one for one in models]
        self.version = Version(version)
        self.state = State(known, self.version, env or {})
        self.registry = registry or Registry(failing=proxy.NO_REGISTRY)
        self.engine, self.count = engine, count
        self.requests: list[Seen] = []
        self.replies: dict[str, Reply | Answer] = {}
        self._where = (host, port)
        self._server: Server | None = None

    def __enter__(self) -> Self:
        self._server = Server(*self._where, self._answer)
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    @property
    def port(self) -> int:
        """The port it listens on."""
        assert self._server is not None, "the double is not running"
        return self._server.server_port

    @property
    def url(self) -> str:
        """The endpoint: scheme, address and port."""
        host = f"[{self._where[0]}]" if ":" in self._where[0] else self._where[0]
        return f"http://{host}:{self.port}"

    @property
    def base_url(self) -> str:
        """The base URL that droid is given."""
        return f"{self.url}/v1"

    def asked(self, path: str) -> list[Seen]:
        """The requests for one path, in their order."""
        return [seen for seen in self.requests if seen.path.partition("?")[0] == path]

    def _answer(self, seen: Seen) -> Reply:
        self.requests.append(seen)
        override = self.replies.get(seen.path.partition("?")[0])
        if override is not None:
            return override if isinstance(override, Reply) else override(seen)
        return route(self._table(), seen)

    def _table(self) -> dict[str, dict[str, Answer]]:
        """The paths of this version."""
        table = {
            "/": self._both(lambda _: Reply(200, b"Ollama is running", TEXT)),
            "/api/version": self._both(lambda _: self._json({"version": self.version.text})),
            "/api/tags": self._both(self._tags),
            "/api/ps": {"GET": lambda _: self._json({"models": self.state.processes()})},
            "/api/me": {"POST": lambda _: proxy.account(self.state)},
            "/api/show": {"POST": self._native(self._show)},
            "/api/chat": {"POST": self._native(lambda b: native.chat(self.state, self.count, b))},
            "/api/generate": {
                "POST": self._native(lambda b: native.generate(self.state, self.count, b))
            },
            "/api/embed": {"POST": self._native(lambda b: native.embed(self.state, b))},
            "/api/pull": {
                "POST": self._native(lambda b: library.pull(self.state, self.registry, b))
            },
            "/api/create": {
                "POST": self._native(lambda b: library.create(self.state, self.registry, b))
            },
            "/api/copy": {
                "POST": self._native(lambda b: library.copy(self.state, b), name="source")
            },
            "/api/delete": {"DELETE": self._native(lambda b: library.delete(self.state, b))},
            **self._compatible(),
        }
        if self.version.has_status:
            table["/api/status"] = {"GET": lambda _: self._json(proxy.status(self.state))}
        return table

    def _compatible(self) -> dict[str, dict[str, Answer]]:
        """The paths of the foreign dialects."""
        state = self.state
        table: dict[str, dict[str, Answer]] = {
            "/v1/models": {"GET": lambda _: openai.models(state)},
            "/v1/models/{}": {"GET": self._one_model},
            "/v1/chat/completions": {"POST": self._foreign(openai.chat, check=openai.checked)},
            "/v1/completions": {"POST": self._foreign(openai.complete)},
            "/v1/embeddings": {"POST": self._foreign(lambda s, _, b: openai.embeddings(s, b))},
        }
        if self.version.has_responses:
            table["/v1/responses"] = {"POST": self._foreign(responses.answer)}
        if self.version.has_messages:
            one = self._foreign(messages.answer, error=messages.error)
            table["/v1/messages"] = {"POST": one}
        return table

    def _both(self, answer: Answer) -> dict[str, Answer]:
        return {"GET": answer, "HEAD": answer}

    def _json(self, body: Any) -> Reply:
        return Reply(200, go_json(body))

    def _tags(self, _: Seen) -> Reply:
        # The real server sorts by whole seconds and leaves equal ones in any order.
        models = sorted(self.state.models.values(), key=lambda m: m.modified_at[:19], reverse=True)
        return self._json({"models": [listed(model, self.version) for model in models]})

    def _show(self, body: Body) -> Reply:
        model = self.state.find(str(body["model"]))
        if model.broken:
            raise Refusal(500, model.broken)
        verbose = bool(body.get("verbose"))
        return self._json(shown(model, verbose=verbose, store=self.state.store))

    def _one_model(self, seen: Seen) -> Reply:
        try:
            return openai.one_model(self.state, seen.path.rpartition("/")[2])
        except Refusal as refusal:
            return openai_error(refusal)

    def _native(self, handler: Callable[[Body], Reply], name: str = "model") -> Answer:
        """Wrap an `/api` handler: body, name, cloud, errors."""

        def answer(seen: Seen) -> Reply:
            try:
                body = {**parse(seen)}
                body["model"] = body.get("model") or body.get("name") or body.get(name)
                if not body["model"]:
                    raise Refusal(400, "model is required")
                if not library.valid_name(str(body["model"])):
                    raise Refusal(400, "invalid model name")
                return proxy.cloud_reply(self.state, seen, body) or handler(body)
            except Refusal as refusal:
                return native_error(refusal)

        return answer

    def _foreign(
        self,
        handler: Callable[[State, Counter, Body], Reply],
        check: Callable[[Body], None] = lambda _: None,
        error: Callable[[Refusal], Reply] = openai_error,
    ) -> Answer:
        """Wrap a `/v1` handler: body, checks, name, cloud, engine, errors."""

        def answer(seen: Seen) -> Reply:
            try:
                body = parse(seen, early=True, empty="EOF")
                check(body)
                if not body.get("model"):
                    raise Refusal(400, "model is required")
                cloud = proxy.cloud_reply(self.state, seen, body)
                if cloud is not None:
                    return cloud
                if self.engine is not None:
                    self._load_for_engine(body)
                    return proxy.pass_on(self.engine, proxy.with_stop(self.state, seen, body))
                return handler(self.state, self.count, body)
            except Refusal as refusal:
                return error(refusal)

        return answer

    def _load_for_engine(self, body: Body) -> None:
        model = self.state.find(str(body["model"]))
        asked = Asked(model.name, body.get("messages") or (), body.get("tools") or ())
        check_abilities(model, asked)
        self.state.load(model, None, None)
