"""Top-level keys that stand more than once in a settings file, and the edits that leave one.

droid reads the last of them alone (measured with 0.225.2).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise, repeat
from typing import TYPE_CHECKING, Final

from factory_byok.core.droid_facts import Repeated, TextEdit
from factory_byok.droid.field_names import LIST_NAMES
from factory_byok.droid.settings import jsonc

if TYPE_CHECKING:
    from factory_byok.droid.settings.jsonc.outline import Member, Node

MOST_KEYS: Final = 50  # that are told one by one; of more the repairs are one edit
MOST_EDITS: Final = 1_000  # as of a broken file, see `jsonc.repair`


def repeated(text: str) -> tuple[Repeated, ...]:
    """The repeated keys of a text that parses to an object; of very many the first speaks."""
    if not jsonc.repeats(text):
        return ()
    from factory_byok.droid.settings.jsonc.outline import outline

    root = outline(text)
    members = root.members
    behind = dict(pairwise(member.key_start for member in members))
    twice = [[members[at] for at in same] for same in root.twice.values()]
    repairs = [_repairs(text, same, behind) for same in twice]
    if len(twice) > MOST_KEYS or sum(map(len, repairs)) > MOST_EDITS:
        whole = TextEdit(0, text, _repaired(text, [each for some in repairs for each in some]))
        first = _repeated(text, twice[0], [whole])
        return (replace(first, others=len(twice) - 1),)
    return tuple(map(_repeated, repeat(text), twice, repairs))


def _repeated(text: str, same: "Sequence[Member]", repairs: Sequence[TextEdit]) -> Repeated:
    """One key."""
    line, _ = jsonc.position(text, same[-1].key_start)
    return Repeated(same[-1].key, line, _lost(same), tuple(repairs))


def _lost(same: "Sequence[Member]") -> int:
    """How many entries stand in the lists that droid does not read."""
    lists = same[0].key in LIST_NAMES.values() and all(each.value.kind == "array" for each in same)
    return sum(len(each.value.items) for each in same[:-1]) if lists else 0


def _repairs(text: str, same: "Sequence[Member]", behind: Mapping[int, int]) -> list[TextEdit]:
    """The edits for one key; lists of models are joined behind the last, so that its ids stay."""
    *others, last = same
    repairs = [_without(text, each.key_start, behind) for each in reversed(others)]
    if _lost(same):
        repairs.insert(0, _joined(text, [each.value for each in others], last.value))
    return repairs


def _repaired(text: str, repairs: Iterable[TextEdit]) -> str:
    """The text after these edits."""
    parts, done = list[str](), 0
    for each in sorted(repairs, key=lambda repair: repair.offset):
        parts += (text[done : each.offset], each.value)
        done = each.offset + len(each.expected)
    return "".join((*parts, text[done:]))


def _without(text: str, start: int, behind: Mapping[int, int]) -> TextEdit:
    """One member goes, up to the next one, which is there since it is not the last."""
    return TextEdit(start, text[start : behind[start]], "")


def _joined(text: str, others: "Sequence[Node]", last: "Node") -> TextEdit:
    """The items of the other lists at the end of the last one."""
    inner = [text[node.start + 1 : node.end - 1].strip() for node in others if node.items]
    # A line end, because an item may be followed by a comment.
    more = "\n, ".join(inner) + "\n"
    return TextEdit(last.end - 1, "", (", " if last.items else "") + more)
