"""How Ollama is present on this machine: as a service, an app, by Homebrew, by hand, or not."""

from pathlib import Path

from factory_byok.facts import InstallKind, Known, OllamaInstall, Reading
from factory_byok.hardware import processes
from factory_byok.world import World

SERVICE_UNIT = "etc/systemd/system/ollama.service"  # where Ollama's install.sh puts it
MAC_APP = "Applications/Ollama.app"


def probe(world: World) -> Reading[OllamaInstall]:
    """Looks for the program, who starts it, and whether it runs."""
    program = world.which("ollama") or _usual_place(world)
    running = [
        each for each in processes.named(world, "ollama", "ollama.exe") if "serve" in each.command
    ]
    return Known(OllamaInstall(program, _kind(world, program), bool(running)))


def _usual_place(world: World) -> str:
    """The program where installers put it, when PATH does not have it."""
    local = world.env.get("LOCALAPPDATA", "")
    places = {
        "linux": [world.root / "usr/local/bin/ollama", world.root / "usr/bin/ollama"],
        "darwin": [world.root / MAC_APP / "Contents/Resources/ollama"],
        "windows": [Path(local) / "Programs/Ollama/ollama.exe"] if local else [],
    }[world.system]
    return next((str(place) for place in places if place.exists()), "")


def _kind(world: World, program: str) -> InstallKind:
    """Who starts Ollama here."""
    if world.system == "linux" and (world.root / SERVICE_UNIT).exists():
        return "service"
    if world.system == "darwin" and (world.root / MAC_APP).exists():
        return "app"
    if world.system == "windows" and program:
        return "app"
    if program and ("/homebrew/" in program or "/Cellar/" in program or "linuxbrew" in program):
        return "homebrew"
    return "by hand" if program else "absent"
