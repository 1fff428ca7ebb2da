"""Takes children out of an object or array, with their commas and the comments on their lines."""

from factory_byok.droid.settings.edit.room import closes_alone
from factory_byok.droid.settings.edit.splice import Cut, splice
from factory_byok.droid.settings.edit.style import children
from factory_byok.droid.settings.edit.trivia import (
    LINE_END,
    behind_blank,
    behind_comma,
    behind_line_comments,
    last_token,
)
from factory_byok.droid.settings.jsonc.outline import Node


def removal(text: str, parent: Node, indexes: set[int]) -> list[Cut]:
    """Cuts children out, each with one comma, its white space and the comments on its own line.

    Comments above it stay: they may belong to others.
    """
    spans = children(parent)
    last = len(spans) - 1
    kept = max((at for at in range(len(spans)) if at not in indexes), default=-1)
    cuts: list[Cut] = []
    ends_line = False
    for at in sorted(indexes, reverse=True):
        left = behind_comma(text, spans[at - 1][1]) if at else parent.start + 1
        end = _end_of_child(text, spans[at][1], is_last=at == last)
        following = behind_blank(text, end)
        if at < kept:  # the next child comes to its place
            cuts.append((spans[at][0], following, ""))
            continue
        if at == last or following != spans[at + 1][0]:  # else what follows the next one counts
            ends_line = bool(LINE_END.search(text, end, following))
        token, in_line = last_token(text, left, spans[at][0])
        joins = in_line and not ends_line  # what follows must not become part of a comment
        cuts.append((spans[at][0] if joins else token, end, ""))
    if kept < 0:
        return _emptied(text, parent, spans[0][0], cuts)
    if kept != last:
        comma = behind_comma(text, spans[kept][1])
        cuts.append((comma - 1, comma, ""))
    return cuts


def _end_of_child(text: str, end: int, *, is_last: bool) -> int:
    """The end of what belongs to a child: its comma, and the comments that end its line."""
    return behind_line_comments(text, end if is_last else behind_comma(text, end))


def _emptied(text: str, parent: Node, first: int, cuts: list[Cut]) -> list[Cut]:
    """The cuts that take the last child out: brackets that stood alone for it meet again.

    A blank line before the child says that they did not meet before it came (see `room`).
    """
    inside, end = parent.start + 1, parent.end - 1
    left = splice(text[:end], cuts)[inside:]
    spread = len(LINE_END.findall(text, inside, first)) == 1
    if spread and closes_alone(text, parent, left):
        return [(inside, end, "")]
    return cuts
