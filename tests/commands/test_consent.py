"""One rule for every verb that changes something: --dry-run, --yes, a no, and no terminal."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from factory_byok.commands import consent
from factory_byok.screens import asking
from tests.commands.conftest import Byok
from tests.commands.test_plans import camel, snake, write
from tests.doubles.ollama import Ollama, Registry, a_model

pytestmark = pytest.mark.outside

Make = Callable[..., Ollama]
NAME, NEW = "coder:32b", "new:32b"

# What each verb is given, and whether its words (or a file) name all that it does.
VERBS: dict[str, tuple[tuple[str, ...], str]] = {
    "add": (("ollama", NAME), "words"),
    "add --pull": (("ollama", NEW, "--pull"), "words"),
    "add --all": (("ollama", "--all", "--prune"), "nobody"),
    "set": (("Mine", "max_output=5000"), "words"),
    "remove": (("Mine",), "words"),
    "fix": (("base-url-wrong", "model-missing"), "nobody"),
    "pull": ((NEW,), "words"),
    "window --set": ((NAME, "--set", "32000"), "words"),
    "window --server": ((NAME, "--set", "32000", "--server"), "nobody"),
    "apply": (("byok.toml",), "a file"),
    "setup": (("--model", NEW), "nobody"),
}
NOT_BY_WORDS = [verb for verb, (_, named) in VERBS.items() if named != "words"]
MANIFEST = f'[[models]]\nname = "{NEW}"\n[[entries]]\nname = "New"\nmodel = "{NEW}"\n'
CHANGES = ("/api/pull", "/api/create", "/api/delete", "/api/generate")


def words(verb: str) -> list[str]:
    """A whole command line."""
    return [verb.partition(" ")[0], *VERBS[verb][0], "--quiet"][: None if _quiet(verb) else -1]


def _quiet(verb: str) -> bool:
    return verb not in ("set", "remove")


@pytest.fixture
def server(ollama: Make, monkeypatch: pytest.MonkeyPatch, factory: Path, tmp_path: Path) -> Ollama:
    """A machine on which every verb has something to do."""
    from factory_byok.core.facts import Disk, Known, Memory, ServerSettings
    from factory_byok.core.units import Bytes
    from factory_byok.hardware import disk, ram
    from factory_byok.providers.ollama import settings as ollama_settings
    from factory_byok.workflows import server_setting

    double = ollama([a_model(NAME, 32.0)], registry=Registry([a_model(NEW, 32.0)]))
    double.state.automatic_window = 4096
    monkeypatch.setenv("OLLAMA_HOST", double.url.removeprefix("http://"))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(
        ram, "probe", lambda world: Known(Memory(Bytes(64 * 10**9), Bytes(60 * 10**9)))
    )
    room = Known(Disk("/models", Bytes(10**12), Bytes(10**11)))
    monkeypatch.setattr(disk, "probe", lambda world: room)
    started = Known(ServerSettings(Known({}), "`systemctl show ollama`", "service", 812))
    monkeypatch.setattr(ollama_settings, "look", lambda world, port: started)
    double.steps = []  # type: ignore[attr-defined]
    monkeypatch.setattr(
        server_setting,
        "_take",
        lambda world, step: double.steps.append(step.what),  # type: ignore[attr-defined]
    )
    (tmp_path / "byok.toml").write_text(MANIFEST)
    write(
        factory, "settings.json", {"customModels": [camel("Other", baseUrl="http://127.0.0.1:9")]}
    )
    gone = snake("Gone", model=NEW, base_url=double.base_url)
    write(factory, "config.json", {"custom_models": [snake("Mine"), gone]})
    return double


@pytest.fixture
def state(server: Ollama, factory: Path, empty_home: Path) -> Iterator[Callable[[], Any]]:
    """All that a verb could change: droid's files, byok's memory, the server."""

    def look() -> Any:
        files = {path.name: path.read_bytes() for path in factory.iterdir()}
        undo = sorted((empty_home / ".local/state/byok").rglob("*.record"))
        return files, undo, dict(server.state.models), list(server.steps)  # type: ignore[attr-defined]

    yield look


def somebody(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Somebody at a terminal, who says no; the questions."""
    asked: list[str] = []

    def no(question: str, **_: Any) -> bool:
        asked.append(question)
        return False

    for stream in (sys.stdin, sys.stderr):
        monkeypatch.setattr(stream, "isatty", lambda: True)
    for module in (consent, asking):
        monkeypatch.setattr(module, "agrees", no)
    return asked


@pytest.mark.parametrize("verb", VERBS)
def test_a_dry_run_shows_the_plan_in_one_form_and_changes_nothing(
    byok: Byok, state: Callable[[], Any], monkeypatch: pytest.MonkeyPatch, server: Ollama, verb: str
) -> None:
    before, person = state(), somebody(monkeypatch)
    more = ("--skip", "default") if verb == "setup" else ()
    ran = byok(*words(verb), "--dry-run", *more)
    assert ran.code == (1 if verb == "fix" else 0), ran.err  # what is to be repaired is an error
    assert state() == before and person == []
    assert not any(server.asked(path) for path in CHANGES)
    assert any(line.startswith("- ") for line in ran.out.splitlines()), ran.out
    assert "othing was changed" in ran.out
    assert ran.out.splitlines()[-1].startswith("Next: ")


@pytest.mark.parametrize("verb", VERBS)
def test_without_a_terminal_nothing_is_asked_and_what_nobody_named_needs_a_yes(
    byok: Byok, state: Callable[[], Any], verb: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(consent, "agrees", None)  # nobody may be asked
    before = state()
    ran = byok(*words(verb), "--json")
    if VERBS[verb][1] == "nobody":
        assert ran.code == 1 and state() == before
        (finding,) = ran.json["findings"]
        assert finding["message"] == "Nothing was changed: there is no terminal to ask"
        assert "--yes" in finding["remedy"]["text"]
    else:
        assert state() != before


@pytest.mark.parametrize("verb", VERBS)
def test_yes_is_the_answer_and_does_it(
    byok: Byok, state: Callable[[], Any], monkeypatch: pytest.MonkeyPatch, verb: str
) -> None:
    before, person = state(), somebody(monkeypatch)
    byok(*words(verb), "--yes")
    assert state() != before and person == []


@pytest.mark.parametrize("verb", NOT_BY_WORDS)
def test_a_plan_that_does_more_than_the_words_is_asked_about_once_and_a_no_changes_nothing(
    byok: Byok, state: Callable[[], Any], monkeypatch: pytest.MonkeyPatch, server: Ollama, verb: str
) -> None:
    before, person = state(), somebody(monkeypatch)
    more = ("--skip", "default") if verb == "setup" else ()
    ran = byok(*words(verb), *more)
    assert ran.code == 1 and "You said no: nothing was changed" in ran.err
    assert [each.strip() for each in person] == ["Do this?"]
    assert any(line.startswith("- ") for line in ran.err.splitlines()), ran.err
    assert state() == before and not any(server.asked(path) for path in CHANGES)


@pytest.mark.parametrize("verb", [verb for verb in VERBS if verb not in NOT_BY_WORDS])
def test_what_the_words_name_is_done_without_a_question(
    byok: Byok, state: Callable[[], Any], monkeypatch: pytest.MonkeyPatch, verb: str
) -> None:
    before, person = state(), somebody(monkeypatch)
    more = ("--no-test",) if verb.startswith("add") else ()
    byok(*words(verb), *more)
    assert state() != before and person == []
