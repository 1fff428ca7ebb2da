"""Asks the real droid again for every row of the corpus: `python -m tests.droid.settings.record`.

A row holds files (bytes as Latin-1 text), the working folder, and the rows that droid printed.
"""

import json
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from factory_byok.version import MEASURED_DROID
from tests.doubles.droid import NO_PROGRAMS, airgapped, find_droid
from tests.doubles.namespace import Namespace
from tests.droid.settings.machines import MadeUp, block_of

CORPUS = Path(__file__).parent / "corpus"


def machine_of(row: dict[str, Any]) -> MadeUp:
    """The made-up machine of one row."""
    files = {name: text.encode("latin-1") for name, text in row["files"].items()}
    return MadeUp(files, row["cwd"], tuple(row["folders"]))


def answer(namespace: Namespace, machine: MadeUp) -> str:
    """What droid prints on a made-up machine."""
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        machine.write(root)
        env = airgapped(root / "home", NO_PROGRAMS)
        done = namespace.run([str(find_droid()), "exec", "--help"], env=env, cwd=root / machine.cwd)
        assert done.rc == 0, done.stderr
        return block_of(done.stdout)


def record(path: Path) -> None:
    """Writes droid's answers of today into one file of the corpus."""
    recorded = json.loads(path.read_text("utf-8"))
    with Namespace() as namespace, ThreadPoolExecutor(2) as pool:
        machines = [machine_of(row) for row in recorded["rows"]]
        answers = list(pool.map(lambda machine: answer(namespace, machine), machines))
    for row, said in zip(recorded["rows"], answers, strict=True):
        row["droid"] = said
    recorded["version"] = MEASURED_DROID
    path.write_text(json.dumps(recorded, indent=1, ensure_ascii=True) + "\n", "utf-8")


if __name__ == "__main__":
    for each in sorted(CORPUS.glob("*.json")):
        record(each)
