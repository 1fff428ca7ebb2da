"""How Ollama is present on this machine: as a service, an app, by Homebrew, by hand, or not."""

from collections.abc import Iterable
from pathlib import Path
from typing import Final

from factory_byok.core.facts import InstallKind, Known, OllamaInstall, Reading
from factory_byok.core.world import World
from factory_byok.hardware import processes
from factory_byok.hardware.machine import CONTAINER_GROUPS
from factory_byok.hardware.processes import Process
from factory_byok.hardware.sysfs import text

# Where Ollama's install.sh puts the unit, and where distributions put theirs
SERVICE_UNITS: Final = (
    "etc/systemd/system/ollama.service",
    "usr/lib/systemd/system/ollama.service",
    "lib/systemd/system/ollama.service",
)
MAC_APP: Final = "Applications/Ollama.app"
PROGRAMS: Final = ("ollama", "ollama.exe")
APPS: Final = ("ollama", "ollama app.exe", "ollama app")  # the desktop app's process
# Programs that pass a container's port on: Docker on Linux, Docker Desktop, Podman
RELAYS: Final = (
    "docker-proxy", "com.docker.backend", "com.docker.backend.exe", "rootlessport", "gvproxy",
    "rootlesskit", "conmon",
)  # fmt: skip


def probe(world: World) -> Reading[OllamaInstall]:
    """Looks for the program, who starts it, whether it runs, and on which ports it listens."""
    program = world.which("ollama") or _usual_place(world)
    running = servers(world)
    contained = [each for each in running if started_by(world, each) == "container"]
    kind = _kind(world, program)
    if contained and len(contained) == len(running):
        kind = "container"  # whatever else is installed: this one is meant
    pids = {each.pid for each in running}
    ports = processes.ports_of(world, pids) if pids else ()
    return Known(OllamaInstall(program, kind, bool(running), ports))


def servers(world: World) -> list[Process]:
    """The running `ollama serve` programs."""
    return [each for each in processes.named(world, *PROGRAMS) if "serve" in each.command]


def serving(world: World, port: int) -> Process | None:
    """The program behind a local Ollama: who listens there, else the only `ollama serve`."""
    found = processes.listener(world, port)
    if found is not None:
        return found
    # another user's sockets are hidden, its command line is not
    hidden = [each for each in servers(world) if not processes.ports_of(world, {each.pid})]
    return hidden[0] if len(hidden) == 1 else None


def started_by(world: World, process: Process) -> InstallKind:
    """Who started a server: its control group tells on Linux, its ancestors elsewhere."""
    if process.name.lower() in RELAYS:
        return "container"
    if world.system == "linux":
        group = text(world.root / f"proc/{process.pid}/cgroup") or ""
        if "homebrew.ollama" in group:
            return "homebrew"
        if "ollama.service" in group:
            return "service"
        return "container" if _in_other_container(world, group) else "by hand"
    above = [name.lower() for name in processes.ancestors(world, process.pid)]
    if any(name in APPS for name in above):
        return "app"
    by_launchd = above[:1] == ["launchd"]
    return "homebrew" if by_launchd and _brewed(" ".join(process.command[:1])) else "by hand"


def _in_other_container(world: World, group: str) -> bool:
    """Whether a control group is a container's, and not the one in which byok itself runs."""
    own = text(world.root / "proc/self/cgroup") or ""
    return any(word in group for word in CONTAINER_GROUPS) and group.strip() != own.strip()


def _usual_place(world: World) -> str:
    """The program where installers put it, when PATH does not have it."""
    local = world.env.get("LOCALAPPDATA", "")
    places: Iterable[Path] = {
        "linux": [world.root / "usr/local/bin/ollama", world.root / "usr/bin/ollama"],
        "darwin": [
            world.root / MAC_APP / "Contents/Resources/ollama",
            world.user_home / MAC_APP / "Contents/Resources/ollama",
            world.root / "opt/homebrew/bin/ollama",
            world.root / "usr/local/bin/ollama",
        ],
        "windows": [Path(local) / "Programs/Ollama/ollama.exe"] if local else [],
    }[world.system]
    return next((str(place) for place in places if place.exists()), "")


def _kind(world: World, program: str) -> InstallKind:
    """Who starts Ollama here, by what is installed."""
    if world.system == "linux" and any((world.root / unit).exists() for unit in SERVICE_UNITS):
        return "service"
    if world.system == "windows" and program:
        return "app" if (Path(program).parent / "ollama app.exe").exists() else "by hand"
    if program and _brewed(_real(program)):
        return "homebrew"
    if world.system == "darwin" and any(
        (base / MAC_APP).exists() for base in (world.root, world.user_home)
    ):
        return "app"
    return "by hand" if program else "absent"


def _real(program: str) -> str:
    """The program behind its links; Homebrew on an Intel Mac links into /usr/local/bin."""
    try:
        return str(Path(program).resolve())
    except OSError:
        return program


def _brewed(program: str) -> bool:
    """Whether a path lies in Homebrew."""
    return any(part in program for part in ("/homebrew/", "/Cellar/", "linuxbrew"))
