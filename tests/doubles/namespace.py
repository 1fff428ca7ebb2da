"""A network namespace with loopback only, kept open by one process that runs commands in it.

Nothing that runs there can reach the outside. Run as a module it is that process: it reads one
JSON command per line and writes one JSON result per line, in the order in which they end.
"""

from __future__ import annotations

import concurrent.futures
import contextlib
import fcntl
import itertools
import json
import os
import shutil
import signal
import socket
import struct
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

ROOT = Path(__file__).resolve().parents[2]
SIOCGIFFLAGS, SIOCSIFFLAGS, IFF_UP = 0x8913, 0x8914, 0x1
ENDED_BY_TIMEOUT = 124


class NoNamespaceError(Exception):
    """This system does not let us make a network namespace."""


@dataclass(frozen=True)
class Finished:
    """What a command left behind; rc 124 means that it was stopped for time."""

    rc: int
    stdout: str
    stderr: str


class Namespace:
    """A namespace, open between `with` and its end; `run` may be called from many threads."""

    def __enter__(self) -> Self:
        self._numbers = itertools.count()
        self._waiting: dict[int, concurrent.futures.Future[Finished]] = {}
        self._lock = threading.Lock()
        self._process = subprocess.Popen(
            [*_unshare(), sys.executable, "-m", "tests.doubles.namespace"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout is not None
        if self._process.stdout.readline() != "ready\n":
            _, said = self._process.communicate()
            raise NoNamespaceError(f"no network namespace here: {said.strip()[-300:]}")
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin is not None
        with contextlib.suppress(OSError):
            self._process.stdin.close()
        self._process.wait(30)
        self._reader.join(5)
        for pipe in (self._process.stdout, self._process.stderr):
            assert pipe is not None
            pipe.close()

    def run(
        self,
        command: Sequence[str],
        *,
        env: Mapping[str, str],
        cwd: str | Path,
        timeout: float = 60.0,
    ) -> Finished:
        """Run one command in the namespace and wait for its end."""
        future: concurrent.futures.Future[Finished] = concurrent.futures.Future()
        job = {"command": list(command), "env": dict(env), "cwd": str(cwd), "timeout": timeout}
        with self._lock:
            number = next(self._numbers)
            self._waiting[number] = future
            assert self._process.stdin is not None
            self._process.stdin.write(json.dumps({"number": number, **job}) + "\n")
            self._process.stdin.flush()
        return future.result(timeout + 30)

    def _read(self) -> None:
        assert self._process.stdout is not None
        for row in self._process.stdout:
            result = json.loads(row)
            future = self._waiting.pop(result.pop("number"))
            future.set_result(Finished(**result))
        for future in self._waiting.values():
            future.set_exception(NoNamespaceError("the process in the namespace has ended"))


def _unshare() -> list[str]:
    program = shutil.which("unshare")
    if program is None:
        raise NoNamespaceError("no network namespace here: `unshare` is not installed")
    # An ordinary user gets the right to do this only in a user namespace of his own.
    return [program, "--net"] if os.geteuid() == 0 else [program, "--net", "--map-root-user"]


def _bring_loopback_up() -> None:
    """Do what `ip link set lo up` does, without needing `ip`."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        request = struct.pack("16sh14x", b"lo", 0)
        (flags,) = struct.unpack_from("h", fcntl.ioctl(control, SIOCGIFFLAGS, request), 16)
        fcntl.ioctl(control, SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", flags | IFF_UP))


class _Runner:
    """Runs commands, each in a process group of its own, and leaves none behind."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: set[int] = set()

    def work(self, job: Mapping[str, Any]) -> None:
        """Run one command and write down its result."""
        result = self._run(job)
        with self._lock:
            _say(json.dumps({"number": job["number"], **vars(result)}))

    def stop(self) -> None:
        """End whatever still runs."""
        with self._lock:
            for group in self._running:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(group, signal.SIGKILL)

    def _run(self, job: Mapping[str, Any]) -> Finished:
        try:
            process = subprocess.Popen(
                job["command"],
                env=job["env"],
                cwd=job["cwd"],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                start_new_session=True,
            )
        except OSError as error:
            return Finished(127, "", str(error))
        with self._lock:
            self._running.add(process.pid)
        out, said, rc = _await(process, job["timeout"])
        with self._lock:
            self._running.discard(process.pid)
        return Finished(rc, out.decode(errors="replace"), said.decode(errors="replace"))


def _await(process: subprocess.Popen[bytes], timeout: float) -> tuple[bytes, bytes, int]:
    try:
        out, said = process.communicate(timeout=timeout)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        return *process.communicate(), ENDED_BY_TIMEOUT
    return out, said, process.returncode


def serve() -> None:
    """Read commands and run each in a thread until the input ends."""
    _bring_loopback_up()
    runner = _Runner()
    _say("ready")
    for row in sys.stdin:
        threading.Thread(target=runner.work, args=(json.loads(row),), daemon=True).start()
    runner.stop()


def _say(row: str) -> None:
    sys.stdout.write(row + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    serve()
