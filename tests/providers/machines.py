"""Running programs that are not here, as a psutil of our own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any


class Error(Exception):
    """psutil.Error."""


class Denied(Error):
    """psutil.AccessDenied."""


@dataclass(frozen=True)
class Program:
    """A running program; None for what the system hides from this user."""

    pid: int
    name: str
    command: Sequence[str] = ()
    ports: Sequence[int] = ()
    env: Mapping[str, str] | None = None
    parent: int = 0
    hidden_ports: bool = False


@dataclass(frozen=True)
class Programs:
    """The doors of psutil that byok uses."""

    programs: Sequence[Program]
    everyone_hidden: bool = False
    CONN_LISTEN: str = "LISTEN"
    Error: type[Exception] = field(default=Error)

    def net_connections(self, kind: str) -> list[Any]:
        if self.everyone_hidden:
            raise Denied
        return [
            _socket(port, None if program.hidden_ports else program.pid)
            for program in self.programs
            for port in program.ports
        ]

    def process_iter(self, wanted: Sequence[str]) -> list[Any]:
        return [
            SimpleNamespace(info={"pid": p.pid, "name": p.name, "cmdline": list(p.command)})
            for p in self.programs
        ]

    def Process(self, pid: int) -> Any:  # noqa: N802 - psutil's own name
        found = next((each for each in self.programs if each.pid == pid), None)
        if found is None:
            raise Error
        program = found

        def environ() -> dict[str, str]:
            if program.env is None:
                raise Denied
            return dict(program.env)

        def connections(kind: str) -> list[Any]:
            if program.hidden_ports:
                raise Denied
            return [_socket(port, pid) for port in program.ports]

        return SimpleNamespace(
            pid=pid,
            name=lambda: program.name,
            cmdline=lambda: list(program.command),
            environ=environ,
            parent=lambda: self.Process(program.parent) if program.parent else None,
            net_connections=connections,
        )


def _socket(port: int, pid: int | None) -> Any:
    return SimpleNamespace(status="LISTEN", laddr=SimpleNamespace(port=port), pid=pid)
