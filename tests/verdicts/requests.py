"""What the real droid sends for an entry, recorded in a network namespace.

`sent(entries)` makes the namespace and runs this module in it: one healthy server, and one turn of
droid for each entry, in which a tool is called once.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.doubles.droid import airgapped, exec_command, find_droid
from tests.doubles.namespace import ROOT, Namespace
from tests.doubles.ollama.reply import Reply, Seen
from tests.doubles.ollama.server import Server
from tests.verdicts.behaviour import listed
from tests.verdicts.healthy import answered, read

PORT = 8_000
PROMPT = "Call LS for this folder."
Sent = list[dict[str, Any]]


def sent(entries: Mapping[str, Mapping[str, Any]]) -> dict[str, Sent]:
    """Path, headers and body of each request that droid makes for each of the entries."""
    with Namespace() as namespace, TemporaryDirectory() as folder:
        file = Path(folder) / "entries.json"
        file.write_text(json.dumps(entries))
        command = [sys.executable, "-m", "tests.verdicts.requests", str(file)]
        done = namespace.run(command, env=dict(os.environ), cwd=ROOT, timeout=600)
    if done.rc != 0:
        raise RuntimeError(f"nothing was recorded ({done.rc}): {done.stderr[-2000:]}")
    found: dict[str, Sent] = json.loads(done.stdout)
    return found


def _turn(home: Path, port: int, entry: Mapping[str, Any]) -> Sent:
    seen: list[Seen] = []

    def answer(one: Seen) -> Reply:
        seen.append(one)
        asked = read(one)
        return answered(asked) if asked else listed()

    server = Server("127.0.0.1", port, answer)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = str(entry["baseUrl"]).replace("PORT", str(port))
    (home / ".factory").mkdir(parents=True)
    models = [{"displayName": "M", **entry, "baseUrl": url}]
    (home / ".factory/settings.json").write_text(json.dumps({"customModels": models}))
    subprocess.run(
        exec_command(find_droid(), "custom:M-0", PROMPT),
        env=airgapped(home, os.environ.get("PATH", "")),
        cwd=home,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=240,
        check=True,
    )
    return [{"path": one.path, "headers": dict(one.headers), "json": one.json} for one in seen]


def main() -> None:
    """Be the process in the namespace."""
    entries = json.loads(Path(sys.argv[1]).read_text())
    with TemporaryDirectory() as folder, ThreadPoolExecutor(2) as pool:
        jobs = {
            name: pool.submit(_turn, Path(folder) / str(number), PORT + number, entry)
            for number, (name, entry) in enumerate(entries.items())
        }
        found = {name: job.result() for name, job in jobs.items()}
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    main()
