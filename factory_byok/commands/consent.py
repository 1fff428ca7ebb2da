"""One rule for all verbs that change something: what is shown first, who is asked, and when.

What the words on the command line name is done at once (`add`, `set`, `remove`, `pull`, `window
--set N`). A plan that does more than the words name is shown whole and asked about once (`fix`,
`apply`, `window --server`, `add --all` and `--prune`, the larger window of an added model); `--yes`
is the answer, `--dry-run` shows and changes nothing. Without a terminal nothing is ever asked: such
a plan needs `--yes`, but for `apply`, whose manifest names all that it does.
"""

import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING

from factory_byok.core.errors import ByokError
from factory_byok.core.masking import leaving
from factory_byok.screens.asking import agrees, asks

if TYPE_CHECKING:
    from collections.abc import Callable

    from factory_byok.screens.style import Style


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
    question = f"This project's own file sends your requests and keys to {where}. Try that too?"
    return agrees(leaving(question), default=False)


def agree(
    shown: "Callable[[Style], Iterable[str]]",
    question: str,
    *,
    yes: bool,
    named: bool = False,
    by_hand: str = "",
) -> None:
    """Shows a plan and asks. Raises ByokError when the answer is no, or nobody can answer.

    `named` says that a script's words are answer enough; `by_hand` what to do instead.
    """
    if yes:
        return
    if not asks():
        if named:
            return
        hint = f"`--yes` does it{f', or do it by hand: {by_hand}' if by_hand else ''}"
        raise ByokError("Nothing was changed: there is no terminal to ask", hint)
    from factory_byok.screens.output import note
    from factory_byok.screens.style import style_of

    style = style_of(sys.stderr, "auto")
    note("\n".join(style.fitted(shown(style))))
    if not agrees(leaving(question), default=False):
        raise ByokError("Nothing was changed")
