"""One rule for all verbs that change something: what is shown first, who is asked, and when.

- `--dry-run` shows the plan, one line for each action and the difference of droid's files, and
  changes nothing.
- What the words on the command line name is done without a question: `add`, `set`, `remove`,
  `pull`, `window --set N`.
- A plan that does more (`fix`, `setup`, `window --server`, `add --all` and `--prune`) is shown
  whole and asked about once; so is one that a file names (`apply`) where somebody sits there.
  `--yes` is the answer; a no changes nothing.
- Without a terminal nothing is ever asked: a plan that nobody named needs `--yes`.
"""

import sys
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Literal

from factory_byok.core.errors import ByokError
from factory_byok.core.masking import leaving
from factory_byok.screens.asking import agrees, asks

if TYPE_CHECKING:
    from factory_byok.screens.style import Style

NamedBy = Literal["words", "a file", "nobody"]


def agreed(
    named_by: NamedBy,
    shown: "Callable[[Style], Iterable[str]]" = lambda style: (),
    *,
    yes: bool,
    dry_run: bool = False,
    question: str = "Do this?",
    by_hand: str = "",
) -> bool:
    """Whether a plan is to be done; False for `--dry-run`, with which the verb shows it itself.

    Raises ByokError when the answer is no, or nobody can answer; `by_hand` says what to do instead.
    """
    if dry_run or yes or named_by == "words":
        return not dry_run
    if not asks():
        if named_by == "a file":
            return True
        raise nobody_there(f"`--yes` does it{f', or do it by hand: {by_hand}' if by_hand else ''}")
    from factory_byok.screens.output import note
    from factory_byok.screens.style import style_of

    style = style_of(sys.stderr, "auto")
    note("\n".join(style.fitted(shown(style))))
    if not also_wanted(question):
        raise ByokError("You said no: nothing was changed", "The same command asks again")
    return True


def nobody_there(hint: str) -> ByokError:
    """There is no terminal, and nobody said yes beforehand."""
    return ByokError("Nothing was changed: there is no terminal to ask", hint)


def also_wanted(question: str, *, yes: bool = False) -> bool:
    """Whether something beside what the words name is wanted; never without a terminal or a yes."""
    if yes or not asks():
        return yes
    return agrees(leaving(question), default=False)


def project_agreed(*, yes: bool) -> bool:
    """Whether the entries of this project's own file may be tried; asks on a terminal."""
    if yes or not asks():
        return yes
    from factory_byok.core.world import World
    from factory_byok.workflows.project_entries import in_reach

    entries = in_reach(World.real())
    if not entries:
        return False
    where = ", ".join(dict.fromkeys(each.endpoint or each.base_url for each in entries))
    return also_wanted(
        f"This project's own file sends your requests and keys to {where}. Try that too?"
    )
