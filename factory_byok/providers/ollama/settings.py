"""What an Ollama on this machine was started with: asked of its process, else of who starts it."""

import json
import shlex
from collections.abc import Mapping
from typing import Final

from factory_byok.core.errors import ByokError
from factory_byok.core.facts import InstallKind, Known, Reading, ServerSettings, Unknown
from factory_byok.core.json_fields import as_object, texts
from factory_byok.core.world import World
from factory_byok.hardware import processes
from factory_byok.hardware.processes import Process
from factory_byok.hardware.sysfs import text
from factory_byok.providers.ollama.app import app_variables
from factory_byok.providers.ollama.install import serving, started_by

Variables = Reading[Mapping[str, str]]

# What may be told of a server's environment: its own settings and which GPUs it sees
PREFIXES: Final = ("OLLAMA_", "CUDA_VISIBLE", "HIP_VISIBLE", "ROCR_VISIBLE", "GGML_", "HSA_")
SECRET_WORDS: Final = ("KEY", "TOKEN", "SECRET", "PASSWORD", "AUTH")
ASKED_OF_LAUNCHD: Final = ("OLLAMA_CONTEXT_LENGTH", "OLLAMA_HOST", "OLLAMA_MODELS")


def look(world: World, port: int) -> Reading[ServerSettings]:
    """What the Ollama on a local port was started with, and by whom."""
    process = serving(world, port)
    if process is None:
        return Unknown("the server's process was not found")
    kind = started_by(world, process)
    if kind == "container":
        return Known(_of_container(world, port, process))
    found = processes.environment(world, process.pid)
    if found is not None:
        source = f"the environment of process {process.pid}"
        return Known(ServerSettings(Known(relevant(found)), source, kind, process.pid))
    variables, source = _of_starter(world, kind)
    return Known(ServerSettings(variables, source, kind, process.pid))


def relevant(env: Mapping[str, str]) -> dict[str, str]:
    """The variables that matter to a server, without any that could hold a secret."""
    return {
        name: value
        for name, value in env.items()
        if name.startswith(PREFIXES) and not any(word in name for word in SECRET_WORDS)
    }


def _of_starter(world: World, kind: InstallKind) -> tuple[Variables, str]:
    """The variables that whoever starts the server gives it, and where they were read."""
    if kind == "service":
        return _of_unit(world, ["systemctl", "show", "ollama"]), "`systemctl show ollama`"
    if kind == "homebrew" and world.system == "linux":
        ask = ["systemctl", "--user", "show", "homebrew.ollama"]
        return _of_unit(world, ask), "`systemctl --user show homebrew.ollama`"
    if kind == "app":
        slider = app_variables(world)
        launched = _of_launchd(world) if world.system == "darwin" else {}
        if isinstance(slider, Known):
            return Known({**launched, **slider.value}), "the Ollama app's settings"
        return slider, "the Ollama app's settings"
    if kind == "homebrew":
        return Known(_of_launchd(world)), "`launchctl getenv`"
    return Unknown("another user started the server, so its variables are hidden"), ""


def _of_unit(world: World, ask: list[str]) -> Variables:
    """The variables in a systemd unit and in the files that it names."""
    properties = ["--property=Environment", "--property=EnvironmentFiles"]
    try:
        done = world.run([*ask, *properties])
    except ByokError as error:
        return Unknown(error.message)
    if done.code != 0:
        return Unknown(f"`{ask[0]}` ended with code {done.code}")
    variables, files = parse_unit(done.out)
    for name in files:
        body = text(world.root / name.lstrip("/"))
        if body is None:
            return Unknown(f"the service also reads {name}, which this user may not")
        variables = {**variables, **_assignments(body)}
    return Known(relevant(variables))


def parse_unit(shown: str) -> tuple[dict[str, str], tuple[str, ...]]:
    """The variables and the environment files in what `systemctl show` prints."""
    variables: dict[str, str] = {}
    files = []
    for line in shown.splitlines():
        name, _, value = line.partition("=")
        if name == "Environment":
            variables.update(_assignments("\n".join(_words(value))))
        elif name == "EnvironmentFiles":  # /etc/default/ollama (ignore_errors=yes)
            files.append(value.partition(" (")[0])
    return variables, tuple(file for file in files if file)


def _words(line: str) -> list[str]:
    """A line split as a shell would; as it stands when its quotes do not match."""
    try:
        return shlex.split(line)
    except ValueError:
        return line.split()


def _assignments(body: str) -> dict[str, str]:
    """The `NAME=value` lines of a text; comments and other lines are left out."""
    found = {}
    for line in body.splitlines():
        name, equals, value = line.strip().partition("=")
        if equals and not name.startswith(("#", ";")):
            found[name.strip()] = value.strip().strip("\"'")
    return found


def _of_launchd(world: World) -> dict[str, str]:
    """The variables that `launchctl setenv` set for the apps of this user."""
    asked = {name: world.printed(["launchctl", "getenv", name]) for name in ASKED_OF_LAUNCHD}
    return {name: value for name, value in asked.items() if value}


def _of_container(world: World, port: int, process: Process) -> ServerSettings:
    """The variables of the container that publishes the port, when Docker tells."""
    tool = next((each for each in ("docker", "podman") if world.which(each)), "")
    ask = [tool, "ps", "--filter", f"publish={port}", "--format", "{{.Names}}"]
    names = world.printed(ask).split() if tool else []
    config = [tool, "inspect", "--format", "{{json .Config}}", *names[:1]]
    try:
        given = texts(as_object(json.loads(world.printed(config) if names else "")), "Env")
    except ValueError:
        unknown = Unknown("the server runs in a container, which hides its variables")
        return ServerSettings(unknown, "", "container", process.pid)
    variables = relevant(_assignments("\n".join(given or ())))
    source = f"`{tool} inspect {names[0]}`"
    return ServerSettings(Known(variables), source, "container", process.pid, names[0])
