"""Edits of a settings file's text: the span of one value changes, every other byte stays.

A new child goes directly behind the last thing before it (a bracket, a comma, a comment), with
nothing deleted, and takes its white space with it; so removing it gives the same bytes back. Of two
children with the same key droid honours the last: that one is edited, and a removal or a renaming
takes all of them, so that no earlier one comes back to life.
"""

from collections.abc import Sequence
from itertools import takewhile

from factory_byok.core.actions import Edit
from factory_byok.core.errors import ByokError
from factory_byok.droid.settings.edit.located import Batch, patched
from factory_byok.droid.settings.edit.rewrite import rewrite
from factory_byok.droid.settings.edit.sameness import same
from factory_byok.droid.settings.edit.splice import replacements, splice
from factory_byok.droid.settings.jsonc import load
from factory_byok.droid.settings.jsonc.outline import Node, find, outline


def apply(text: str, edits: Sequence[Edit]) -> str:
    """The text after all edits, in their order; each sees what those before it left.

    Only the offsets of `text` edits in a row count in the text as it was before the first of them.
    `mode` edits do not concern the text. An empty text is an absent file. Raises Fault when
    the text does not parse, and ByokError when an edit does not fit it; nothing is half done.
    """
    if not text.strip(" \t\r\n") and any(edit.op == "add" for edit in edits):
        text = "{}\n"
    waiting = [edit for edit in edits if edit.op != "mode"]
    while waiting:
        raw = waiting[0].op == "text"
        row = list(takewhile(lambda edit: (edit.op == "text") == raw, waiting))  # noqa: B023
        text = splice(text, replacements(text, row)) if raw else _apply_pointers(text, row)
        waiting = waiting[len(row) :]
    return text


def prune(text: str, made: Sequence[str], *, file: bool) -> str | None:
    """Takes back what byok made and what is empty now; None when that is the whole file.

    `made` are JSON Pointers of containers and `file` says whether byok made the file;
    `journal.Journal.made` knows both.
    """
    if made:
        load(text)  # raises Fault; an outline wants a text that parses
    for pointer in sorted(made, key=len, reverse=True):
        node = find(outline(text), pointer)
        if node is not None and _is_empty(text, node):
            text = apply(text, [Edit("remove", "", pointer)])
    return None if file and text.strip() == "{}" else text


def _apply_pointers(text: str, edits: Sequence[Edit]) -> str:
    """Applies edits that name their place by pointer, and makes sure that they did just that."""
    value = load(text)
    while edits:
        root = outline(text)
        batch = Batch(text, root, edits)
        text = rewrite(text, root, batch.changes)
        for change in batch.changes:
            value = patched(value, change)
        edits = batch.left
    if not same(load(text), value):
        raise ByokError("This edit would change more than it should", "A bug; nothing was written")
    return text


def _is_empty(text: str, node: Node) -> bool:
    """Whether a container holds nothing, no comment either."""
    return node.kind in ("object", "array") and not text[node.start + 1 : node.end - 1].strip()
