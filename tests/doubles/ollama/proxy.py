"""What the server asks elsewhere for: the cloud, and a real engine behind `/v1`."""

from __future__ import annotations

import contextlib
import http.client
import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from tests.doubles.ollama.models import canonical
from tests.doubles.ollama.reply import Refusal, Reply, Seen, go_json
from tests.doubles.ollama.state import State

UNREACHABLE = (
    "dial tcp: lookup {host} on 10.255.255.53:53: dial udp 10.255.255.53:53: "
    "connect: network is unreachable"
)
NO_REGISTRY = 'pull model manifest: Get "https://registry.ollama.ai/v2/": ' + UNREACHABLE.format(
    host="registry.ollama.ai"
)
SIGN_IN = "https://ollama.com/connect?name=workstation&key=c3NoLWVkMjU1MTkgQUFBQQ"
OFF = "ollama cloud is disabled: remote model is unavailable"
OFF_DETAILS = "ollama cloud is disabled: remote model details are unavailable"
ACCOUNT = {
    "id": "00000000-0000-4000-8000-000000000000",
    "email": "someone@example.org",
    "name": "someone",
    "bio": "",
    "avatarurl": "",
    "firstname": "",
    "lastname": "",
    "plan": "free",
}
CHATS = ("/api/chat", "/api/generate", "/v1/")
PATIENCE = 120.0


def status(state: State) -> dict[str, Any]:
    """The body of `/api/status`."""
    off = _switched_off(state)
    return {"cloud": {"disabled": off, "source": "env" if off else "none"}}


def _switched_off(state: State) -> bool:
    return state.env.get("OLLAMA_NO_CLOUD", "").lower() in ("1", "true")


def account(state: State) -> Reply:
    """Answer `/api/me`."""
    if state.cloud == "offline":
        return Reply(503, go_json({"error": "account unavailable"}))
    if state.cloud == "signed_out":
        return Reply(401, go_json({"error": "unauthorized", "signin_url": SIGN_IN}))
    return Reply(200, go_json(ACCOUNT))


def cloud_reply(state: State, seen: Seen, body: Mapping[str, Any]) -> Reply | None:
    """Answer for a cloud model what this server can say without the cloud; else None.

    The errors are bare texts in every dialect, also on `/v1`.
    """
    name = canonical(str(body["model"])).lower()
    model = state.models.get(name)
    remote = bool(model and model.remote_host)
    if not (remote or (model is None and name.endswith(("-cloud", ":cloud")))):
        return None
    if seen.path == "/api/show" and _switched_off(state):
        return _bare(Refusal(403, OFF_DETAILS))
    if not seen.path.startswith(CHATS):
        return None
    if _switched_off(state):
        return _bare(Refusal(403, OFF))
    if state.cloud == "offline":
        where = f'Post "https://ollama.com:443{seen.path}?ts=1795399844": '
        return _bare(Refusal(502, where + UNREACHABLE.format(host="ollama.com")))
    if state.cloud == "signed_out":
        extra = {"signin_url": SIGN_IN}
        return _bare(Refusal(401, "unauthorized", extra=extra))
    return None


def _bare(refusal: Refusal) -> Reply:
    return Reply(refusal.status, go_json({"error": refusal.message, **refusal.extra}))


def with_stop(state: State, seen: Seen, body: Mapping[str, Any]) -> Seen:
    """The request with the model file's own `stop`, which Ollama adds to what a client asks."""
    model = state.models.get(canonical(str(body["model"])).lower())
    stop = model.parameters.get("stop") if model else None
    if not stop or "stop" in body:
        return seen
    return replace(seen, body=json.dumps({**body, "stop": stop}).encode())


def pass_on(engine: str, seen: Seen) -> Reply:
    """Ask the real engine and hand its answer on as it comes."""
    target = urlsplit(engine)
    connection = http.client.HTTPConnection(
        target.hostname or "", target.port or 80, timeout=PATIENCE
    )
    kept = {"Content-Type": "application/json", "Accept": "*/*"}
    connection.request(seen.method, target.path.rstrip("/") + seen.path, seen.body, kept)
    answer = connection.getresponse()
    kind = answer.headers.get("Content-Type")
    if answer.headers.get("Transfer-Encoding", "").lower() == "chunked":
        return Reply(answer.status, _pieces(connection, answer), kind)
    with contextlib.closing(connection):
        return Reply(answer.status, answer.read(), kind)


def _pieces(
    connection: http.client.HTTPConnection, answer: http.client.HTTPResponse
) -> Iterator[bytes]:
    try:
        while piece := answer.read1(65536):
            yield piece
    finally:
        connection.close()
