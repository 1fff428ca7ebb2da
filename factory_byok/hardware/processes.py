"""Other programs on this machine: who listens on a port, and whether a program runs."""

from dataclasses import dataclass
from typing import Any

from factory_byok.world import World


@dataclass(frozen=True, slots=True)
class Process:
    """A running program."""

    pid: int
    name: str
    command: tuple[str, ...]


def listening(world: World, port: int) -> str:
    """Who listens on a local TCP port, as `python3 (process 4242)`; "" when the system hides it."""
    psutil = world.load("psutil")
    try:
        found = [
            each.pid
            for each in psutil.net_connections(kind="tcp")
            if each.status == psutil.CONN_LISTEN and each.laddr.port == port and each.pid
        ]
        return f"{psutil.Process(found[0]).name()} (process {found[0]})" if found else ""
    except (psutil.Error, OSError):
        return ""


def named(world: World, *names: str) -> list[Process]:
    """The running programs of these names, as far as this user may see them."""
    psutil = world.load("psutil")
    wanted = {name.lower() for name in names}
    return [
        found
        for found in (_process(each) for each in psutil.process_iter(["pid", "name", "cmdline"]))
        if found.name.lower() in wanted
    ]


def _process(each: Any) -> Process:
    """One of psutil's processes as ours; hidden parts are empty."""
    return Process(each.info["pid"], each.info["name"] or "", tuple(each.info["cmdline"] or ()))
