"""The verbs follow the droid that is installed or pinned, say which, and ask an unknown one."""

import json
import os
from pathlib import Path
from time import monotonic

import pytest

from tests.commands.conftest import Byok
from tests.doubles.droid import installed

BASE = "http://127.0.0.1:9/v1"
ADD = ("add", "ollama", "m:7b", "--endpoint", "http://127.0.0.1:9", "--no-check")


def config(model: str, name: str) -> str:
    """A config.json with one entry."""
    entry = {"model_display_name": name, "model": model, "base_url": BASE, "api_key": "k"}
    return json.dumps({"custom_models": [entry | {"provider": "openai"}]})


def settings(*models: str) -> str:
    """A settings.json with entries."""
    entry = {"baseUrl": BASE, "apiKey": "k", "provider": "openai"}
    return json.dumps({"customModels": [entry | {"model": model} for model in models]})


def a_droid(folder: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    """A droid on PATH that is a script of ours."""
    folder.mkdir()
    (folder / "droid").write_text(f"#!/bin/sh\n{script}\n")
    (folder / "droid").chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")


def test_list_follows_the_pinned_version_and_says_so(byok: Byok, factory: Path) -> None:
    (factory / "settings.json").write_text(settings("a", "b"))
    ran = byok("list", "--droid-version", "0.117.0")
    assert "As read by droid 0.117.0, which is pinned" in ran.out
    rows = byok("list", "--droid-version", "0.117.0", "--json").data
    assert [row["id"] for row in rows["entries"]] == ["custom:a-0", "custom:b-1"]
    assert rows["droid"]["version"] == "0.117.0"
    rows = byok("list", "--json").data
    assert [row["id"] for row in rows["entries"]] == ["custom:a-0", "custom:b-0"]
    assert rows["droid"]["version"] is None


def test_the_variable_pins_as_the_option_does_and_the_option_leaves_no_trace(
    byok: Byok, factory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (factory / "settings.json").write_text(settings("a", "b"))
    monkeypatch.setenv("BYOK_DROID_VERSION", "0.99.0")
    assert byok("list", "--droid-version", "0.117.0", "--json").data["droid"]["version"] == (
        "0.117.0"
    )
    assert byok("list", "--json").data["droid"]["version"] == "0.99.0"


def test_what_is_no_version_is_a_usage_error(byok: Byok) -> None:
    ran = byok("list", "--droid-version", "latest")
    assert ran.code == 2
    assert "`latest` is not a version of droid" in ran.err


def test_every_verb_that_depends_on_the_rules_says_which(byok: Byok, factory: Path) -> None:
    (factory / "settings.json").write_text(settings("a", "b"))
    pin = ("--droid-version", "0.215.0")
    for words in (
        (*ADD, "--dry-run"),
        ("set", "custom:a-0", "max_output=5", "--dry-run"),
        ("remove", "custom:a-0", "--dry-run"),
    ):
        assert "As read by droid 0.215.0, which is pinned" in byok(*words, *pin).out
        assert byok(*words, *pin, "--json").data["read_by"] == "droid 0.215.0, which is pinned"


def test_add_writes_where_the_older_droid_honours_it(byok: Byok, factory: Path) -> None:
    (factory / "settings.json").write_text(settings("a"))
    ran = byok(*ADD, "--droid-version", "0.215.0", "--json")
    assert ran.data["file"] == str(factory / "settings.json")
    assert ran.data["entry"]["fate"] == "listed"


def test_add_refuses_a_file_where_the_older_droid_would_not_see_the_entry(
    byok: Byok, factory: Path
) -> None:
    (factory / "settings.json").write_text(settings("m:7b"))
    words = (*ADD, "--file", "config", "--name", "Mine")
    ran = byok(*words, "--droid-version", "0.215.0")
    assert ran.code == 1
    assert "takes only the entry with the same model" in ran.err
    assert byok(*words).code == 0


def test_an_entry_that_another_pinned_version_does_not_honour_gets_a_note(
    byok: Byok, factory: Path
) -> None:
    (factory / "settings.json").write_text(settings("m:7b"))
    words = (*ADD, "--file", "config", "--name", "Mine", "--dry-run", "--json")
    (note,) = byok(*words, "--droid-version", "0.225.2,0.215.0").json["findings"]
    assert note["level"] == "note"
    assert "droid 0.215.0 would not offer it" in note["message"]
    assert byok(*words).json["findings"] == []


def test_a_manifest_pins_versions_too(byok: Byok, factory: Path, tmp_path: Path) -> None:
    (factory / "settings.json").write_text(settings("a"))
    manifest = tmp_path / "byok.toml"
    manifest.write_text(
        'version = 1\ndroid_versions = ["0.117.0", "0.225.2"]\n'
        '[[entries]]\nname = "Mine"\nmodel = "m:7b"\n'
    )
    ran = byok("apply", str(manifest), "--offline", "--yes", "--json")
    assert ran.data["entries"] == {"Mine": "custom:Mine-1"}
    assert ran.data["read_by"] == "droid 0.117.0, which is pinned"
    (note,) = [each for each in ran.json["findings"] if "0.225.2" in each["message"]]
    assert "calls it custom:Mine-0" in note["message"]
    manifest.write_text('version = 1\ndroid_versions = ["new"]\n')
    assert "must be a version of droid such as 0.225.2" in byok("apply", str(manifest)).err


LISTS = 'echo "Custom Models:"; echo "  custom:a-7   a"; echo; echo "Model details:"'


@pytest.mark.outside
def test_an_unknown_droid_with_other_rules_is_noticed_by_doctor_and_add(
    byok: Byok, factory: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_droid(
        tmp_path / "bin",
        monkeypatch,
        f'[ "$1" = --version ] && echo 9.9.9 && exit\n{LISTS}',
    )
    (factory / "settings.json").write_text(settings("a"))
    findings = byok("doctor", "--json").json["findings"]
    told = {each["check"]: each["message"] for each in findings if each["subject"] == "droid"}
    assert "droid 9.9.9" in told["droid_unmeasured"]
    assert "lacks `custom:a-0`, has `custom:a-7` besides" in told["droid_disagrees"]
    (finding,) = byok(*ADD, "--json").json["findings"]
    assert finding["level"] == "warning"
    assert "droid 9.9.9 was not measured" in finding["message"]


@pytest.mark.outside
@pytest.mark.usefixtures("droid")
def test_an_unknown_droid_that_reads_as_byok_thinks_is_no_matter(
    byok: Byok, factory: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = installed("0.225.2")
    a_droid(
        tmp_path / "bin",
        monkeypatch,
        f'[ "$1" = --version ] && echo 9.9.9 && exit\nexec {real} "$@"',
    )
    (factory / "settings.json").write_text(settings("a", "b", "a"))
    for _ in range(2):
        start = monotonic()
        findings = byok("doctor", "--json").json["findings"]
        assert [each["message"] for each in findings if each["subject"] == "droid"] == []
        assert monotonic() - start < 10
    assert "9.9.9, which is installed, was not measured" in byok("list").out


@pytest.mark.outside
@pytest.mark.parametrize("version", ["0.117.0", "0.225.2"])
@pytest.mark.usefixtures("droid")
def test_a_packaged_droid_is_known_without_starting_it(
    version: str, byok: Byok, factory: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not installed(version).exists():
        pytest.skip("this version is not installed")
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/droid").symlink_to(installed(version))
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    (factory / "settings.json").write_text(settings("a"))
    assert byok("list", "--json").data["droid"]["version"] == version
    assert not (factory.parent / ".cache/byok/droid.json").exists()


def test_an_entry_that_an_older_droid_would_hide_stays_and_the_way_to_both_is_told(
    byok: Byok, factory: Path
) -> None:
    (factory / "config.json").write_text(config("x:32b", "Old"))
    (factory / "settings.json").write_text(settings())
    add = ("add", "ollama", "x:32b", "--no-check", "--name", "New", "--droid-version", "0.117.0")
    ran = byok(*add)
    assert ran.code == 1 and "the entry with the same model in" in ran.err
    assert "Nothing was changed; droid offers both where they stand in one file" in ran.err
    assert byok(*add, "--file", "config").code == 0
    rows = byok("list", "--droid-version", "0.117.0", "--json").data["entries"]
    assert [row["fate"] for row in rows] == ["listed", "listed"]
