"""Edits of a settings file's text: the span of one value changes, every other byte stays.

A new child goes directly behind the last thing before it (a bracket, a comma, a comment), with
nothing deleted, and takes its white space with it; so removing it gives the same bytes back. Of two
children with the same key droid honours the last: that one is edited, and a removal or a renaming
takes all of them, so that no earlier one comes back to life.
"""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile
from typing import Final, TypeAlias

from factory_byok.errors import ByokError
from factory_byok.facts import Json
from factory_byok.findings import Edit
from factory_byok.settings.jsonc import load
from factory_byok.settings.jsonc_tree import Node, find, parse, value_of

Cut: TypeAlias = tuple[int, int, str]  # this stretch of the text becomes that text

_TRIVIA: Final = re.compile(r"[ \t\r\n]+|//[^\r\n]*|/\*(?s:.*?)\*/")
_BLANK: Final = re.compile(r"[ \t\r\n]*")
_LINE_END: Final = re.compile(r"\r\n|\r|\n")
_INDENTED: Final = re.compile(r"[\r\n]([ \t]+)[^ \t\r\n]")
_COLON: Final = re.compile(r":[ \t]*")
_PLACE: Final = re.compile(r"-|0|[1-9][0-9]{0,8}")
_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_HUNK: Final = re.compile(r"@@ -(\d+)((?:,\d+)?) \+(\d+)((?:,\d+)? @@\n)")
_CONTEXT: Final = 3  # unchanged lines around a change in a diff
_SPANNING: Final = ("replace", "rename")  # operations that move no other child


def apply(text: str, edits: Sequence[Edit]) -> str:
    """The text after all edits, in their order; each sees what those before it left.

    Only the offsets of `text` edits in a row count in the text as it was before the first of them.
    `mode` edits do not concern the text. An empty text is an absent file. Raises jsonc.Fault when
    the text does not parse, and ByokError when an edit does not fit it; nothing is half done.
    """
    if not text.strip(" \t\r\n") and any(edit.op == "add" for edit in edits):
        text = "{}\n"
    waiting = [edit for edit in edits if edit.op != "mode"]
    while waiting:
        raw = waiting[0].op == "text"
        row = list(takewhile(lambda edit: (edit.op == "text") == raw, waiting))  # noqa: B023
        text = _splice(text, _replacements(text, row)) if raw else _apply_pointers(text, row)
        waiting = waiting[len(row) :]
    return text


def prune(text: str, made: Sequence[str], *, file: bool) -> str | None:
    """Takes back what byok made and what is empty now; None when that is the whole file.

    `made` are JSON Pointers of containers and `file` says whether byok made the file;
    `journal.Journal.made` knows both.
    """
    for pointer in sorted(made, key=len, reverse=True):
        node = find(parse(text), pointer)
        if node is not None and _is_empty(text, node):
            text = apply(text, [Edit("remove", "", pointer)])
    return None if file and text.strip() == "{}" else text


def diff(before: str | None, after: str | None, path: str) -> str:
    """A unified diff of two texts of one file, "" when they are the same; None is no file.

    It costs time in proportion to the texts as long as the change is in one place.
    """
    if before == after:
        return ""
    import difflib  # 4 ms, and only shown changes need it

    old, new = _lines(before), _lines(after)
    start = _same_lines(old, new)
    end = _same_lines(old[start:][::-1], new[start:][::-1])
    first, last = max(start - _CONTEXT, 0), max(end - _CONTEXT, 0)
    names = ("/dev/null" if before is None else path, "/dev/null" if after is None else path)
    shown = difflib.unified_diff(
        old[first : len(old) - last], new[first : len(new) - last], *names, n=_CONTEXT
    )
    return "".join(_moved(line, first) for line in shown)


def same(one: Json, other: Json) -> bool:
    """Whether two JSON values are the same, at any depth; 1, 1.0 and true are three values."""
    waiting = [(one, other)]
    while waiting:
        left, right = waiting.pop()
        if isinstance(left, dict) and isinstance(right, dict):
            if left.keys() != right.keys():
                return False
            waiting += [(value, right[key]) for key, value in left.items()]
        elif isinstance(left, list) and isinstance(right, list):
            if len(left) != len(right):
                return False
            waiting += zip(left, right, strict=True)
        elif type(left) is not type(right) or left != right:
            return False
    return True


