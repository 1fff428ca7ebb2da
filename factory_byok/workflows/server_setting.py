"""Gives a whole Ollama server a window: the steps of its platform, some of which byok can take."""

import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from factory_byok.core.addresses import Address
from factory_byok.core.errors import ByokError
from factory_byok.core.facts import Server, Snapshot
from factory_byok.core.http import NoAnswer
from factory_byok.core.units import Tokens
from factory_byok.core.world import World
from factory_byok.diagnosis.advice import DROP_IN, runner, set_window
from factory_byok.diagnosis.collect import Ask, collect
from factory_byok.providers.ollama.replies import parse_version
from factory_byok.workflows.asked_server import server_at

STEP_DEADLINE: Final = 120.0  # seconds: sudo may ask for a password
START_DEADLINE: Final = 30.0  # seconds until a restarted server answers


@dataclass(frozen=True, slots=True)
class Step:
    """One command and what it is for; `writes` is text that goes into a file first."""

    what: str
    command: tuple[str, ...]
    writes: str = ""


@dataclass(frozen=True, slots=True)
class Setting:
    """How a server gets a window: `steps` that byok can take, else only `by_hand`, a sentence.

    `back` says how the steps are taken back by hand.
    """

    address: Address
    window: Tokens
    by_hand: str
    steps: tuple[Step, ...] = ()
    done: bool = False
    back: str = ""


def plan(world: World, snap: Snapshot, server: Server, address: Address, window: Tokens) -> Setting:
    """The steps for this server. Raises ByokError when it has no such setting."""
    if not server.is_ollama or not server.window_setting:
        raise ByokError(
            "byok can set the window of a whole server for Ollama alone",
            "Set it where that server is started",
        )
    endpoint = address.identity()
    kind, setting = runner(snap, endpoint, server), f"{server.window_setting}={window}"
    by_hand = set_window(snap, endpoint, server, window)
    name, value = setting.split("=")
    if kind == "service" and world.system == "linux":
        back = f"Delete {DROP_IN}, then `sudo systemctl daemon-reload` and restart Ollama"
        return Setting(address, window, by_hand, tuple(_of_service(world, setting)), back=back)
    if kind == "homebrew" and world.system == "darwin":
        back = f"Run `launchctl unsetenv {name}`, then `brew services restart ollama`"
        return Setting(address, window, by_hand, tuple(_of_homebrew(name, value)), back=back)
    return Setting(address, window, by_hand)


def look_and_plan(world: World, address: Address, model: str, window: Tokens) -> Setting:
    """Asks the server, and plans. Raises ByokError when it is silent."""
    ask = Ask(endpoint=address, models=(model,), machine=False, droid=False)
    snap = collect(world, ask)
    return plan(world, snap, server_at(snap, address), address, window)


def _of_service(world: World, setting: str) -> Iterator[Step]:
    """A drop-in for the systemd unit, which Ollama's own upgrades leave alone, and a restart."""
    sudo = () if _is_root(world) else ("sudo",)
    text = f'[Service]\nEnvironment="{setting}"\n'
    yield Step(f"Write {DROP_IN}", (*sudo, "install", "-D", "-m", "644", "{file}", DROP_IN), text)
    yield Step("Let systemd read it", (*sudo, "systemctl", "daemon-reload"))
    yield Step("Restart Ollama", (*sudo, "systemctl", "restart", "ollama"))


def _is_root(world: World) -> bool:
    """Whether byok runs as root."""
    return world.printed(["id", "-u"]) == "0"


def _of_homebrew(name: str, value: str) -> Iterator[Step]:
    """The variable for everything that launchd starts, and a restart."""
    yield Step(f"Set {name}", ("launchctl", "setenv", name, value))
    yield Step("Restart Ollama", ("brew", "services", "restart", "ollama"))


def carry_out(world: World, setting: Setting, say: Callable[[str], None]) -> None:
    """Takes the steps and waits until the server answers. Raises ByokError at the first failure."""
    for step in setting.steps:
        say(step.what)
        _take(world, step)
    _wait(world, setting.address)


def _take(world: World, step: Step) -> None:
    """One step."""
    with tempfile.TemporaryDirectory(prefix="byok-") as folder:
        file = Path(folder) / "setting.conf"
        file.write_text(step.writes, "utf-8")
        command = [str(file) if word == "{file}" else word for word in step.command]
        done = world.run(command, deadline=STEP_DEADLINE)
    if done.code != 0:
        said = " ".join((done.err or done.out).split())[:300]
        raise ByokError(f"`{' '.join(step.command[:3])}` ended with code {done.code}: {said}")


def _wait(world: World, address: Address) -> None:
    """Returns when the server answers again. Raises ByokError when it does not in time."""
    end = time.monotonic() + START_DEADLINE
    while time.monotonic() < end:
        try:
            reply = world.http.send("GET", f"{address}/api/version")
        except NoAnswer:
            time.sleep(0.3)
            continue
        if parse_version(reply) is not None:
            return
        time.sleep(0.3)
    raise ByokError(
        f"Ollama does not answer {START_DEADLINE:g} s after its restart", "See `byok doctor`"
    )
