"""One turn of the real droid against the double, and the real engine, in one namespace.

`take_turn()` makes a fresh namespace and runs this module in it. There the double listens on
11434, as Ollama does, passes `/v1` on to the engine where one is wanted, and droid talks to it.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tests.doubles.droid import NEWEST, airgapped, exec_command, find_droid
from tests.doubles.engine import TOOLS_TEMPLATE, running_engine
from tests.doubles.namespace import ROOT, Namespace
from tests.doubles.ollama import GALLERY, Ollama
from tests.doubles.ollama.models import Model

PORT = 11434
# One tool and no skills: the small model reads a hundred tokens in a second.
STOPS = [".", "!", "?", "\n"]
CRASHES = 4  # tries: the runtime inside the older droids sometimes dies by itself
SMALL = ("--only-tools", "Read", "--disable-builtin-skills")


@dataclass(frozen=True)
class TurnTaken:
    """What droid printed, and what it asked the server."""

    rc: int
    stdout: str
    stderr: str
    requests: list[dict[str, Any]]

    @property
    def result(self) -> str:
        """The model's answer as droid reports it."""
        return str(json.loads(self.stdout)["result"])


def take_turn(
    home: Path,
    model_id: str,
    prompt: str,
    *,
    models: Sequence[str] = ("smollm2-tools",),
    engine: str = "none",
    window: int = 8192,
    more: Sequence[str] = SMALL,
    logged_out: bool = False,
    version: str = NEWEST,
    timeout: float = 240.0,
) -> TurnTaken:
    """Run one `droid exec` turn; `engine` is none (canned answers), own or tools (template).

    `logged_out` is a droid without an account that cannot reach Factory, instead of airgap mode.
    Versions without that mode want to see a key of Factory's, whatever it is.
    """
    command = [sys.executable, "-m", "tests.doubles.turn", str(home), model_id, prompt]
    command += ["--engine", engine, "--window", str(window), "--timeout", str(timeout)]
    command += [f"--model={name}" for name in models] + [f"--more={word}" for word in more]
    command += ["--logged-out"] if logged_out else []
    command += ["--version", version]
    for _ in range(CRASHES):
        with Namespace() as namespace:
            patience = timeout + 120
            done = namespace.run(command, env=dict(os.environ), cwd=ROOT, timeout=patience)
        if done.rc != 0:
            raise RuntimeError(f"the turn could not be taken ({done.rc}): {done.stderr[-800:]}")
        turn = TurnTaken(**json.loads(done.stdout))
        if "Bun has crashed" not in turn.stderr:
            break
    return turn


def main() -> None:
    """Be the process in the namespace: serve, run droid, write down what happened."""
    given = _arguments()
    with contextlib.ExitStack() as running:
        url = None
        if given.engine != "none":
            template = TOOLS_TEMPLATE if given.engine == "tools" else None
            engine = running_engine(window=given.window, template=template)
            url = running.enter_context(engine).url
        env = {"OLLAMA_CONTEXT_LENGTH": str(given.window)}
        models = [_model(name, real=url is not None) for name in given.model]
        double = running.enter_context(Ollama(models, env=env, engine=url, port=PORT))
        mode = {"FACTORY_AIRGAP_ENABLED": "false"} if given.logged_out else {}
        mode |= {} if given.version == NEWEST else {"FACTORY_API_KEY": "fk-test"}
        done = subprocess.run(
            exec_command(find_droid(given.version), given.id, given.prompt, given.more),
            env=airgapped(given.home, os.environ.get("PATH", ""), mode),
            cwd=given.home,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=given.timeout,
            check=False,
        )
        requests = [{"path": seen.path, "json": seen.json} for seen in double.requests]
    told = TurnTaken(done.returncode, done.stdout, done.stderr, requests)
    sys.stdout.write(json.dumps(vars(told)))


def _model(name: str, *, real: bool) -> Model:
    """A model of the gallery; a real one stops after a sentence.

    A small model that rambles to its output limit makes droid ask on and on until the window is
    full, and whether it rambles depends on the processor's own rounding.
    """
    model = GALLERY[name]
    return replace(model, parameters={**model.parameters, "stop": STOPS}) if real else model


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("home")
    parser.add_argument("id")
    parser.add_argument("prompt")
    parser.add_argument("--engine", choices=("none", "own", "tools"), default="none")
    parser.add_argument("--window", type=int, default=8192)
    parser.add_argument("--logged-out", action="store_true")
    parser.add_argument("--version", default=NEWEST)
    parser.add_argument("--timeout", type=float, default=240.0)
    parser.add_argument("--model", action="append", default=[])
    parser.add_argument("--more", action="append", default=[])
    return parser.parse_args()


if __name__ == "__main__":
    main()