# --- changes: an edit and the place in the tree where it happens ---------------------------------


@dataclass(frozen=True, slots=True)
class _Change:
    """An edit at a place whose parent is there: missing parents have become part of the value.

    `steps` is its pointer; `indexes` are the children of `parent` that it concerns (for an
    insertion the one before which it goes), as the tree was read.
    """

    op: str
    steps: tuple[str, ...]
    parent: Node | None
    indexes: tuple[int, ...]
    value: Json


def _apply_pointers(text: str, edits: Sequence[Edit]) -> str:
    """Applies edits that name their place by pointer, and makes sure that they did just that."""
    value = load(text)
    while edits:
        root = parse(text)
        changes = _batch(root, edits)
        text = _splice(text, _cuts(text, root, changes))
        for change in changes:
            value = _patch(value, change)
        edits = edits[len(changes) :]
    if not same(load(text), value):
        raise ByokError("This edit would change more than it should", "A bug; nothing was written")
    return text


def _batch(root: Node, edits: Sequence[Edit]) -> list[_Change]:
    """The first edits that can share one parse: removals from one array, or separate spans."""
    first = edits[0]
    holder = first.pointer.rpartition("/")[0]
    array = find(root, holder)
    if first.op == "remove" and first.pointer and array is not None and array.kind == "array":
        row = takewhile(
            lambda e: e.op == "remove" and e.pointer.rpartition("/")[0] == holder, edits
        )
        alive = list(range(len(array.items)))
        return [_located_item(array, edit, alive) for edit in row]
    changes: list[_Change] = []
    done: set[str] = set()
    for edit in edits:
        marks = _marks(edit)
        if changes and (edit.op not in _SPANNING or _meets(marks, done)):
            break
        changes.append(_located(root, edit))
        done |= marks | {f"{above}/*" for mark in marks for above in _above(mark)}
        if edit.op not in _SPANNING:
            break
    return changes


def _marks(edit: Edit) -> set[str]:
    """The pointers that an edit touches."""
    if edit.op != "rename":
        return {edit.pointer}
    return {edit.pointer, f"{edit.pointer.rpartition('/')[0]}/{_escaped(str(edit.value))}"}


def _meets(marks: set[str], done: set[str]) -> bool:
    """Whether a place contains, is or lies in one of those that are done already."""
    return any(
        mark in done or f"{mark}/*" in done or any(above in done for above in _above(mark))
        for mark in marks
    )


def _above(pointer: str) -> Iterator[str]:
    """All pointers that lead to what contains this one."""
    while pointer:
        pointer = pointer.rpartition("/")[0]
        yield pointer


def _located_item(array: Node, edit: Edit, alive: list[int]) -> _Change:
    """A removal from an array of which only `alive` is left; takes it out of there."""
    steps = _steps(edit.pointer)
    if not _PLACE.fullmatch(steps[-1]) or steps[-1] == "-" or int(steps[-1]) >= len(alive):
        raise ByokError(f"There is no {_where(edit)}")
    index = alive.pop(int(steps[-1]))
    _guard(array.items[index], edit)
    return _Change("remove", steps, array, (index,), None)


def _located(root: Node, edit: Edit) -> _Change:
    """Finds an edit's place and checks its guard. Raises ByokError when it does not fit."""
    steps, found = _steps(edit.pointer), find(root, edit.pointer)
    _guard(found, edit)
    if edit.op != "add" and found is None:
        raise ByokError(f"There is no {_where(edit)}")
    value = edit.value if edit.op in ("remove", "rename") else _plain(edit.value)
    parent = root
    for depth in range(len(steps) - 1):
        child = find(parent, "/" + _escaped(steps[depth]))
        if child is None:
            value, steps = _nested(steps[depth + 1 :], value), steps[: depth + 1]
            break
        parent = child
    op = "replace" if edit.op == "add" and found and parent.kind == "object" else edit.op
    if not steps:
        if op not in ("add", "replace"):
            raise ByokError(f"The whole of {edit.file or 'a file'} cannot be edited like this")
        return _Change("replace", (), None, (), value)
    return _Change(op, steps, parent, _indexes(parent, op, steps[-1], edit), value)


