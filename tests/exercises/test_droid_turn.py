"""One turn of droid in a home of its own; droid itself is stood in for here."""

import json
import stat
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from factory_byok.core.facts import Entry, Json, Key
from factory_byok.core.world import Completed, ProgramError, World
from factory_byok.droid.settings.identity import identity
from factory_byok.exercises.droid_turn import droid_turn
from tests.builders import an_entry

SECRET = "sk-secret-0123456789"


class _Droid:
    """Notes how it was started, writes its log, and gives one answer."""

    def __init__(self, done: Completed, log: str = "") -> None:
        self.done, self.log = done, log
        self.command: Sequence[str] = ()
        self.env: Mapping[str, str] = {}
        self.settings: dict[str, object] = {}
        self.modes: list[int] = []
        self.home = Path()

    def __call__(
        self, command: Sequence[str], *, deadline: float, env: Mapping[str, str], cwd: Path
    ) -> Completed:
        self.command, self.env, self.home = command, env, Path(env["FACTORY_HOME_OVERRIDE"])
        (file,) = (self.home / ".factory").glob("*.json")
        self.settings = json.loads(file.read_text())
        self.modes = [stat.S_IMODE(path.stat().st_mode) for path in (self.home, file)]
        logs = self.home / ".factory/logs"
        logs.mkdir()
        (logs / "droid-log-single.log").write_text(self.log)
        return self.done


def _entry(folder: Path) -> Entry:
    file = folder / "settings.json"
    mine: Json = {
        "model": "m",
        "displayName": "Mine",
        "apiKey": "${MY_KEY}",
        "baseUrl": "http://h/v1",
    }
    file.write_text(json.dumps({"customModels": [{"model": "other", "apiKey": "x"}, mine]}))
    return an_entry(
        id="custom:Mine-1", model="m", file=str(file), kind="settings",
        pointer="/customModels/1", key=Key("variable", ("MY_KEY",)), seen=identity(mine),
    )  # fmt: skip


def _turn(folder: Path, droid: _Droid) -> object:
    env = {"MY_KEY": SECRET, "OTHER_SECRET": "no", "PATH": "/bin", "FACTORY_API_KEY": "fk"}
    world = replace(World.real(), env=env, run=droid)
    return droid_turn(world, _entry(folder), "/usr/bin/droid", 5.0)


def test_droid_sees_one_entry_in_a_private_home_that_is_removed(tmp_path: Path) -> None:
    said = json.dumps({"type": "result", "is_error": False, "result": "Hello!"})
    droid = _Droid(Completed(0, said, ""))
    done = _turn(tmp_path, droid)
    assert "passed" in repr(done)
    assert "Hello!" in repr(done)
    assert [each["model"] for each in droid.settings["customModels"]] == ["m"]  # type: ignore[attr-defined]
    assert droid.modes == [0o700, 0o600]
    assert not droid.home.exists()
    assert "custom:Mine-1" in droid.command


def test_droid_gets_the_entrys_own_variable_and_nothing_else_of_the_user(tmp_path: Path) -> None:
    droid = _Droid(Completed(0, "{}", ""))
    _turn(tmp_path, droid)
    assert droid.env["MY_KEY"] == SECRET
    assert droid.env["HOME"] == str(droid.home)
    assert droid.env["FACTORY_AIRGAP_ENABLED"] == "true"
    assert not {"OTHER_SECRET", "FACTORY_API_KEY"} & set(droid.env)


def test_the_logged_reason_is_shown_without_the_secret(tmp_path: Path) -> None:
    log = (
        'x WARN: [LLM] Chat route failure | Context: {"error":{"name":"Error",'
        f'"message":"401 bad key {SECRET}"}}}}'
    )
    said = json.dumps({"type": "result", "is_error": True, "result": "Exec failed"})
    done = repr(_turn(tmp_path, _Droid(Completed(1, said, ""), log)))
    assert "401 bad key [hidden]" in done
    assert SECRET not in done


def test_a_droid_that_hangs_is_a_failure_and_leaves_nothing(tmp_path: Path) -> None:
    def hang(*_: object, **__: object) -> Completed:
        raise ProgramError("`droid` did not end within 5 s")

    world = replace(World.real(), run=hang)
    done = droid_turn(world, _entry(tmp_path), "/usr/bin/droid", 5.0)
    assert (done.status, done.evidence["fault"]) == ("failed", "timeout")
