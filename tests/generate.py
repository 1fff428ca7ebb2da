"""Makes the parts of README, docs and schemas that come from the code: `python -m tests.generate`.

`--check` writes nothing and fails when a part is out of date. Parts of a page stand between
`<!-- name -->` and `<!-- /name -->`. `--picture` draws the picture of the README anew; it is not
compared, since its bytes depend on the version of rich.
"""

import json
import re
import sys
from collections.abc import Callable
from functools import partial
from io import StringIO
from pathlib import Path
from typing import Any, Final

from rich.console import Console
from rich.text import Text

from factory_byok.diagnosis.checks import CHECKS
from factory_byok.diagnosis.examine import code_of
from factory_byok.providers import PROVIDERS
from tests.diagnosis.failures import FAILURES
from tests.schemas import report_schema, snapshot_schema
from tests.screens import COLOR, SCREENS, screen
from tests.verdicts.record import table

ROOT: Final = Path(__file__).parent.parent
README: Final = ROOT / "README.md"
DOCS: Final = ROOT / "factory_byok/docs"
PICTURE: Final = DOCS / "doctor.svg"


def checks_table() -> str:
    """Every check with its levels, its meaning and whether `byok fix` can repair it."""
    rows = ["| Check | What is wrong |", "|---|---|"]
    for check in CHECKS:
        first = (check.__doc__ or "").strip().partition("\n\n")[0]
        rows.append(f"| `{code_of(check)}` | {' '.join(first.split())} |")
    return "\n".join(rows)


def failures_table() -> str:
    """The known ways in which Ollama and droid fail each other, and the check that finds each."""
    rows = ["| # | Failure | Found by |", "|---|---|---|"]
    rows += [
        f"| {number} | {failure} | {', '.join(f'`{code}`' for code in codes)} |"
        for number, (failure, codes) in FAILURES.items()
    ]
    return "\n".join(rows)


def providers_table() -> str:
    """Every provider with where it is, droid's dialect for it, and the variable of its key."""
    rows = ["| `byok add …` | Base URL | Dialect | Key |", "|---|---|---|---|"]
    for name, about in PROVIDERS.items():
        key = f"`{about.key_variable}`" if about.hosted else "none needed"
        where = f"`{about.base_url}`" if about.fixed else "`--endpoint`"
        rows.append(f"| `{name}` | {where} | `{about.dialect}` | {key} |")
    return "\n".join(rows)


def fenced(name: str) -> Callable[[], str]:
    """A screen as a block of text."""
    return lambda: f"```text\n{screen(name)}\n```"


def recorded(name: str) -> Callable[[], str]:
    """A screen that a test records from a run of the whole command."""
    file = ROOT / f"tests/screens/{name}.txt"
    return lambda: f"```text\n{file.read_text('utf-8').rstrip()}\n```"


PARTS: Final[dict[str, Callable[[], str]]] = {
    "checks": checks_table,
    "failures": failures_table,
    "providers": providers_table,
    **{f"screen {name}": fenced(name) for name in SCREENS},
    "screen setup": recorded("setup"),
}


def page(text: str) -> str:
    """A page with every part made anew. Ends the process for a place without a part."""
    for name in re.findall(r"<!-- /(.+?) -->", text):
        if name not in PARTS:
            raise SystemExit(f"there is no part called `{name}`")
        place = re.escape(name)
        pattern = re.compile(rf"(<!-- {place} -->\n).*?(<!-- /{place} -->)", re.S)
        text = pattern.sub(partial(_filled, PARTS[name]()), text)
    return text


def _filled(made: str, found: re.Match[str]) -> str:
    """A place of the README with its new text."""
    return f"{found[1]}{made}\n{found[2]}"


def pretty(schema: dict[str, Any]) -> str:
    """A schema as it is stored."""
    return json.dumps(schema, indent=2) + "\n"


def wanted() -> dict[Path, str]:
    """Every generated file with the text that it should have."""
    return {
        **{path: page(path.read_text("utf-8")) for path in (README, *sorted(DOCS.glob("*.md")))},
        ROOT / "factory_byok/docs/verdicts.md": table(),
        ROOT / "schemas/report.schema.json": pretty(report_schema()),
        ROOT / "schemas/snapshot.schema.json": pretty(snapshot_schema()),
    }


def draw() -> None:
    """Draws the doctor's screen as a terminal shows it."""
    console = Console(record=True, width=84, file=StringIO(), force_terminal=True)
    console.print(Text.from_ansi("\n".join(SCREENS["doctor"][1](COLOR))))
    PICTURE.write_text(console.export_svg(title="byok doctor", unique_id="byok"), "utf-8")


def main() -> None:
    """Writes what is out of date, or with `--check` names it and fails."""
    if "--picture" in sys.argv:
        draw()
    stale = [
        (path, text)
        for path, text in wanted().items()
        if not path.exists() or path.read_text("utf-8") != text
    ]
    for path, text in stale:
        print(f"{path.relative_to(ROOT)} is out of date")
        if "--check" not in sys.argv:
            path.write_text(text, "utf-8")
    if "--check" in sys.argv and stale:
        sys.exit("run `python -m tests.generate`")


if __name__ == "__main__":
    main()