def _indexes(parent: Node, op: str, step: str, edit: Edit) -> tuple[int, ...]:
    """The children that an edit concerns. Raises ByokError when the parent cannot take it."""
    if parent.kind == "object":
        if op == "add":
            return (len(parent.members),)
        if op == "rename" and find(parent, "/" + _escaped(str(edit.value))):
            raise ByokError(f"{_where(edit)} cannot become `{edit.value}`: that is there already")
        same_key = [at for at, member in enumerate(parent.members) if member.key == step]
        return tuple(same_key[-1:] if op == "replace" else same_key)
    if parent.kind != "array":
        raise ByokError(f"What should hold {_where(edit)} is neither an object nor an array")
    index = int(step) if step != "-" and _PLACE.fullmatch(step) else len(parent.items)
    if op == "rename" or not _PLACE.fullmatch(step) or index > len(parent.items):
        raise ByokError(f"There is no place {_where(edit)}")
    return (index,)


def _guard(found: Node | None, edit: Edit) -> None:
    """Raises ByokError when a place does not hold what the edit expects there."""
    if edit.expected is not None and not (found and same(value_of(found), edit.expected)):
        raise ByokError(f"{_where(edit)} is not what it was when this edit was made")


def _where(edit: Edit) -> str:
    return f"`{edit.pointer}` in {edit.file or 'this file'}"


def _steps(pointer: str) -> tuple[str, ...]:
    return tuple(raw.replace("~1", "/").replace("~0", "~") for raw in pointer.split("/")[1:])


def _escaped(key: str) -> str:
    return key.replace("~", "~0").replace("/", "~1")


def _nested(steps: Sequence[str], value: Json) -> Json:
    """The value inside the parents that it lacks."""
    for step in reversed(steps):
        value = [value] if step in ("-", "0") else {step: value}
    return value


def _plain(value: Json) -> Json:
    """A copy of a value, as a reader of its JSON will see it. Raises ByokError."""
    try:
        copy: Json = json.loads(json.dumps(value, allow_nan=False))
    except (ValueError, TypeError, RecursionError):
        raise ByokError("The new value cannot be written as JSON") from None
    return copy


def _patch(root: Json, change: _Change) -> Json:
    """The values after one change: what the text must come to."""
    if not change.steps:
        return change.value
    target = root
    for step in change.steps[:-1]:
        if isinstance(target, list):
            target = target[int(step)]
        elif isinstance(target, dict):
            target = target[step]
    last = change.steps[-1]
    if isinstance(target, list):
        at = len(target) if last == "-" else int(last)
        target[at : at + (change.op != "add")] = [] if change.op == "remove" else [change.value]
    elif isinstance(target, dict):
        old = target.pop(last, None)
        if change.op != "remove":
            key = str(change.value) if change.op == "rename" else last
            target[key] = old if change.op == "rename" else change.value
    return root


# --- cuts: what a change does to the text --------------------------------------------------------


def _splice(text: str, cuts: Sequence[Cut]) -> str:
    """The text with all cuts made; deletions may overlap, insertions at one place keep order."""
    parts: list[str] = []
    at = 0
    for start, end, new in sorted(cuts, key=lambda cut: cut[0]):
        parts += (text[at:start], new)
        at = max(at, end)
    return "".join((*parts, text[at:]))


def _replacements(text: str, edits: Sequence[Edit]) -> list[Cut]:
    """The cuts of `text` edits. Raises ByokError when the text is not what they expect."""
    cuts: list[Cut] = []
    free = 0
    for edit in sorted(edits, key=lambda each: each.offset):
        end = edit.offset + edit.length
        there = text[edit.offset : end] if free <= edit.offset <= end <= len(text) else None
        if there is None or there != (edit.expected or "") or not isinstance(edit.value, str):
            raise ByokError(f"{edit.file or 'The file'} is not what it was when this edit was made")
        cuts.append((edit.offset, end, edit.value))
        free = end
    return cuts


