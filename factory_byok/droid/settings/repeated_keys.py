"""Top-level keys that stand more than once in a settings file, and the edits that leave one.

droid reads the last of them alone (measured with 0.225.2).
"""

import json
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Final

from factory_byok.core.droid_facts import Json, Repeated, TextEdit
from factory_byok.droid.field_names import LIST_NAMES
from factory_byok.droid.settings import jsonc
from factory_byok.droid.settings.jsonc.tree import Member, Node

MOST_KEYS: Final = 200  # at the top of a file; droid knows some sixty
MOST_TIMES: Final = 20_000  # that their names stand in it, the ones within entries included


def repeated(text: str, values: Mapping[str, Json]) -> tuple[Repeated, ...]:
    """The repeated keys of a text that parses to these values.

    None in a text with so many keys, or so many repeats, as no person writes.
    """
    if len(values) > MOST_KEYS:
        return ()
    # The tree is grown only where a key's text is there twice at all.
    times = [text.count(json.dumps(key, ensure_ascii=False)) for key in values]
    if max(times, default=0) < 2 or sum(times) > MOST_TIMES:
        return ()
    from factory_byok.droid.settings.jsonc.outline import outline

    members = outline(text).members
    by_key: dict[str, list[Member]] = {}
    for member in members:
        by_key.setdefault(member.key, []).append(member)
    behind = dict(pairwise(member.key_start for member in members))
    return tuple(
        _repeated(text, key, same, behind) for key, same in by_key.items() if len(same) > 1
    )


def _repeated(text: str, key: str, same: Sequence[Member], behind: Mapping[int, int]) -> Repeated:
    """One key; lists of models are joined behind the last, so that its ids stay."""
    *others, last = same
    nodes = [each.value for each in same]
    joined = key in LIST_NAMES.values() and all(node.kind == "array" for node in nodes)
    repairs = [_without(text, each.key_start, behind) for each in reversed(others)]
    lost = sum(len(each.value.items) for each in others) if joined else 0
    if lost:
        repairs.insert(0, _joined(text, [each.value for each in others], last.value))
    line, _ = jsonc.position(text, last.key_start)
    return Repeated(key, line, lost, tuple(repairs))


def _without(text: str, start: int, behind: Mapping[int, int]) -> TextEdit:
    """One member goes, up to the next one, which is there since it is not the last."""
    return TextEdit(start, text[start : behind[start]], "")


def _joined(text: str, others: Sequence[Node], last: Node) -> TextEdit:
    """The items of the other lists at the end of the last one."""
    inner = [text[node.start + 1 : node.end - 1].strip() for node in others if node.items]
    # A line end, because an item may be followed by a comment.
    more = "\n, ".join(inner) + "\n"
    return TextEdit(last.end - 1, "", (", " if last.items else "") + more)
