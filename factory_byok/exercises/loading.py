"""Loading a model on Ollama with no options, as droid's first request would, and what came of it.

The same resolution of options decides the window as on `/v1`, so what `/api/ps` then tells is the
window that droid gets (Ollama v0.33.0-rc2).
"""

import time
from collections.abc import Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Final

from factory_byok.core.facts import Json
from factory_byok.core.http import Http, NoAnswer
from factory_byok.core.json_fields import as_object, count, text
from factory_byok.core.model_names import same_model
from factory_byok.core.requirements import SHORTEST_KEEP_ALIVE
from factory_byok.core.units import show_seconds
from factory_byok.exercises.conversation import rows
from factory_byok.exercises.dialects import headers_of
from factory_byok.exercises.refusal import Fault, refused
from factory_byok.exercises.session import Session

KEEP: Final = "5m"  # Ollama's own default (envconfig/config.go)
QUESTION: Final = 5.0  # seconds for a question that a healthy server answers at once
# Other refusals (a path that a gateway does not pass on) leave it to the exercise to find out.
_FATAL: Final = ("server_error", "busy", "loading")


def load(session: Session) -> Fault | None:
    """Loads the model when the server is an Ollama and notes the window; the fault if it cannot.

    Fills the session's `window` (0 when not told) and its load evidence: `load_seconds`,
    `window_before` (0 when it was not loaded), `window_loaded`, and `keep_alive_seconds`, how long
    the server keeps it after a use (not there when it is not told).
    """
    if not session.is_ollama:
        return None
    before = loaded(session)
    known = before is not None
    session.say(
        f"{session.target.model} is loaded already"
        if known
        else f"Loading {session.target.model}; {session.limits.patience()}"
    )
    start = time.monotonic()
    fault = _load_only(session)
    seconds = round(time.monotonic() - start, 3)
    evidence: dict[str, Json] = {"load_seconds": seconds, "window_before": window_of(before)}
    if fault is None:
        session.warm = True
        fault = _look(session, evidence)
    if fault is None:
        session.say(f"{session.target.model} is ready after {show_seconds(seconds)}")
    session.load_evidence = evidence
    return fault if fault is None or fault.kind in _FATAL or not fault.status_seen else None


def _look(session: Session, evidence: dict[str, Json]) -> Fault | None:
    """Notes the window and the keep-alive of what was just loaded.

    A model that the server does not keep is loaded again with a keep-alive of its own, so that its
    window can be read and not every exercise pays for a load; `release` ends that.
    """
    found = _resident(session)
    if found is None:
        return None
    row, kept = found
    if kept is not None:
        evidence["keep_alive_seconds"] = kept
    if kept is not None and kept < SHORTEST_KEEP_ALIVE:
        session.held = True
        fault = _load_only(session, KEEP)
        if fault is not None:
            return fault
        row = loaded(session)
    session.window = window_of(row)
    evidence["window_loaded"] = session.window
    return None


def release(session: Session) -> None:
    """Unloads what was kept only for the exercises, as the server itself would have done."""
    if session.held:
        _load_only(session, 0)


def _load_only(session: Session, keep_alive: Json = None) -> Fault | None:
    """POST /api/generate without a prompt: answers once the model is resident, or gone (0)."""
    body: dict[str, Json] = {"model": session.target.model, "stream": False}
    if keep_alive is not None:
        body["keep_alive"] = keep_alive
    try:
        reply = session.http.send(
            "POST",
            f"{session.root}/api/generate",
            body=body,
            headers=headers_of(session.target),
            deadline=session.limits.load,
        )
    except NoAnswer as silence:
        words = silence.message
        if silence.kind == "timeout":
            words = f"The model was not loaded within {session.limits.load:g} s"
        return Fault("load_timeout" if silence.kind == "timeout" else silence.kind, words)
    if reply.status == 200:
        return None
    said = session.target.hide(reply.text)
    return refused(reply.status, said, reply.headers)


def loaded(session: Session) -> Mapping[str, Json] | None:
    """The entry's model in `/api/ps`; None when it is not there or nobody answers."""
    found = _resident(session)
    return found[0] if found else None


def window_now(session: Session) -> int | None:
    """The window of the entry's model in tokens, 0 when it is not loaded; None without a reply."""
    found = _resident(session)
    return window_of(found[0]) if found else None


Resident = tuple[Mapping[str, Json] | None, float | None]


def _resident(session: Session) -> Resident | None:
    """The entry's model in `/api/ps`, asked with the entry's own headers."""
    return resident(
        session.http,
        session.root,
        session.target.model,
        headers=headers_of(session.target),
        lone=session.warm,
    )


def resident(
    http: Http,
    root: str,
    model: str,
    *,
    headers: Mapping[str, str] | None = None,
    lone: bool = True,
) -> Resident | None:
    """A model in `/api/ps`, None when it is not there, and how many seconds it stays unused.

    None for the whole when nobody answers. A model that is gone stays for 0 seconds. `lone` takes
    the only one there: models of the same weights share a runner under the first one's name.
    """
    try:
        reply = http.send("GET", f"{root}/api/ps", headers=headers, deadline=QUESTION)
        body = as_object(reply.json())
    except NoAnswer:
        return None
    if reply.status != 200 or "models" not in body:
        return None
    found = rows(body, "models")
    named = [row for row in found if same_model(text(row, "name"), model)]
    row = next(iter(named or (found if lone and len(found) == 1 else [])), None)
    return row, (0.0 if row is None else _left(row, reply.headers.get("date", "")))


def _left(row: Mapping[str, Json], date: str) -> float | None:
    """The seconds until the server unloads a model, by the server's own clock."""
    try:
        until = datetime.fromisoformat(text(row, "expires_at"))
        return round((until - parsedate_to_datetime(date)).total_seconds(), 1)
    except (ValueError, TypeError):
        return None


def window_of(row: Mapping[str, Json] | None) -> int:
    """The window of a loaded model in tokens; 0 when it is not loaded or not told."""
    return (count(row, "context_length") or 0) if row else 0
