"""Loading a model on Ollama with no options, as droid's first request would, and what came of it.

The same resolution of options decides the window as on `/v1`, so what `/api/ps` then tells is the
window that droid gets (Ollama v0.33.0-rc2).
"""

import time
from collections.abc import Mapping
from typing import Final

from factory_byok.core.facts import Json
from factory_byok.core.http import NoAnswer
from factory_byok.core.json_fields import as_object, count, text
from factory_byok.core.model_names import same_model
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
    `window_before` (0 when it was not loaded) and `window_loaded`.
    """
    if not session.is_ollama:
        return None
    before = loaded(session)
    known = before is not None
    session.say(
        f"{session.target.model} is loaded already"
        if known
        else f"Loading {session.target.model}; this may take up to {session.limits.load:g} s"
    )
    start = time.monotonic()
    fault = _load_only(session)
    seconds = round(time.monotonic() - start, 3)
    evidence: dict[str, Json] = {"load_seconds": seconds, "window_before": window_of(before)}
    if fault is None:
        session.warm = True
        session.window = window_of(loaded(session))
        evidence["window_loaded"] = session.window
        session.say(f"{session.target.model} is ready after {show_seconds(seconds)}")
    session.load_evidence = evidence
    return fault if fault is None or fault.kind in _FATAL or not fault.status_seen else None


def _load_only(session: Session) -> Fault | None:
    """POST /api/generate without a prompt: answers once the model is resident."""
    try:
        reply = session.http.send(
            "POST",
            f"{session.root}/api/generate",
            # With OLLAMA_KEEP_ALIVE=0 it would be gone before `/api/ps` can be asked.
            body={"model": session.target.model, "stream": False, "keep_alive": KEEP},
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
    try:
        reply = session.http.send(
            "GET", f"{session.root}/api/ps", headers=headers_of(session.target), deadline=QUESTION
        )
        found = rows(as_object(reply.json()), "models") if reply.status == 200 else []
    except NoAnswer:
        return None
    named = [row for row in found if same_model(text(row, "name"), session.target.model)]
    # Models of the same weights share a runner, which keeps the name it was loaded under.
    lone = found if session.warm and len(found) == 1 else []
    return next(iter([*named, *lone]), None)


def window_of(row: Mapping[str, Json] | None) -> int:
    """The window of a loaded model in tokens; 0 when it is not loaded or not told."""
    return (count(row, "context_length") or 0) if row else 0
