"""byok setup without a terminal, against the double of Ollama."""

import json
import os
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from factory_byok.core.errors import ByokError
from factory_byok.core.facts import Disk, Known, OllamaInstall
from factory_byok.core.units import Bytes
from factory_byok.diagnosis import collect as collecting
from factory_byok.hardware import disk
from factory_byok.providers.ollama import install as ollama_install
from factory_byok.workflows import pull as pulling
from tests.builders import a_machine
from tests.commands.conftest import Byok, Ran
from tests.doubles.ollama import Ollama, Registry, Script, a_cloud_model, a_model

pytestmark = pytest.mark.outside

Make = Callable[..., Ollama]
NAME = "qwen2.5-coder:32b"
SCREENS = Path(__file__).parents[1] / "screens"
COPY = "qwen2.5-coder:32b-ctx32000"
STEPS = ["machine", "server", "model", "pull", "window", "keep_alive", "entry", "default", "proof"]


@pytest.fixture
def server(ollama: Make, monkeypatch: pytest.MonkeyPatch) -> Ollama:
    """A double of Ollama that OLLAMA_HOST points to, with a registry behind it."""
    double = ollama(["smollm2"], registry=Registry([a_model(NAME), a_model("qwen3:8b", 7.6)]))
    monkeypatch.setenv("OLLAMA_HOST", double.url.removeprefix("http://"))
    return double


@pytest.fixture(autouse=True)
def no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    """Goes on at once after a cut."""
    monkeypatch.setattr(pulling, "PAUSE", 0.0)


@pytest.fixture
def files(empty_home: Path) -> Callable[[], dict[str, bytes]]:
    """What droid's folder holds now."""

    def read() -> dict[str, bytes]:
        folder = empty_home / ".factory"
        return {path.name: path.read_bytes() for path in folder.glob("*")}

    return read


def statuses(ran: Ran) -> dict[str, str]:
    return {each["step"]: each["status"] for each in ran.data["steps"]}


def detail(ran: Ran, step: str) -> str:
    return next(str(each["detail"]) for each in ran.data["steps"] if each["step"] == step)


def test_one_command_leads_from_nothing_to_a_proven_model(
    byok: Byok, server: Ollama, empty_home: Path
) -> None:
    ran = byok("setup", "--model", NAME, "--yes", "--json")
    assert ran.code == 0, ran.out
    assert [each["step"] for each in ran.data["steps"]] == STEPS
    assert statuses(ran) == {
        "machine": "done",
        "server": "unchanged",
        "model": "done",
        "pull": "done",
        "window": "done",
        "keep_alive": "done",
        "entry": "done",
        "default": "skipped",
        "proof": "done",
    }
    assert {NAME, COPY} <= set(server.state.models)
    (written,) = json.loads((empty_home / ".factory/config.json").read_text())["custom_models"]
    assert written["model"] == COPY
    assert written["model_display_name"] == "Qwen 2.5 Coder 32B [Local]"
    assert ran.data["entry"]["id"] == "custom:Qwen-2.5-Coder-32B-[Local]-0"
    proven = {each["exercise"]: each["status"] for each in ran.data["results"]}
    assert proven == {"tools": "passed", "window": "passed"}


def test_a_person_gets_a_table_and_the_line_for_droid(byok: Byok, server: Ollama) -> None:
    ran = byok("setup", "--model", NAME, "--yes")
    assert ran.code == 0
    turn = "One turn of droid: droid exec -m 'custom:Qwen-2.5-Coder-32B-[Local]-0' \"hello\""
    assert turn in ran.out.splitlines()
    last = ran.out.rstrip().splitlines()[-1]
    assert last.startswith("Next: ") and "there, /model → Qwen 2.5 Coder 32B [Local]" in last
    assert "is ready for droid" in ran.out
    assert "of 20.0 GB" in ran.err and "Giving" in ran.err
    assert byok("setup", "--model", NAME, "--yes", "--quiet").err == ""