def _cuts(text: str, root: Node, changes: Sequence[_Change]) -> list[Cut]:
    """The stretches of text that a batch of changes replaces."""
    first = changes[0]
    if first.op == "remove" and first.parent:
        return _removal(text, first.parent, {at for change in changes for at in change.indexes})
    return [cut for change in changes for cut in _cuts_of_one(text, root, change)]


def _cuts_of_one(text: str, root: Node, change: _Change) -> list[Cut]:
    """The stretches of text that a replacement, renaming or insertion replaces."""
    parent = change.parent
    if parent is None:
        return [(root.start, root.end, _rewritten(text, root, root, change.value))]
    if change.op == "rename":
        members = [parent.members[at] for at in change.indexes]
        return [(each.key_start, each.key_end, _quoted(str(change.value))) for each in members]
    index = change.indexes[0]
    if change.op == "replace":
        old = parent.items[index] if parent.kind == "array" else parent.members[index].value
        return [(old.start, old.end, _rewritten(text, root, old, change.value))]
    room = _room(text, root, parent, index)
    key = "" if parent.kind == "array" else _quoted(change.steps[-1]) + room.style.colon
    new = room.before + key + room.style.write(change.value, room.indent) + room.after
    comma = [] if room.comma is None else [(room.comma, room.comma, ",")]
    return [*comma, (room.at, room.at, new)]


def _children(parent: Node) -> list[tuple[int, int]]:
    """Where each child of a container begins and ends, keys included."""
    if parent.kind == "object":
        return [(member.key_start, member.value.end) for member in parent.members]
    return [(item.start, item.end) for item in parent.items]


def _removal(text: str, parent: Node, indexes: set[int]) -> list[Cut]:
    """Cuts children out, each with one comma, its white space and the comments on its own line.

    Comments above it stay: they may belong to others.
    """
    spans = _children(parent)
    last = len(spans) - 1
    kept = max((at for at in range(len(spans)) if at not in indexes), default=-1)
    cuts: list[Cut] = []
    ends_line = False
    for at in sorted(indexes, reverse=True):
        left = _comma(text, spans[at - 1][1]) if at else parent.start + 1
        end = _behind_line_comments(
            text, spans[at][1] if at == last else _comma(text, spans[at][1])
        )
        following = _behind_blank(text, end)
        if at < kept:  # the next child comes to its place
            cuts.append((spans[at][0], following, ""))
            continue
        if at == last or following != spans[at + 1][0]:  # else what follows the next one counts
            ends_line = bool(_LINE_END.search(text, end, following))
        token, in_line = _last_token(text, left, spans[at][0])
        joins = in_line and not ends_line  # what follows must not become part of a comment
        cuts.append((spans[at][0] if joins else token, end, ""))
    if kept < 0:
        return _emptied(text, parent, spans[0][0], cuts)
    if kept != last:
        comma = _comma(text, spans[kept][1])
        cuts.append((comma - 1, comma, ""))
    return cuts


def _emptied(text: str, parent: Node, first: int, cuts: list[Cut]) -> list[Cut]:
    """The cuts that take the last child out: brackets that stood alone for it meet again.

    A blank line before the child says that they did not meet before it came (see `_room_inside`).
    """
    inside, end = parent.start + 1, parent.end - 1
    left = _splice(text[:end], cuts)[inside:]
    spread = len(_LINE_END.findall(text, inside, first)) == 1
    if spread and _closes_alone(text, parent, left):
        return [(inside, end, "")]
    return cuts


def _closes_alone(text: str, parent: Node, blank: str) -> bool:
    """Whether this white space puts the closing bracket on its own line, below the opening one."""
    end = _LINE_END.match(blank)
    return end is not None and blank[end.end() :] == _indent(text, parent.start)


# --- rooms: where a new child goes, and in which style -------------------------------------------


