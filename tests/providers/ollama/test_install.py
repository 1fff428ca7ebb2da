"""How Ollama is present, on every platform."""

from pathlib import Path
from typing import Any

import pytest

from factory_byok.core.facts import Known, OllamaInstall
from factory_byok.providers.ollama.install import probe, serving, started_by
from tests.hardware.worlds import a_world, said
from tests.providers.machines import Program, Programs

SERVE = ("/usr/local/bin/ollama", "serve")


def install(world: Any) -> OllamaInstall:
    reading = probe(world)
    assert isinstance(reading, Known)
    return reading.value


def touch(root: Path, name: str, text: str = "") -> None:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")


def test_a_service_that_runs_is_told_with_its_port(tmp_path: Path) -> None:
    touch(tmp_path, "etc/systemd/system/ollama.service")
    psutil = Programs([Program(812, "ollama", SERVE, [11434])])
    world = a_world(tmp_path, modules={"psutil": psutil}, run={"ollama": said("")})
    assert install(world) == OllamaInstall("/usr/bin/ollama", "service", True, (11434,))


def test_a_distributions_own_unit_is_a_service_too(tmp_path: Path) -> None:
    touch(tmp_path, "usr/lib/systemd/system/ollama.service")
    assert install(a_world(tmp_path, modules={"psutil": Programs([])})).kind == "service"


def test_no_program_is_absent_and_one_without_a_starter_is_by_hand(tmp_path: Path) -> None:
    nothing = Programs([])
    assert install(a_world(tmp_path, modules={"psutil": nothing})) == OllamaInstall()
    by_hand = a_world(tmp_path, modules={"psutil": nothing}, run={"ollama": said("")})
    assert install(by_hand).kind == "by hand"


def test_a_program_without_serve_is_a_client(tmp_path: Path) -> None:
    psutil = Programs([Program(9, "ollama", ("ollama", "run", "qwen3"))])
    assert not install(a_world(tmp_path, modules={"psutil": psutil})).running


def test_the_mac_app_is_found_without_a_path(tmp_path: Path) -> None:
    touch(tmp_path, "Applications/Ollama.app/Contents/Resources/ollama")
    found = install(a_world(tmp_path, system="darwin", modules={"psutil": Programs([])}))
    assert found.kind == "app"
    assert found.program.endswith("Ollama.app/Contents/Resources/ollama")


def test_homebrew_is_told_by_where_the_program_lies(tmp_path: Path) -> None:
    touch(tmp_path, "opt/homebrew/bin/ollama")
    found = install(a_world(tmp_path, system="darwin", modules={"psutil": Programs([])}))
    assert found.kind == "homebrew"


def test_the_windows_app_is_found_in_local_app_data(tmp_path: Path) -> None:
    local = tmp_path / "Local"
    touch(local, "Programs/Ollama/ollama.exe")
    touch(local, "Programs/Ollama/ollama app.exe")
    world = a_world(
        tmp_path,
        system="windows",
        env={"LOCALAPPDATA": str(local)},
        modules={"psutil": Programs([])},
    )
    assert install(world).kind == "app"


def test_a_server_in_a_container_counts_as_one(tmp_path: Path) -> None:
    touch(tmp_path, "proc/812/cgroup", "0::/system.slice/docker-4f2.scope\n/docker/4f2")
    psutil = Programs([Program(812, "ollama", SERVE)])
    assert install(a_world(tmp_path, modules={"psutil": psutil})).kind == "container"


@pytest.mark.parametrize(
    ("group", "kind"),
    [
        ("0::/system.slice/ollama.service", "service"),
        ("0::/user.slice/user@1000.service/app.slice/homebrew.ollama.service", "homebrew"),
        ("0::/user.slice/session-3.scope", "by hand"),
        ("0::/docker/4f2", "container"),
        ("0::/kubepods/besteffort/pod1/4f2", "container"),
    ],
)
def test_the_control_group_tells_who_started_a_server(
    tmp_path: Path, group: str, kind: str
) -> None:
    touch(tmp_path, "proc/812/cgroup", group)
    program = Program(812, "ollama", SERVE)
    world = a_world(tmp_path, modules={"psutil": Programs([program])})
    process = serving(world, 11434)
    assert process is not None
    assert started_by(world, process) == kind


def test_the_same_container_as_byoks_own_is_no_other(tmp_path: Path) -> None:
    touch(tmp_path, "proc/812/cgroup", "0::/docker/4f2")
    touch(tmp_path, "proc/self/cgroup", "0::/docker/4f2")
    world = a_world(tmp_path, modules={"psutil": Programs([Program(812, "ollama", SERVE)])})
    process = serving(world, 11434)
    assert process is not None
    assert started_by(world, process) == "by hand"


@pytest.mark.parametrize(
    ("system", "parents", "command", "kind"),
    [
        ("darwin", ["Ollama"], "/Applications/Ollama.app/Contents/Resources/ollama", "app"),
        ("darwin", ["launchd"], "/opt/homebrew/opt/ollama/bin/ollama", "homebrew"),
        ("darwin", ["zsh", "login"], "/opt/homebrew/bin/ollama", "by hand"),
        ("windows", ["ollama app.exe", "explorer.exe"], "ollama.exe", "app"),
        ("windows", ["powershell.exe"], "ollama.exe", "by hand"),
    ],
)
def test_ancestors_tell_it_elsewhere(
    tmp_path: Path, system: Any, parents: list[str], command: str, kind: str
) -> None:
    above = [Program(100 + n, name, parent=101 + n) for n, name in enumerate(parents)]
    server = Program(7, "ollama", (command, "serve"), [11434], parent=100)
    world = a_world(tmp_path, system=system, modules={"psutil": Programs([server, *above])})
    process = serving(world, 11434)
    assert process is not None
    assert started_by(world, process) == kind


def test_a_server_on_another_port_is_not_taken_for_this_one(tmp_path: Path) -> None:
    psutil = Programs([Program(812, "ollama", SERVE, [11500])])
    assert serving(a_world(tmp_path, modules={"psutil": psutil}), 11434) is None


def test_macos_tells_ports_only_program_by_program(tmp_path: Path) -> None:
    psutil = Programs([Program(812, "ollama", SERVE, [11434])], everyone_hidden=True)
    assert install(a_world(tmp_path, system="darwin", modules={"psutil": psutil})).ports == (11434,)
