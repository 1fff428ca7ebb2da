"""Which droid is installed: told by its package, by memory or by itself, and started no more."""

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from factory_byok.core.facts import Known, Unknown
from factory_byok.core.world import Completed, ProgramError, World
from factory_byok.droid import installed
from factory_byok.droid.program import lists, own_list, probe
from factory_byok.droid.settings.look import look


def asked(world: World, instead: Mapping[Path, str | None] | None = None) -> Any:
    """What droid's own list comes to, as the doctor asks for it."""
    return own_list(world, probe(world), instead)


HELP = "Usage\n\nCustom Models:\n{rows}\n\nModel details:\n"
ENTRY = '{"model": "m", "provider": "openai", "baseUrl": "http://h/v1", "apiKey": "k"}'


@dataclass
class Doors:
    """A program that tells a version and lists ids; remembers how it was asked."""

    says: str = "9.9.9"
    ids: Sequence[str] = ("custom:m-0",)
    code: int = 0
    asked: list[str] = field(default_factory=list)
    seen: list[str] = field(default_factory=list)

    def run(self, command: Sequence[str], **more: Any) -> Completed:
        """Answers as droid would."""
        self.asked.append(command[1])
        home = Path(more["env"]["FACTORY_HOME_OVERRIDE"])
        self.seen += sorted(str(path.relative_to(home)) for path in home.rglob("*.json"))
        if command[1] == "--version":
            return Completed(self.code, f"{self.says}\n", "")
        rows = "\n".join(f"  {id_}   name" for id_ in self.ids)
        return Completed(self.code, HELP.format(rows=rows), "")


def a_world(folder: Path, doors: Doors, text: str = "binary") -> World:
    """A world whose PATH has a droid of some content."""
    path = folder / "bin/droid"
    path.parent.mkdir(exist_ok=True)
    if not path.exists():
        path.write_text(text)
    world = World.real()
    return replace(world, run=doors.run, which=lambda _: str(path), cwd=folder)


def test_the_package_around_a_program_tells_its_version_and_droid_is_not_started(
    tmp_path: Path,
) -> None:
    doors = Doors()
    package = tmp_path / "lib/node_modules/droid"
    (package / "bin").mkdir(parents=True)
    (package / "bin/droid").write_text("#!/usr/bin/env node")
    (package / "package.json").write_text('{"name": "droid", "version": "0.117.0"}')
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/droid").symlink_to(package / "bin/droid")
    followed = look(a_world(tmp_path, doors)).followed
    assert (followed.version, followed.source) == ("0.117.0", "installed")
    assert followed.rules.numbered == "by_position"
    assert doors.asked == []


@pytest.mark.parametrize("text", ["{", "[]", '{"name": "other", "version": "1.2.3"}'])
def test_another_package_tells_nothing(tmp_path: Path, text: str) -> None:
    (tmp_path / "package.json").write_text(text)
    world = a_world(tmp_path, Doors(says="0.99.0"))
    assert installed.followed(world).version == "0.99.0"


def test_what_droid_said_is_remembered_until_the_program_changes(tmp_path: Path) -> None:
    doors = Doors(says="0.215.0")
    world = a_world(tmp_path, doors)
    for _ in range(3):
        assert installed.followed(world).version == "0.215.0"
    assert doors.asked == ["--version"]
    assert (world.cache / "droid.json").stat().st_mode & 0o777 == 0o600
    doors.says = "0.225.2"
    os.utime(tmp_path / "bin/droid", (1, 1))
    assert installed.followed(world).version == "0.225.2"


def test_a_droid_that_fails_is_not_asked_again_and_the_newest_rules_hold(tmp_path: Path) -> None:
    doors = Doors(code=3)
    world = a_world(tmp_path, doors)
    assert [installed.followed(world).source for _ in range(2)] == ["untold", "untold"]
    assert doors.asked == ["--version"]


def test_a_broken_memory_is_no_harm(tmp_path: Path) -> None:
    world = a_world(tmp_path, Doors(says="0.99.0"))
    world.cache.mkdir(parents=True)
    for text in ("{", "[]", '{"program": 5, "version": []}', '{"lists": 5}'):
        (world.cache / "droid.json").write_text(text)
        assert installed.followed(world).version == "0.99.0"


def test_a_pinned_version_rules_whatever_is_installed(tmp_path: Path) -> None:
    doors = Doors()
    world = replace(a_world(tmp_path, doors), droid_versions=("0.99.0",))
    followed = look(world).followed
    assert (followed.version, followed.source) == ("0.99.0", "pinned")
    assert doors.asked == []
    assert asked(world).kind == "pinned"


def test_a_measured_droid_is_not_compared_with_the_rules_of_another(tmp_path: Path) -> None:
    world = a_world(tmp_path, Doors(says="0.225.2"))
    assert asked(replace(world, droid_versions=("0.99.0",))).kind == "pinned"
    assert asked(replace(world, droid_versions=("0.225.2",))).kind == ""