def test_a_second_run_changes_nothing_and_says_so(
    byok: Byok, server: Ollama, files: Callable[[], dict[str, bytes]]
) -> None:
    byok("setup", "--model", NAME, "--yes")
    before, models = files(), dict(server.state.models)
    server.requests.clear()
    for words in (("--model", NAME), ()):  # droid's own entry tells which model is meant
        again = byok("setup", *words, "--yes", "--json")
        assert again.code == 0, again.out
        assert again.data["changed"] is False
        assert {statuses(again)[step] for step in STEPS[3:7]} == {"unchanged"}
    assert "nothing was changed" in byok("setup", "--yes", "--skip", "proof").out
    assert files() == before
    assert server.state.models == models
    assert not server.asked("/api/create") and not server.asked("/api/pull")


def test_the_readmes_screen_is_what_setup_shows(
    byok: Byok, server: Ollama, monkeypatch: pytest.MonkeyPatch, empty_home: Path, tmp_path: Path
) -> None:
    machine = a_machine()
    monkeypatch.setattr(collecting, "_machine", lambda *_: machine)
    install = OllamaInstall("/usr/local/bin/ollama", "by hand", running=True)
    monkeypatch.setattr(ollama_install, "probe", lambda _: install)
    droid = tmp_path / "bin/droid"
    droid.parent.mkdir()
    droid.write_text("#!/bin/sh\necho 0.225.2\n")
    droid.chmod(0o755)
    monkeypatch.setenv("PATH", f"{droid.parent}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("COLUMNS", "80")
    server.state.models["qwen3-coder:30b"] = a_model("qwen3-coder:30b", 30.5)
    words = ("setup", "--model", "qwen3-coder:30b", "--yes")
    ran = byok(*words)
    assert ran.code == 0
    shown = f"$ byok {' '.join(words)}\n{ran.out.replace(server.url, 'http://localhost:11434')}"
    file = SCREENS / "setup.txt"
    if os.environ.get("BYOK_UPDATE_SCREENS"):
        file.write_text(shown, "utf-8")
    assert shown == file.read_text("utf-8")


# --- what goes wrong -----------------------------------------------------------------------------


def failed(byok: Byok, files: Callable[[], dict[str, bytes]], step: str, *words: str) -> Ran:
    """Runs what must fail at a step, and sees that nothing was written."""
    ran = byok("setup", "--yes", "--json", *words)
    assert ran.code == 1, ran.out
    assert statuses(ran)[step] == "failed", ran.out
    later = STEPS[STEPS.index(step) + 1 :]
    assert {statuses(ran)[each] for each in later} <= {"skipped"}
    assert ran.data["entry"] is None
    assert files() == {}
    return ran


def test_a_silent_server_is_named_with_the_line_that_starts_it(
    byok: Byok, files: Callable[[], dict[str, bytes]]
) -> None:
    words = ("--model", NAME, "--endpoint", "http://127.0.0.1:9", "--wait", "0")
    ran = failed(byok, files, "server", *words)
    assert "does not answer at http://127.0.0.1:9" in detail(ran, "server")
    assert "run the same `byok setup` again" in ran.json["findings"][-1]["remedy"]["text"]
    assert ran.data["go_on"][:4] == ["byok", "setup", "--model", NAME]


def test_a_server_that_is_being_started_is_waited_for(byok: Byok) -> None:
    with Ollama([a_model(NAME)]) as scout:
        port = scout.port
    late = Ollama([a_model(NAME)], port=port)
    started = threading.Event()

    def start() -> None:
        time.sleep(4)
        late.__enter__()
        started.set()

    threading.Thread(target=start, daemon=True).start()
    where = f"http://127.0.0.1:{port}"
    ran = byok("setup", "--model", NAME, "--yes", "--json", "--endpoint", where, "--wait", "30")
    started.wait(10)
    late.__exit__()
    assert ran.code == 0, ran.out
    assert statuses(ran)["server"] == "done"


def test_another_program_at_the_endpoint_is_not_taken_for_ollama(
    byok: Byok, files: Callable[[], dict[str, bytes]]
) -> None:
    from tests.doubles.faults import fault

    with fault("html") as url:
        failed(byok, files, "server", "--model", NAME, "--endpoint", url)


def test_a_model_that_the_registry_lacks(
    byok: Byok, server: Ollama, files: Callable[[], dict[str, bytes]]
) -> None:
    ran = failed(byok, files, "pull", "--model", "nosuch:1b")
    assert "registry has no `nosuch:1b`" in detail(ran, "pull")


def test_a_slip_in_a_name_is_said_before_anything_is_downloaded(byok: Byok, server: Ollama) -> None:
    ran = byok("setup", "--model", "qwen2.5-codr:32b", "--yes", "--json")
    assert (ran.code, statuses(ran)["model"]) == (1, "failed")
    assert "Did you mean `qwen2.5-coder:32b`?" in ran.out
    assert not server.asked("/api/pull")


def test_a_pull_that_fails_in_the_middle_of_its_stream(
    byok: Byok, server: Ollama, files: Callable[[], dict[str, bytes]]
) -> None:
    server.registry.failing = "write blob: max retries exceeded: EOF"
    ran = failed(byok, files, "pull", "--model", NAME)
    assert "max retries exceeded" in detail(ran, "pull")
    server.registry.failing = ""
    assert byok(*ran.data["go_on"][1:]).code == 0


def test_a_disk_that_is_too_small(
    byok: Byok,
    server: Ollama,
    files: Callable[[], dict[str, bytes]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    small = Known(Disk("/models", Bytes(10**10), Bytes(10**9)))
    monkeypatch.setattr(disk, "probe", lambda world: small)
    ran = failed(byok, files, "pull", "--model", NAME)
    assert "1.0 GB left" in detail(ran, "pull")
    assert not server.asked("/api/pull")


def test_a_window_that_the_model_cannot_have_is_said_before_the_download(
    byok: Byok, server: Ollama, files: Callable[[], dict[str, bytes]]
) -> None:
    ran = failed(byok, files, "model", "--model", NAME, "--window", "64000")
    assert "itself ends at 32,768" in detail(ran, "model")
    assert not server.asked("/api/pull")
    short = failed(byok, files, "model", "--model", "smollm2")
    assert "itself ends at 8,192" in detail(short, "model")


def test_a_model_that_cannot_be_loaded(
    byok: Byok, server: Ollama, files: Callable[[], dict[str, bytes]]
) -> None:
    server.state.busy = True
    ran = failed(byok, files, "window", "--model", NAME)
    assert "server busy" in detail(ran, "window")
    server.state.busy = False
    assert byok(*ran.data["go_on"][1:]).code == 0


def test_a_copy_of_an_earlier_run_is_used(byok: Byok, server: Ollama) -> None:
    byok("pull", NAME)
    byok("window", NAME, "--set", "32000")
    ran = byok("setup", "--model", NAME, "--yes", "--json")
    assert ran.code == 0, ran.out
    assert statuses(ran)["window"] == "unchanged"
    assert ran.data["entry"]["model"] == COPY
    assert len(server.asked("/api/create")) == 1


def test_a_name_that_another_entry_has(byok: Byok, server: Ollama, factory: Path) -> None:
    title = "Qwen 2.5 Coder 32B [Local]"
    base_url = "http://10.0.0.1:1/v1"
    byok("add", "openai-compatible", "x", "--name", title, "--endpoint", base_url, "--no-check")
    before = (factory / "config.json").read_bytes()
    ran = byok("setup", "--model", NAME, "--yes", "--json")
    assert ran.code == 1
    assert f"another entry called `{title}`" in detail(ran, "entry")
    assert (factory / "config.json").read_bytes() == before


def test_a_broken_settings_file_is_left_alone(byok: Byok, server: Ollama, factory: Path) -> None:
    path = factory / "config.json"
    path.write_text('{"custom_models": [],}')
    ran = byok("setup", "--model", NAME, "--yes", "--json")
    assert ran.code == 1 and statuses(ran)["entry"] == "failed"
    assert path.read_text() == '{"custom_models": [],}'


def test_a_model_that_writes_its_calls_as_text_is_named_with_a_better_one(
    byok: Byok, ollama: Make
) -> None:
    double = ollama([a_model("qwen2.5-coder:7b", 7.6, script=Script(on_tools="json"))])
    words = ("--model", "qwen2.5-coder:7b", "--endpoint", double.url)
    ran = byok("setup", "--yes", "--json", *words)
    assert ran.code == 1
    assert statuses(ran)["proof"] == "failed"
    assert "as JSON text" in detail(ran, "proof")
    error = ran.json["findings"][-1]
    assert "Better here is `" in error["remedy"]["text"]
    assert ran.data["go_on"][:3] == ["byok", "setup", "--model"]
    assert f"`{ran.data['go_on'][3]}`" in error["remedy"]["text"]
    assert ran.data["entry"]["model"] == "qwen2.5-coder:7b-ctx32000"


def test_a_model_that_calls_tools_after_all_is_not_warned_of(byok: Byok, server: Ollama) -> None:
    ran = byok("setup", "--model", NAME, "--yes", "--json")
    assert "as text" not in ran.out


def test_words_that_lead_nowhere_are_refused_before_anything_is_done(
    byok: Byok, server: Ollama
) -> None:
    assert byok("setup").code == 1
    assert "no terminal" in byok("setup", "--model", NAME).err
    for words in (
        ("--yes", "--model", "no name"),
        ("--yes", "--model", NAME, "--window", "8192"),
        ("--yes", "--model", NAME, "--skip", "everything"),
    ):
        assert byok("setup", *words).code == 2
    assert not server.requests
    ran = byok("setup", "--yes")  # looks who answers, so that its hint fits
    assert ran.code == 2 and "needs `--model`" in ran.err


# --- interrupted ---------------------------------------------------------------------------------


@pytest.mark.parametrize("step", ["pull", "window", "entry", "proof"])
def test_an_interrupt_tells_what_is_done_and_the_next_run_goes_on(
    byok: Byok, server: Ollama, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    from factory_byok.providers.ollama import calls as ollama_calls
    from factory_byok.workflows.setup import entry_and_proof as ending

    places: dict[str, tuple[Any, str]] = {
        "pull": (pulling, "carry_out"),
        "window": (ollama_calls, "load"),
        "entry": (ending, "write_files"),
        "proof": (ending, "prove"),
    }

    def interrupted(*_: Any, **__: Any) -> Any:
        raise KeyboardInterrupt

    with monkeypatch.context() as cut:
        cut.setattr(*places[step], interrupted)
        ran = byok("setup", "--model", NAME, "--yes", "--json")
    assert ran.code == 130
    assert statuses(ran)[step] == "failed"
    assert "interrupted" in detail(ran, step)
    assert ran.data["go_on"] == ["byok", "setup", "--model", NAME, "--yes"]
    again = byok(*ran.data["go_on"][1:], "--json")
    assert again.code == 0, again.out
    assert again.data["entry"]["model"] == COPY


def test_a_step_that_fails_after_it_changed_something_says_what(
    byok: Byok, server: Ollama, monkeypatch: pytest.MonkeyPatch
) -> None:
    from factory_byok.workflows.setup import window_and_memory as middle

    loaded = middle._loaded_row

    def cut(way: Any, here: Any) -> Any:
        if here.model == COPY:
            raise ByokError("The server went away")
        return loaded(way, here)

    monkeypatch.setattr(middle, "_loaded_row", cut)
    server.state.models[NAME] = a_model(NAME)
    ran = byok("setup", "--model", NAME, "--yes")
    assert ran.code == 1 and "The server went away" in ran.out
    assert f"Made the copy `{COPY}`; `byok undo` takes it back" in ran.out
    assert "othing was changed" not in ran.out


def test_ctrl_c_while_the_entry_is_written_waits_until_it_is_whole(
    byok: Byok, server: Ollama, monkeypatch: pytest.MonkeyPatch, factory: Path
) -> None:
    import os
    import signal

    from factory_byok.droid.settings import change

    real = change.write

    def pressed(*words: Any, **more: Any) -> Any:
        os.kill(os.getpid(), signal.SIGINT)
        return real(*words, **more)

    monkeypatch.setattr(change, "write", pressed)
    ran = byok("setup", "--model", NAME, "--yes", "--json")
    assert ran.code == 130
    assert COPY in (factory / "config.json").read_text()
    assert "compactionTokenLimitPerModel" in (factory / "settings.json").read_text()


# --- other ways ----------------------------------------------------------------------------------


def test_steps_can_be_left_out(byok: Byok, server: Ollama) -> None:
    words = ("--skip", "window,keep-alive", "--skip", "proof")
    ran = byok("setup", "--model", "qwen3:8b", "--yes", "--json", *words)
    assert ran.code == 0, ran.out
    assert {statuses(ran)[step] for step in ("window", "keep_alive", "proof")} == {"skipped"}
    assert ran.data["entry"]["model"] == "qwen3:8b"
    assert not server.state.loads


def test_every_step_can_be_left_out(byok: Byok, server: Ollama) -> None:
    words = [word for step in STEPS for word in ("--skip", step)]
    ran = byok("setup", "--yes", "--json", *words)
    assert ran.code == 0
    assert set(statuses(ran).values()) == {"skipped"}


def test_the_default_model_is_changed_only_when_asked_for(
    byok: Byok, server: Ollama, factory: Path
) -> None:
    byok("setup", "--model", NAME, "--yes", "--skip", "proof")
    assert "sessionDefaultSettings" not in (factory / "settings.json").read_text()
    ran = byok("setup", "--yes", "--default", "--json", "--skip", "proof")
    assert statuses(ran)["default"] == "done"
    body = json.loads((factory / "settings.json").read_text())
    assert body["sessionDefaultSettings"]["model"] == ran.data["entry"]["id"]
    again = byok("setup", "--yes", "--default", "--json", "--skip", "proof")
    assert statuses(again)["default"] == "unchanged"


def test_an_entry_of_the_user_is_kept_and_gets_the_window(
    byok: Byok, ollama: Make, factory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    double = ollama([a_model(NAME)])
    monkeypatch.setenv("OLLAMA_HOST", double.url.removeprefix("http://"))
    assert byok("add", "ollama", NAME, "--name", "Mine", "--no-test").code == 0
    ran = byok("setup", "--model", NAME, "--yes", "--json")
    assert ran.code == 0, ran.out
    assert (ran.data["entry"]["name"], ran.data["entry"]["model"]) == ("Mine", COPY)
    assert len(json.loads((factory / "config.json").read_text())["custom_models"]) == 1


def test_a_server_whose_windows_are_large_enough_needs_no_copy(byok: Byok, ollama: Make) -> None:
    double = ollama([a_model(NAME)])
    double.state.automatic_window = 32_768
    ran = byok("setup", "--model", NAME, "--yes", "--json", "--endpoint", double.url)
    assert ran.code == 0, ran.out
    assert ran.data["entry"]["model"] == NAME
    assert "measured" in detail(ran, "window")
    assert not double.asked("/api/create")


def test_a_longer_keep_alive_of_the_servers_own_is_not_shortened(byok: Byok, ollama: Make) -> None:
    double = ollama([a_model(NAME)], env={"OLLAMA_KEEP_ALIVE": "-1"})
    ran = byok("setup", "--model", NAME, "--yes", "--json", "--endpoint", double.url)
    assert statuses(ran)["keep_alive"] == "unchanged"
    assert "for good" in detail(ran, "keep_alive")
    usual = byok("setup", "--model", NAME, "--yes", "--json", "--endpoint", double.url)
    assert "keep_alive" not in str(double.asked("/api/generate")[-1].body)
    assert usual.code == 0


@pytest.fixture
def cloudy(ollama: Make, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ollama]:
    """A double that passes requests on to Ollama's cloud."""
    double = ollama([a_cloud_model()])
    monkeypatch.setenv("OLLAMA_HOST", double.url.removeprefix("http://"))
    yield double


def test_a_cloud_model_needs_an_account(byok: Byok, cloudy: Ollama) -> None:
    cloudy.state.cloud = "signed_out"
    ran = byok("setup", "--model", "qwen3-coder:480b-cloud", "--yes", "--json")
    assert ran.code == 1
    assert "not signed in" in detail(ran, "entry")
    assert "ollama signin" in ran.json["findings"][-1]["remedy"]["text"]


def test_a_cloud_model_needs_no_download_and_no_window(byok: Byok, cloudy: Ollama) -> None:
    cloudy.state.cloud = "signed_in"
    ran = byok("setup", "--model", "qwen3-coder:480b-cloud", "--yes", "--json", "--skip", "proof")
    assert ran.code == 0, ran.out
    assert {statuses(ran)[step] for step in ("pull", "window", "keep_alive")} == {"skipped"}
    assert ran.data["entry"]["max_output"] == 128_000
