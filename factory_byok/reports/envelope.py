"""The one JSON envelope of every verb that reports."""

import json
from typing import TYPE_CHECKING, Any, Final

from factory_byok.core.droid_facts import Json
from factory_byok.core.errors import ByokError
from factory_byok.reports.masked_edits import without_secrets
from factory_byok.screens.answer import Answer
from factory_byok.workflows.next_step import AGAIN, NextStep, of_hint

if TYPE_CHECKING:  # `byok list --json` needs neither, and starts sooner without
    from factory_byok.core.findings import Finding, Outcome

SCHEMA_VERSION: Final = 1


def envelope(command: str, answer: Answer) -> str:
    """An answer as JSON text."""
    data = answer.data() if callable(answer.data) else answer.data
    findings = [show(finding) for finding in answer.findings]
    return _text(command, answer.outcome, _plain(data), findings, answer.next, answer.interrupted)


def failure(command: str, error: ByokError, *, interrupted: bool = False) -> str:
    """A verb that ended before it had a result, as JSON text."""
    from factory_byok.core.findings import Finding, Remedy

    finding = Finding("error", command, error.message, Remedy(error.hint))
    following = AGAIN if interrupted else of_hint(error.hint) if error.hint else None
    return _text(command, "error", None, [show(finding)], following, interrupted)


def show(finding: "Finding") -> Json:
    """A finding as scripts see it; a remedy without a command has null there."""
    from factory_byok.core.serialization import to_json

    remedy = finding.remedy
    return {
        "level": finding.level,
        "subject": finding.subject,
        "message": finding.message,
        "remedy": {
            "text": remedy.text,
            "command": list(finding.command) or None,
            "edits": to_json(remedy.edits),
        },
        "check": finding.check,
    }


def show_outcome(outcome: "Outcome") -> Json:
    """A check's outcome as scripts see it."""
    return {
        "check": outcome.check,
        "title": outcome.title,
        "status": outcome.status,
        "reason": outcome.reason,
        "findings": [show(finding) for finding in outcome.findings],
    }


def show_next(following: NextStep | None) -> Json:
    """The next step as scripts see it; null when there is none."""
    if following is None:
        return None
    return {"text": following.text, "command": list(following.command) or None}


def _text(
    command: str,
    status: str,
    data: Json,
    findings: list[Json],
    following: NextStep | None = None,
    interrupted: bool = False,
) -> str:
    """The envelope; lone surrogates are escaped so that any stream can take them."""
    body = {
        "schema_version": SCHEMA_VERSION,
        "command": command,
        "status": status,
        "data": without_secrets(data),
        "findings": without_secrets(findings),
        "next": show_next(following),
        "interrupted": interrupted,
    }
    text = json.dumps(body, indent=2, ensure_ascii=False)
    try:
        text.encode()
    except UnicodeEncodeError:
        return json.dumps(body, indent=2)
    return text


def _plain(data: Any) -> Json:
    """The data with findings and outcomes as scripts see them."""
    if data is None or isinstance(data, str | int | float):
        return data
    if isinstance(data, dict):
        return {key: _plain(value) for key, value in data.items()}
    if isinstance(data, list | tuple):
        return [_plain(each) for each in data]
    from factory_byok.core.findings import Finding, Outcome
    from factory_byok.core.serialization import to_json

    if isinstance(data, Outcome):
        return show_outcome(data)
    return show(data) if isinstance(data, Finding) else to_json(data)
