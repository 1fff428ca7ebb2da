"""byok explain: what a check means, why, and what to do."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated

import typer

from factory_byok.screens.answer import Answer

if TYPE_CHECKING:
    from factory_byok.screens.style import Style


def run(
    check: Annotated[str, typer.Argument(help="A check's code; all codes without.")] = "",
) -> Answer:
    """Explain a check: what it means, why it matters, and what to do.

    Without a code every check stands on one line. `byok doctor` names those that fired.
    """
    from factory_byok.core.errors import UsageError
    from factory_byok.diagnosis.checks import CHECKS
    from factory_byok.diagnosis.examine import code_of
    from factory_byok.workflows.next_step import run as run_next

    known = {code_of(each): each for each in CHECKS}
    wanted = check.replace("-", "_")
    if check and wanted not in known:
        from difflib import get_close_matches

        near = get_close_matches(wanted, known, 1)
        raise UsageError(
            f"There is no check `{check}`",
            f"Did you mean `{near[0]}`?" if near else "`byok explain` lists them",
        )
    chosen = {wanted: known[wanted]} if check else known
    rows = [
        {
            "check": code,
            "title": module.TITLE,
            "text": (module.__doc__ or "").strip(),
            "what_to_do": module.WHAT_TO_DO,
        }
        for code, module in chosen.items()
    ]

    def words(style: "Style") -> Iterable[str]:
        for row in rows:
            head, _, body = row["text"].partition("\n\n")
            yield f"{style.paint(row['check'], 'bold')}: {' '.join(head.split())}"
            if check:
                for paragraph in (*body.split("\n\n"), f"What to do: {row['what_to_do']}"):
                    yield ""
                    yield from style.wrapped(" ".join(paragraph.split()))

    following = run_next("byok", "doctor") if check else run_next("byok", "explain", "CHECK")
    return Answer({"checks": rows}, words, next=following)