def test_without_a_droid_the_newest_rules_hold(tmp_path: Path) -> None:
    world = replace(a_world(tmp_path, Doors()), which=lambda _: None)
    assert installed.followed(world).source == "none"
    assert isinstance(probe(world), Unknown)


def test_an_unmeasured_droid_is_asked_once_for_the_same_files(
    tmp_path: Path, empty_home: Path
) -> None:
    doors = Doors()
    world = a_world(tmp_path, doors)
    settings = empty_home / ".factory/settings.json"
    settings.parent.mkdir()
    settings.write_text(f'{{"customModels": [{ENTRY}]}}')
    assert asked(world) == asked(world) == Known(("custom:m-0",))
    assert doors.asked == ["--version", "exec"]
    assert doors.seen == [".factory/settings.json"]
    settings.write_text("{}")
    asked(world)
    assert doors.asked == ["--version", "exec", "exec"]
    asked(world, {settings: "{ }"})
    asked(replace(world, cwd=empty_home))
    assert doors.asked.count("exec") == 4


def test_a_measured_droid_is_not_asked(tmp_path: Path) -> None:
    doors = Doors(says="0.225.2")
    assert asked(a_world(tmp_path, doors)) == Unknown("it was not looked at")
    assert doors.asked == ["--version"]


def test_a_script_is_asked_each_time_by_the_doctor_since_it_may_start_another_droid(
    tmp_path: Path,
) -> None:
    doors = Doors(says="0.225.2")
    world = a_world(tmp_path, doors, "#!/bin/sh\n")
    assert probe(world).value.version == Known("0.225.2")
    doors.says = "9.9.9"
    assert installed.followed(world).version == "0.225.2"
    assert probe(world).value.version == Known("9.9.9")
    asked(world)
    asked(world)
    assert doors.asked == ["--version"] * 2 + ["--version", "exec"] * 2


def test_an_answer_that_could_not_be_had_is_not_remembered(tmp_path: Path) -> None:
    doors = Doors()
    world = a_world(tmp_path, doors)
    installed.followed(world)
    doors.code = 1
    assert isinstance(asked(world), Unknown)
    assert "lists" not in json.loads((world.cache / "droid.json").read_bytes())

    def hang(*_: Any, **__: Any) -> Completed:
        raise ProgramError("`droid` did not end within 10 s")

    assert asked(replace(world, run=hang)) == Unknown("`droid` did not end within 10 s", "failed")


def test_the_home_is_never_taken_for_a_project_of_its_copy(
    tmp_path: Path, empty_home: Path
) -> None:
    (empty_home / ".factory").mkdir()
    (empty_home / ".factory/settings.json").write_text("{}")
    nested = empty_home / "p/.factory"
    nested.mkdir(parents=True)
    (nested / "config.json").write_text("{}")
    seen: list[tuple[str, list[str]]] = []

    def run(command: Sequence[str], **more: Any) -> Completed:
        cwd = more["cwd"]
        root = Path(more["env"]["FACTORY_HOME_OVERRIDE"]).parent
        found = sorted(str(path.relative_to(root)) for path in root.rglob("*.json"))
        seen.append((str(cwd.relative_to(root)), found))
        return Completed(0, "", "")

    world = replace(a_world(tmp_path, Doors(says="9.9.9")), cwd=empty_home)
    installed.followed(world)
    asked(replace(world, run=run))
    asked(replace(world, run=run, cwd=empty_home / "p"))
    assert seen == [
        ("work", ["home/.factory/settings.json"]),
        ("work", ["home/.factory/settings.json", "work/.factory/config.json"]),
    ]


def test_the_package_beside_npms_own_script_on_windows_tells_the_version(tmp_path: Path) -> None:
    doors = Doors()
    (tmp_path / "bin/node_modules/droid").mkdir(parents=True)
    package = tmp_path / "bin/node_modules/droid/package.json"
    package.write_text('{"name": "droid", "version": "0.215.0"}')
    (tmp_path / "bin/droid.CMD").write_text("@node")
    world = a_world(tmp_path, doors)
    world = replace(world, which=lambda _: str(tmp_path / "bin/droid.CMD"))
    assert installed.followed(world).version == "0.215.0"
    assert installed.followed(a_world(tmp_path, Doors(says="9.9.9"))).version == "9.9.9"


def test_a_droid_whose_runtime_crashed_is_asked_once_more(tmp_path: Path) -> None:
    doors = Doors(code=-4)
    world = a_world(tmp_path, doors)
    assert lists(world, "droid") == Unknown("`droid exec --help` ended with code -4", "failed")
    assert doors.asked == ["exec", "exec"]
