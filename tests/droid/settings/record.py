"""Asks the real droids again for every row of the corpus: `python -m tests.droid.settings.record`.

A row holds files (bytes as Latin-1 text), the working folder, and the rows that droid printed: what
each group of versions (their numbers, with blanks between) printed alike.
"""

import json
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from tests.doubles.droid import find_droid, help_text
from tests.doubles.namespace import Namespace
from tests.droid.settings.machines import ORGANISATION, MadeUp, block_of

CORPUS = Path(__file__).parent / "corpus"


def machine_of(row: dict[str, Any]) -> MadeUp:
    """The made-up machine of one row."""
    files = {name: text.encode("latin-1") for name, text in row["files"].items()}
    return MadeUp(files, row["cwd"], tuple(row["folders"]))


def answer(namespace: Namespace, binary: Path, machine: MadeUp) -> str:
    """The rows that a droid prints on a made-up machine."""
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        machine.write(root)
        etc = root / "etc" if ORGANISATION in machine.files else None
        return block_of(help_text(namespace, binary, root / "home", root / machine.cwd, etc))


def record(path: Path) -> None:
    """Writes today's answers of the versions that one file of the corpus names."""
    recorded = json.loads(path.read_text("utf-8"))
    with Namespace() as namespace, ThreadPoolExecutor(2) as pool:
        for row in recorded["rows"]:
            versions = " ".join(row["droid"]).split()
            asked = [(namespace, find_droid(version), machine_of(row)) for version in versions]
            said = dict(zip(versions, pool.map(lambda each: answer(*each), asked), strict=True))
            row["droid"] = grouped(said)
    path.write_text(json.dumps(recorded, indent=1, ensure_ascii=True) + "\n", "utf-8")


def grouped(said: dict[str, str]) -> dict[str, str]:
    """The answers with the versions that gave the same one together."""
    together: dict[str, list[str]] = {}
    for version, rows in said.items():
        together.setdefault(rows, []).append(version)
    return {" ".join(versions): rows for rows, versions in together.items()}


if __name__ == "__main__":
    for each in sorted(CORPUS.glob("*.json")):
        record(each)
