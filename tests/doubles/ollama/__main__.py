"""Run the double by hand: `python -m tests.doubles.ollama --model smollm2`."""

from __future__ import annotations

import argparse
import signal
import sys
import threading

from tests.doubles.ollama import GALLERY, Model, Ollama, Registry, a_cloud_model, a_model


def main() -> None:
    """Serve until a signal comes."""
    parser = argparse.ArgumentParser(prog="python -m tests.doubles.ollama")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=11434)
    parser.add_argument("--version", default="0.33.0")
    parser.add_argument("--engine", help="pass /v1 chats on to this server")
    parser.add_argument("--model", action="append", default=[], help="installed; repeatable")
    parser.add_argument("--pullable", action="append", default=[], help="in the registry")
    parser.add_argument("--env", action="append", default=[], metavar="NAME=VALUE")
    parser.add_argument("--gpu-share", type=float, default=0.0)
    parser.add_argument("--load-seconds", type=float, default=0.0)
    given = parser.parse_args()
    double = Ollama(
        [_model(name) for name in given.model],
        version=given.version,
        env=dict(pair.partition("=")[::2] for pair in given.env),
        registry=Registry([_model(name) for name in given.pullable], pause=0.05),
        engine=given.engine,
        host=given.host,
        port=given.port,
    )
    double.state.gpu_share, double.state.load_seconds = given.gpu_share, given.load_seconds
    over = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: over.set())
    with double:
        sys.stdout.write(f"{double.url}\n")
        sys.stdout.flush()
        over.wait()


def _model(name: str) -> Model:
    """Take a model from the gallery, or make one up under that name."""
    if name in GALLERY:
        return GALLERY[name]
    return a_cloud_model(name) if name.endswith("cloud") else a_model(name)


if __name__ == "__main__":
    main()