@dataclass(frozen=True, slots=True)
class _Style:
    """How new values are written: line end, one level of indentation, colon, spread over lines.

    `padded` means a space inside the brackets of a value on one line.
    """

    newline: str
    unit: str
    colon: str
    spread: bool = True
    padded: bool = False

    @property
    def space(self) -> str:
        """What follows a comma on one line."""
        return "" if self.colon == ":" else " "

    def write(self, value: Json, indent: str) -> str:
        """The value's text; `indent` is that of the line on which it begins."""
        if self.spread:
            text = _dumped(value, self.unit, ",", self.colon)
            return text.replace("\n", self.newline + indent)
        text = _dumped(value, None, "," + self.space, self.colon)
        if self.padded and isinstance(value, dict | list) and value:
            return f"{text[0]} {text[1:-1]} {text[-1]}"
        return text


@dataclass(frozen=True, slots=True)
class _Room:
    """A place for a new child: offset, the text around it, the line's indentation, its style.

    `comma` is where the child before it gets a comma.
    """

    at: int
    before: str
    after: str
    indent: str
    style: _Style
    comma: int | None = None


def _room(text: str, root: Node, parent: Node, index: int) -> _Room:
    """The room for a new child before the child of that index, or behind the last."""
    spans = _children(parent)
    style = _style(text, root, parent)
    if not spans:
        return _room_inside(text, root, parent, style)
    if index == len(spans):
        return _room_behind(text, parent, spans, style)
    opening = _comma(text, spans[index - 1][1]) if index else parent.start + 1
    at = _behind_line_comments(text, opening)
    gap = text[at : _behind_blank(text, at)]
    style = _beside(text, style, parent, index, own_line=bool(_LINE_END.search(gap)))
    indent = _indent(text, spans[index][0])
    return _Room(at, gap, "," if gap else "," + style.space, indent, style)


def _room_behind(text: str, parent: Node, spans: list[tuple[int, int]], style: _Style) -> _Room:
    """The room behind the last child and the comments that follow it."""
    start, end = spans[-1]
    at, in_line = _last_token(text, end, parent.end - 1)
    opening = _comma(text, spans[-2][1]) if len(spans) > 1 else parent.start + 1
    gap = text[_last_token(text, opening, start)[0] : start]
    own_line = in_line or bool(_LINE_END.search(gap) or _LINE_END.search(text, end, at))
    indent = _indent(text, start if own_line else end)
    if own_line:
        gap = style.newline + indent
    elif len(spans) == 1:
        gap = style.space
    style = _beside(text, style, parent, len(spans) - 1, own_line=own_line)
    return _Room(at, gap, "", indent, style, comma=end)


def _room_inside(text: str, root: Node, parent: Node, style: _Style) -> _Room:
    """The room in a container without children; what its brackets hold stays as it is.

    Brackets that meet spread over lines in a text that does. Those that stand on two lines already
    get a blank line before the child, so that its removal knows which of the two they were.
    """
    end = parent.end - 1
    at, in_line = _last_token(text, parent.start + 1, end)
    outer, tail = _indent(text, parent.start), text[at:end]
    indent = outer + style.unit
    own_line = replace(style, spread=True)
    if at > parent.start + 1:
        if in_line or _LINE_END.search(text, parent.start, end):
            return _Room(at, style.newline + indent, "", indent, own_line)
        return _Room(at, " ", "", outer, replace(style, spread=False))
    if not tail and (parent is root or _LINE_END.search(text, root.start, root.end)):
        return _Room(at, style.newline + indent, style.newline + outer, indent, own_line)
    if not _LINE_END.search(tail):
        return _Room(at, tail, "", outer, replace(style, spread=False))
    blank = style.newline if _closes_alone(text, parent, tail) else ""
    return _Room(at, blank + style.newline + indent, "", indent, own_line)


def _style(text: str, root: Node, parent: Node) -> _Style:
    """The style of a text, seen from one of its containers."""
    end = _LINE_END.search(text)
    members = parent.members or root.members
    colon = text[members[0].key_end : members[0].value.start] if members else ""
    top = _children(root)[:1]
    indent = (
        _indent(text, top[0][0]) if top and _LINE_END.search(text, root.start, top[0][0]) else None
    )
    if indent is None:
        found = _INDENTED.search(text)
        indent = found[1] if found else "  "
    return _Style(end[0] if end else "\n", indent, colon if _COLON.fullmatch(colon) else ": ")


