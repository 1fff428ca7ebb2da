"""Other programs on this machine: who listens on a port, and what a program was started with."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from factory_byok.core.concurrency import Once
from factory_byok.core.world import World

_MOST_ANCESTORS: Final = 8


@dataclass(frozen=True, slots=True)
class Process:
    """A running program; what the system hides from this user is empty."""

    pid: int
    name: str
    command: tuple[str, ...]


def asked_once(world: World) -> World:
    """The same world, whose list of programs and of connections is read once for all who ask.

    Each reading costs 20 to 50 ms, and every endpoint on this machine asks who listens there.
    """
    load = world.load
    remembered = Once(lambda: _Remembered(load("psutil")))
    return replace(world, load=lambda name: remembered() if name == "psutil" else load(name))


class _Remembered:
    """psutil whose two slow answers are kept."""

    def __init__(self, psutil: Any) -> None:
        self._psutil = psutil
        self._connections = Once(lambda: [each for each in psutil.net_connections(kind="tcp")
                                          if each.status == psutil.CONN_LISTEN])  # fmt: skip
        self._programs = Once(lambda: list(psutil.process_iter(["pid", "name", "cmdline"])))

    def net_connections(self, kind: str) -> list[Any]:
        """All listening TCP sockets of the machine, which may have thousands of connections."""
        return self._connections()

    def process_iter(self, attributes: list[str]) -> list[Any]:
        """All running programs."""
        return self._programs()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._psutil, name)


def listening(world: World, port: int) -> str:
    """Who listens on a local TCP port, as `python3 (process 4242)`; "" when the system hides it."""
    found = listener(world, port)
    return f"{found.name} (process {found.pid})" if found else ""


def listener(world: World, port: int) -> Process | None:
    """The program that listens on a local TCP port; None when the system hides it."""
    psutil = world.load("psutil")
    pid = next((pid for pid, own in _listeners(psutil) if own == port and pid), None)
    if pid is None:
        return None
    try:
        process = psutil.Process(pid)
        return Process(pid, process.name(), tuple(_hidden(psutil, process.cmdline) or ()))
    except (psutil.Error, OSError):
        return None


def ports_of(world: World, pids: "set[int]") -> tuple[int, ...]:
    """The TCP ports on which these programs listen, as far as this user may see them."""
    psutil = world.load("psutil")
    ports = {port for pid, port in _listeners(psutil) if pid in pids}
    if not ports:  # macOS tells nobody but root about all programs at once
        for pid in pids:
            ports |= set(_own_ports(psutil, pid))
    return tuple(sorted(ports))


def named(world: World, *names: str) -> list[Process]:
    """The running programs of these names, as far as this user may see them."""
    psutil = world.load("psutil")
    wanted = {name.lower() for name in names}
    return [
        found
        for found in (_process(each) for each in psutil.process_iter(["pid", "name", "cmdline"]))
        if found.name.lower() in wanted
    ]


def environment(world: World, pid: int) -> Mapping[str, str] | None:
    """The variables a program was started with; None when this user may not read them."""
    psutil = world.load("psutil")
    try:
        found = _hidden(psutil, psutil.Process(pid).environ)
    except (psutil.Error, OSError):
        return None
    # another user's program reads as empty on some systems; every real one has variables
    return dict(found) if found else None


def ancestors(world: World, pid: int) -> tuple[str, ...]:
    """The names of the programs that started this one, the nearest first."""
    psutil = world.load("psutil")
    names = []
    try:
        process = psutil.Process(pid)
        for _ in range(_MOST_ANCESTORS):
            process = process.parent()
            if process is None:
                break
            names.append(str(process.name()))
    except (psutil.Error, OSError):
        pass
    return tuple(names)


def _listeners(psutil: Any) -> Iterator[tuple[int | None, int]]:
    """Each listening TCP socket as its program and port; nothing where all are hidden."""
    try:
        connections = psutil.net_connections(kind="tcp")
    except (psutil.Error, OSError):
        return
    for each in connections:
        if each.status == psutil.CONN_LISTEN and each.laddr:
            yield each.pid, each.laddr.port


def _own_ports(psutil: Any, pid: int) -> Iterator[int]:
    """The listening ports of one program of this user."""
    try:
        process = psutil.Process(pid)
        ask = getattr(process, "net_connections", None) or process.connections  # psutil 5
        for each in ask(kind="tcp"):
            if each.status == psutil.CONN_LISTEN:
                yield each.laddr.port
    except (psutil.Error, OSError):
        return


def _hidden(psutil: Any, question: Any) -> Any:
    """What a program tells of itself; None when this user may not know."""
    try:
        return question()
    except (psutil.Error, OSError):
        return None


def _process(each: Any) -> Process:
    """One of psutil's processes as ours; hidden parts are empty."""
    return Process(each.info["pid"], each.info["name"] or "", tuple(each.info["cmdline"] or ()))
