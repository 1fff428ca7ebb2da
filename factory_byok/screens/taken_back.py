"""What `byok undo` took back, and what stays."""

from collections.abc import Iterator

from factory_byok.core.words import lower_first, shorten_home
from factory_byok.screens.diff import diff_lines
from factory_byok.screens.style import Style, printable
from factory_byok.workflows.undo import TakenBack


def taken_back_lines(back: TakenBack, diff: str, style: Style) -> Iterator[str]:
    """The difference, the files, other actions, and what could not be taken back."""
    yield from diff_lines(diff, style)
    told = []
    for word, gone in (("restored", False), ("removed", True)):
        files = [shorten_home(str(one.path)) for one in back.files if (one.after is None) is gone]
        if files:
            told.append(f"{', '.join(files)} {word}")
    told += [lower_first(each) for each in back.told]
    if told:
        yield from style.wrapped(printable(f"Undid `byok {back.verb}`: {'; '.join(told)}"))
    for each in back.kept:
        text = f"{each.message}{f': {each.hint}' if each.hint else ''}"
        yield from style.wrapped(printable(text))
