"""The settings checks against real texts: each remedy's edits make its own finding go away."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from factory_byok.core.facts import FileKind, Snapshot
from factory_byok.core.findings import Finding
from factory_byok.diagnosis.checks import CHECKS, CODES
from factory_byok.diagnosis.examine import outcome_of
from factory_byok.droid.settings.edit import apply
from factory_byok.droid.settings.effective import Source, effective
from factory_byok.droid.settings.locate import FILE_NAMES, Place
from tests.builders import a_snapshot

FOLDER = Path("/home/u/.factory")
SETTINGS_CHECKS = dict(zip(CODES, CHECKS, strict=True))
PAGE = """{
  "custom_models": [
    {
      "model_display_name": "Qwen 2.5 Coder 32B [Local]",  # for the list
      "model": "qwen2.5-coder:32b",
      "base_url": "http://localhost:11434/v1",
      "api_key": "not-needed",  # add any non-empty value
      "provider": "generic-chat-completion-api",
      "max_tokens": 16000,
    }
  ]
}
"""
CAMEL = '"model": "m", "provider": "openai", "baseUrl": "http://localhost:11434/v1"'


def seen(texts: Mapping[FileKind, str]) -> Snapshot:
    """The snapshot of a machine with these files and nothing else known."""
    sources = [
        Source(Place(FOLDER / name, "user", kind), texts.get(kind), "", 0o600)
        for kind, name in FILE_NAMES.items()
    ]
    result = effective(sources, {})
    return a_snapshot(
        files=result.files, entries=result.entries, defaults=result.defaults, servers={}
    )


def findings(code: str, texts: Mapping[FileKind, str]) -> list[Finding]:
    """What one check finds in these files."""
    return list(outcome_of(SETTINGS_CHECKS[code], seen(texts)).findings)


def one(*more: str, entry: str = CAMEL) -> Mapping[FileKind, str]:
    """A settings.json with one entry, and members that it has beside the required ones."""
    return {"settings": f'{{"customModels": [{{{", ".join([entry, *more])}}}]}}'}


def two(list_name: str, second: str = CAMEL) -> str:
    """The text of a file with two entries."""
    return f'{{"{list_name}": [{{{CAMEL}}}, {{{second}}}]}}'


COPIED: Mapping[FileKind, str] = {
    **one(),
    "config": f'{{"custom_models": [{{{CAMEL.replace("baseUrl", "base_url")}}}]}}',
}


@pytest.mark.parametrize(
    ("code", "texts", "listed"),
    [
        ("file_rejected", {"config": PAGE}, 1),
        ("file_rejected", {"settings": "\ufeff{}"}, 0),
        ("provider_unknown", one(entry=CAMEL.replace("openai", "ollama")), 1),
        ("entry_dropped", {"settings": PAGE.replace("#", "//").replace("16000,", "16000")}, 1),
        ("entry_dropped", {"config": two("customModels")}, 2),
        ("entry_dropped", one('"id": ""'), 1),
        ("entry_dropped", one('"apiKey": "YOUR_API_KEY"'), 1),
        ("entry_unselectable", one('"id": "me"'), 1),
        ("entry_duplicate", {"settings": two("customModels")}, 1),
        ("entry_shadowed", COPIED, 1),
        ("base_url_wrong", one(entry=CAMEL.replace("/v1", "")), 1),
        ("output_limit_wrong", one('"maxOutputTokens": "5"'), 1),
        ("key_claimed_by_ollama", one('"apiKey": "ollama"'), 1),
        ("key_not_set", one('"apiKey": "${K}"'), 1),
    ],
)
def test_after_its_edits_a_finding_is_gone(
    code: str, texts: Mapping[FileKind, str], listed: int
) -> None:
    kinds = {str(FOLDER / name): kind for kind, name in FILE_NAMES.items()}
    mended = dict(texts)
    (finding,) = findings(code, texts)
    assert finding.remedy.edits
    assert finding.command == ("byok", "fix", code)
    for file in {edit.file for edit in finding.remedy.edits}:
        edits = [edit for edit in finding.remedy.edits if edit.file == file]
        mended[kinds[file]] = apply(mended[kinds[file]], edits)
    assert findings(code, mended) == []
    assert len(list(seen(mended).listed())) == listed
