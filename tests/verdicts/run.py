"""Runs behaviours in a network namespace: `byok test ENTRY` and the real droid, both verdicts.

`judged(names)` makes the namespace and runs this module in it; there each behaviour is a server on
a port of its own, with a home of its own that holds its one entry.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.doubles.droid import airgapped, exec_command, find_droid
from tests.doubles.engine import running_engine
from tests.doubles.namespace import ROOT, Namespace
from tests.doubles.ollama.reply import Reply, Seen
from tests.doubles.ollama.server import Server
from tests.verdicts.behaviour import GENERIC, MODEL, Behaviour
from tests.verdicts.catalogue import BEHAVIOURS

FIRST_PORT = 20_000
AT_ONCE = 6  # most of the time goes by while droid waits before its next try
PATIENCE = 25.0  # seconds after which a droid that has tried three times is taken for failed
WHOLE_PATIENCE = 420.0
PROMPTS = {False: "Say hello.", True: "Call LS for this folder."}
ID = "custom:M-0"


@dataclass(frozen=True)
class Verdicts:
    """What came of one behaviour: droid's exit code, byok's, and the cause that byok names.

    `droid` is None when it was still trying again when it was stopped. `said` is byok's sentence.
    """

    name: str
    droid: int | None
    byok: int
    cause: str
    said: str
    remedy: str


def judged(names: Sequence[str] = (), *, patience: float = PATIENCE) -> list[Verdicts]:
    """Both verdicts on each of the named behaviours, on all of them without names."""
    chosen = [each.name for each in BEHAVIOURS if not names or each.name in names]
    command = [sys.executable, "-m", "tests.verdicts.run", str(patience), json.dumps(chosen)]
    with Namespace() as namespace:
        done = namespace.run(command, env=dict(os.environ), cwd=ROOT, timeout=1_800)
    if done.rc != 0:
        raise RuntimeError(f"the behaviours could not be judged ({done.rc}): {done.stderr[-2000:]}")
    return [Verdicts(**each) for each in json.loads(done.stdout)]


class Running:
    """One behaviour with its server, its home and its count of requests."""

    def __init__(self, behaviour: Behaviour, port: int, home: Path) -> None:
        self.behaviour, self.port, self.home = behaviour, port, home
        self.chats = 0
        self._server = Server("127.0.0.1", port, self._answer)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        entry = {
            "model": MODEL,
            "displayName": "M",
            "apiKey": "not-needed",
            "provider": GENERIC,
            "baseUrl": f"http://127.0.0.1:{port}{behaviour.path}",
            **behaviour.entry,
        }
        (home / ".factory").mkdir(parents=True)
        (home / ".factory/settings.json").write_text(json.dumps({"customModels": [entry]}))

    def _answer(self, seen: Seen) -> Reply:
        self.chats += seen.method == "POST"
        return self.behaviour.answer(seen)


def droid_verdict(running: Running, patience: float) -> int | None:
    """droid's exit code; None when it tries again and again for longer than that."""
    behaviour, start = running.behaviour, time.monotonic()
    process = subprocess.Popen(
        exec_command(find_droid(), ID, PROMPTS[behaviour.calls]),
        env=airgapped(running.home, os.environ.get("PATH", ""), behaviour.env),
        cwd=running.home,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        while time.monotonic() - start < WHOLE_PATIENCE:
            try:
                return process.wait(0.2)
            except subprocess.TimeoutExpired:
                late = time.monotonic() - start > patience
                if late and (running.chats >= 3 or running.chats == 0):
                    return None
        return None
    finally:
        process.kill()
        process.wait()


def byok_verdict(running: Running) -> dict[str, Any]:
    """byok's exit code, the cause it names, and its sentence and remedy."""
    env = {**_plain(os.environ), "HOME": str(running.home), **running.behaviour.env}
    env["FACTORY_HOME_OVERRIDE"] = str(running.home)
    done = subprocess.run(
        [sys.executable, "-m", "factory_byok", "test", "--json", "--quiet", ID],
        env=env,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=WHOLE_PATIENCE,
        check=False,
    )
    told = json.loads(done.stdout)
    results = (told.get("data") or {}).get("results", ())
    bad = [each for each in results if each["status"] in ("failed", "warning")]
    failed: dict[str, Any] = min(bad, key=lambda each: each["status"], default={})  # failed first
    found: dict[str, Any] = next(iter(told.get("findings", ())), {})
    return {
        "byok": done.returncode,
        "cause": failed.get("evidence", {}).get("fault", ""),
        "said": failed.get("reason", "") or found.get("message", ""),
        "remedy": (found.get("remedy") or {}).get("text", ""),
    }


def _plain(env: Mapping[str, str]) -> dict[str, str]:
    """The environment without what would lead astray."""
    return {k: v for k, v in env.items() if not k.upper().endswith("_PROXY") and k[:7] != "OLLAMA_"}


def verdicts(behaviour: Behaviour, port: int, home: Path, patience: float) -> Verdicts:
    """Both verdicts; what a server remembers begins anew for the second."""
    with contextlib.ExitStack() as running:
        if behaviour.window:
            engine = running.enter_context(running_engine(window=behaviour.window))
            entry = {**behaviour.entry, "baseUrl": engine.base_url}
            behaviour = replace(behaviour, entry=entry)
        code = droid_verdict(Running(behaviour, port, home / "droid"), patience)
        behaviour.anew()
        told = byok_verdict(Running(behaviour, port + 1, home / "byok"))
        return Verdicts(behaviour.name, code, **told)


def main() -> None:
    """Be the process in the namespace."""
    patience, names = float(sys.argv[1]), json.loads(sys.argv[2])
    chosen = [each for each in BEHAVIOURS if each.name in names]
    with TemporaryDirectory() as folder, ThreadPoolExecutor(AT_ONCE) as pool:
        jobs = [
            pool.submit(
                verdicts, each, FIRST_PORT + 2 * number, Path(folder) / str(number), patience
            )
            for number, each in enumerate(chosen)
        ]
        found = [asdict(job.result()) for job in jobs]
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    main()
