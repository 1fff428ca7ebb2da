"""byok list: what droid will see, without the network."""

import sys
from pathlib import Path

import pytest

from factory_byok.diagnosis import collect
from factory_byok.sizing.fitting.pick import recommended
from tests.commands.conftest import Byok
from tests.sizing.fitting.builders import a_card, a_machine

ENTRY = (
    '{"displayName": "Mine", "model": "m:7b", "baseUrl": "http://localhost:11434/v1",'
    ' "apiKey": "sk-secret-1234567890", "provider": "generic-chat-completion-api"}'
)


def test_an_empty_home_lists_nothing_and_names_the_model_for_this_machine(
    byok: Byok, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine = a_machine(a_card(24))
    monkeypatch.setattr(collect, "look_at_machine", lambda *_: machine)
    own = recommended(machine).own
    assert own is not None

    assert byok("list", "--json").json["next"]["command"] == ["byok", "setup"]

    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    ran = byok("list", "--json")

    assert ran.json["next"]["command"] == ["byok", "setup", "--model", own.model]
    assert ran.code == 0
    assert ran.data["entries"] == []
    assert {file["fate"] for file in ran.data["files"]} == {"absent"}


def test_an_entry_is_shown_with_its_id_and_without_its_key(byok: Byok, factory: Path) -> None:
    (factory / "settings.json").write_text(f'{{"customModels": [{ENTRY}]}}')
    ran = byok("list")
    assert ran.code == 0
    assert "Mine" in ran.out
    assert "custom:Mine-0" in byok("list", "Mine").out
    assert "sk-secret" not in ran.out
    (row,) = byok("list", "--json").data["entries"]
    assert row == {
        "id": "custom:Mine-0",
        "name": "Mine",
        "model": "m:7b",
        "base_url": "http://localhost:11434/v1",
        "dialect": "generic-chat-completion-api",
        "max_output": None,
        "file": str(factory / "settings.json"),
        "level": "user",
        "fate": "listed",
        "reason": "",
        "default": False,
        "last_window": None,
    }


def test_a_rejected_file_is_named_with_its_place_and_exits_1(byok: Byok, factory: Path) -> None:
    (factory / "config.json").write_text('{\n  "custom_models": [],\n  # no\n}')
    ran = byok("list", "--json")
    assert ran.code == 1
    (file,) = (each for each in ran.data["files"] if each["fate"] == "rejected")
    assert (file["line"], file["column"]) == (3, 3)


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"// only a comment",
        b"{} {}",
        b"[" * 10_000,
        b"\x00",
        b'{"a": "\x01"}',
        b'{"customModels": [' + b"[" * 10_000 + b"]" * 10_000 + b"]",
        b"\xff\xfe{\x00}\x00",
        b'{"a": 01}',
        b'{"a": NaN}',
    ],
)
def test_a_broken_file_gives_line_and_column_and_no_traceback(
    byok: Byok, factory: Path, text: bytes
) -> None:
    path = factory / "settings.json"
    path.write_bytes(text)
    ran = byok("list", "--json")
    assert ran.code == 1
    (file,) = (each for each in ran.data["files"] if each["fate"] == "rejected")
    assert file["line"] >= 1
    assert file["column"] >= 1
    assert path.read_bytes() == text


def test_odd_but_whole_files_are_read(byok: Byok, factory: Path) -> None:
    (factory / "settings.json").write_text('{"a": 1e999, "b": ' + "9" * 5000 + ', "c": "\\ud800"}')
    assert byok("list").code == 0


def test_a_folder_in_place_of_a_file_is_said(byok: Byok, factory: Path) -> None:
    (factory / "settings.json").mkdir()
    ran = byok("list")
    assert ran.code == 1
    assert "is a folder" in ran.out


def test_a_huge_file_is_refused_without_being_read(byok: Byok, factory: Path) -> None:
    with (factory / "settings.json").open("wb") as file:
        file.truncate(50 * 2**20)
    ran = byok("list")
    assert ran.code == 1
    assert "too large" in ran.out


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ('{"customModels": [' + ",".join(["1"] * 50_001) + "]}", "it holds 50,001 entries"),
        ('{"a": [' + ",".join(["1"] * 300_002) + "]}", "holds too much: 300,001 values"),
    ],
)
def test_a_file_of_too_many_values_is_named_with_the_bound(
    byok: Byok, factory: Path, body: str, says: str
) -> None:
    (factory / "settings.json").write_text(body)
    ran = byok("list")
    assert ran.code == 1
    assert says in " ".join(ran.out.split())
    assert "byok reads at most" in " ".join(ran.out.split())
    assert "droid offers is not known" in ran.out


def test_an_array_that_is_no_array_lists_nothing(byok: Byok, factory: Path) -> None:
    (factory / "settings.json").write_text('{"customModels": {"a": 1}}')
    assert not [e for e in byok("list", "--json").data["entries"] if e["fate"] == "listed"]
    assert "`customModels` is no list" in byok("list").out