def _beside(text: str, style: _Style, parent: Node, index: int, *, own_line: bool) -> _Style:
    """The style for a new child beside one: an array's items are written alike."""
    like = parent.items[index] if parent.kind == "array" else None
    inner = _children(like) if like else []
    if like is None or not inner:
        return replace(style, spread=own_line)
    if not _LINE_END.search(text, like.start, like.end):
        return replace(style, spread=False, padded=text[like.start + 1] == " ")
    deeper, indent = _indent(text, inner[0][0]), _indent(text, like.start)
    longer = deeper.startswith(indent) and deeper != indent
    return replace(style, spread=True, unit=deeper[len(indent) :] if longer else style.unit)


def _rewritten(text: str, root: Node, old: Node, value: Json) -> str:
    """A new value in the style of the one that it replaces."""
    if not isinstance(value, dict | list):
        return _quoted(value)
    style = _style(text, root, root)
    one_line = old.kind in ("object", "array") and not _LINE_END.search(text, old.start, old.end)
    if old.kind not in ("object", "array"):
        one_line = not _LINE_END.search(text, root.start, root.end)
    return replace(style, spread=not one_line).write(value, _indent(text, old.start))


def _quoted(value: Json) -> str:
    return _dumped(value, None, ", ", ": ")


def _dumped(value: Json, indent: str | None, comma: str, colon: str) -> str:
    """A value as JSON, with escapes only where UTF-8 or JSON needs them."""
    text = json.dumps(value, ensure_ascii=False, indent=indent, separators=(comma, colon))
    return _SURROGATE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


# --- places: what stands around a value ----------------------------------------------------------


def _indent(text: str, at: int) -> str:
    """The white space at the beginning of the line on which `at` stands."""
    start = 1 + max(text.rfind("\n", 0, at), text.rfind("\r", 0, at))
    return text[start : start + len(text[start:at]) - len(text[start:at].lstrip(" \t"))]


def _behind_blank(text: str, at: int) -> int:
    """The offset behind the white space that begins at `at`."""
    found = _BLANK.match(text, at)
    return found.end() if found else at


def _last_token(text: str, at: int, end: int) -> tuple[int, bool]:
    """The end of the last comment between `at` and `end`, else `at`; whether it is a `//` one."""
    token, in_line = at, False
    while at < end and (found := _TRIVIA.match(text, at, end)):
        at = found.end()
        if found[0][0] == "/":
            token, in_line = at, found[0][1] == "/"
    return token, in_line


def _comma(text: str, at: int) -> int:
    """The offset behind the comma that follows `at`."""
    while found := _TRIVIA.match(text, at):
        at = found.end()
    return at + 1


def _behind_line_comments(text: str, start: int) -> int:
    """The end of the comments behind `start` when nothing else follows them on their line."""
    token = at = start
    while found := _TRIVIA.match(text, at):
        if found[0][0] == "/":
            token = found.end()
        elif _LINE_END.search(found[0]):
            return token
        at = found.end()
    return token if text[at : at + 1] in ("]", "}", "") else start


# --- small parts of diff and prune ---------------------------------------------------------------


def _is_empty(text: str, node: Node) -> bool:
    """Whether a container holds nothing, no comment either."""
    return node.kind in ("object", "array") and not text[node.start + 1 : node.end - 1].strip()


def _lines(text: str | None) -> list[str]:
    r"""The lines of a text, each with `\n`; a last one without it says so as `diff` does."""
    lines = [line + "\n" for line in (text or "").split("\n")]
    last = lines.pop()
    return lines if last == "\n" else [*lines, last + "\\ No newline at end of file\n"]


def _same_lines(old: list[str], new: list[str]) -> int:
    """How many first lines are the same."""
    pairs = enumerate(zip(old, new, strict=False))
    return next((at for at, (one, other) in pairs if one != other), min(len(old), len(new)))


def _moved(line: str, by: int) -> str:
    """A line of a diff; the numbers in a hunk's head move by as many lines as were left out."""
    head = _HUNK.fullmatch(line)
    if head is None or not by:
        return line
    return f"@@ -{int(head[1]) + by}{head[2]} +{int(head[3]) + by}{head[4]}"
