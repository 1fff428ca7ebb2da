"""The recorded verdicts: read, made anew (`python -m tests.verdicts.record`), and as a table."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path

from tests.verdicts.catalogue import BEHAVIOURS
from tests.verdicts.run import Verdicts, judged

RECORD = Path(__file__).with_name("verdicts.json")
# droid's exit codes where it tries again for minutes; seen once with all its patience.
AFTER_ALL = 1


def recorded() -> dict[str, Verdicts]:
    """The verdicts as they were measured, by the behaviours' names."""
    rows = json.loads(RECORD.read_text("utf-8"))
    return {row["name"]: Verdicts(**row) for row in rows}


def table() -> str:
    """The page `verdicts.md`: what each server does, droid's exit code, byok's, and the cause."""
    known = recorded()
    rows = [
        f"| {each.says} | {_droid(known[each.name])} | {_byok(known[each.name])} | "
        f"{_cause(known[each.name])} |"
        for each in BEHAVIOURS
    ]
    rows.append(_PATIENCE)
    same = sum((row.droid == 0) == (row.byok == 0) for row in known.values())
    head = _HEAD.format(all=len(known), same=same)
    return "\n".join([head, *rows, ""])


_HEAD = """# Verdicts: byok beside the real droid

Each row is a server with one habit. `byok test ENTRY` and `droid exec -m ID` (0.225.2) were run
against it with the same entry; {same} of {all} verdicts agree. Where droid ends well although its
user is not helped, byok passes with a warning; `byok doctor --deep` calls the same an error. Made
by `python -m tests.generate` from what CI measures.

| The server … | droid | byok | What byok names |
|---|---|---|---|"""


_PATIENCE = """
## How long droid tries

Where CI stops droid after three tries, it was left alone once, on 25 November 2026 (0.225.2). It
ended with exit code 1 each time, but for the last two rows, in which it asked on until it was
stopped after 330 s.

| The server … | tries | seconds |
|---|---|---|
| answers 500, 503 or 529 (in each dialect) | 10 | 257 to 268 |
| answers 429, whatever its Retry-After says | 5 | 98 to 100 |
| answers 504 | 5 | 120 |
| streams an error, or an event that is no JSON or has another form | 5 | 69 to 123 |
| closes or cuts the connection | 5 | 26 to 42 |
| answers with one JSON, a page, or an error inside a 200 | 2 | 5 to 20 |
| says nothing, and finishes | 6 | 13 to 24 (exit code 0) |
| ends answers at a limit (`length`, `pause_turn`, an incomplete response) | hundreds | never |
| keeps the connection open after the end mark | 1 | never |
"""


def _droid(row: Verdicts) -> str:
    return "works" if row.droid == 0 else "fails"


def _byok(row: Verdicts) -> str:
    return "fails" if row.byok != 0 else "passes with a warning" if row.said else "passes"


def _cause(row: Verdicts) -> str:
    said = row.said.partition(" (HTTP ")[0].partition(": ")[0].replace("|", "\\|")
    return f"`{row.cause}`: {said}" if row.cause else said


def main() -> None:
    """Measures everything, or what is named, and writes it down."""
    known = recorded() if RECORD.exists() else {}
    known |= {row.name: row for row in judged(sys.argv[1:])}
    rows = [known[each.name] for each in BEHAVIOURS]
    text = json.dumps([asdict(row) for row in rows], indent=1, ensure_ascii=False)
    RECORD.write_text(text + "\n", "utf-8")


if __name__ == "__main__":
    main()
