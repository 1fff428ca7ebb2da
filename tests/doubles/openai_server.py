"""A double of any other model server: a list of models, and chats in three dialects.

    with OpenAIServer(LISTS["groq"], key="secret") as double:
        ...

The list stands at its provider's own path. Chats are answered by the double of Ollama, whatever
path comes before the dialect's own, and only with the key when there is one.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from typing import Any, Self

import pytest

from factory_byok.core.http import Http, Stream
from tests.doubles.ollama import Ollama
from tests.doubles.ollama.reply import PLAIN_JSON, Reply, Seen
from tests.doubles.ollama.server import Server
from tests.doubles.services import Listed

CHATS = ("/chat/completions", "/responses", "/messages")
SPEAKER = "qwen2.5-coder:7b"  # the model of Ollama's double that speaks for all


def refused(status: int, message: str) -> Reply:
    """An error in OpenAI's form."""
    body = {"error": {"message": message, "type": "invalid_request_error", "code": None}}
    return Reply(status, json.dumps(body).encode(), PLAIN_JSON)


class OpenAIServer:
    """A server on 127.0.0.1, listening between `with` and its end; `requests` are all that came.

    `more` answers further paths with a body; `unknown` is the reply to every other.
    """

    def __init__(
        self,
        listed: Listed,
        *,
        key: str = "",
        more: Mapping[str, Any] | None = None,
        unknown: Reply | None = None,
    ) -> None:
        self.listed, self.key = listed, key
        self.bodies = {**(more or {}), listed.path: listed.body}
        self.unknown = unknown or refused(404, "Not found")
        self.requests: list[Seen] = []
        self._speaker = Ollama([SPEAKER])
        self._server = Server("127.0.0.1", 0, self._answer)
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def headers(self, path: str) -> list[dict[str, str]]:
        """The headers of the requests for a path, their names in lower case."""
        return [
            {name.lower(): value for name, value in seen.headers.items()}
            for seen in self.requests
            if seen.path.partition("?")[0] == path
        ]

    def _answer(self, seen: Seen) -> Reply:
        self.requests.append(seen)
        path = seen.path.partition("?")[0]
        headers = {name.lower(): value for name, value in seen.headers.items()}
        if seen.method == "POST" and path.endswith(CHATS):
            return self._chat(seen, headers)
        if path not in self.bodies:
            return self.unknown
        wanted = self.listed.header if path == self.listed.path else ""
        if wanted and headers.get(wanted, "").removeprefix("Bearer ") != (self.key or "?"):
            return refused(401, "Missing or wrong API key")
        return Reply(200, json.dumps(self.bodies[path]).encode(), PLAIN_JSON)

    def _chat(self, seen: Seen, headers: Mapping[str, str]) -> Reply:
        given = headers.get("x-api-key") or headers.get("authorization", "")
        if self.key and given.removeprefix("Bearer ") != self.key:
            return refused(401, "Missing or wrong API key")
        body = seen.json
        if body.get("model") != self.listed.model:
            return refused(404, f"The model `{body.get('model')}` does not exist")
        tail = next(tail for tail in CHATS if seen.path.endswith(tail))
        # The services think for the names that droid asks for thoughts; the speaker cannot.
        plain = {key: value for key, value in body.items() if key != "reasoning_effort"}
        asked = json.dumps({**plain, "model": SPEAKER}).encode()
        return self._speaker._answer(Seen("POST", f"/v1{tail}", seen.headers, asked))


def reroute(monkeypatch: pytest.MonkeyPatch, places: Mapping[str, str]) -> list[str]:
    """Lets byok's requests to public hosts end at doubles; gives the URLs as byok asked them.

    A request to any other public host fails the test.
    """
    asked: list[str] = []
    stream: Callable[..., AbstractContextManager[Stream]] = Http.stream

    @contextmanager
    def elsewhere(self: Http, method: str, url: str, **more: Any) -> Iterator[Stream]:
        asked.append(url)
        place = next((place for place in places if url.startswith(place)), "")
        assert place or url.startswith(("http://127.", "http://localhost")), f"{url} is outside"
        moved = places[place] + url.removeprefix(place) if place else url
        with stream(self, method, moved, **more) as reply:
            yield reply

    monkeypatch.setattr(Http, "stream", elsewhere)
    return asked
