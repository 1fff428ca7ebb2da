"""What is wrong with the words of a command line, in byok's words instead of a library's."""

import re
from collections.abc import Callable, Sequence
from difflib import get_close_matches
from typing import Final

_OPTION: Final = r"(?:Invalid value for )?'?(?P<name>[\w-]+)'?: "
_Match = re.Match[str]

# typer's complaints (click's and pydantic's sentences), and what byok says instead
_SENTENCES: Final[tuple[tuple[str, Callable[[_Match], str]], ...]] = (
    (
        _OPTION + r".*?'(?P<value>[^']*)' is not one of (?P<known>.*)",
        lambda m: f"{_name(m)} is {_listed(m['known'])}, not `{m['value']}`",
    ),
    (_OPTION + r".*valid integer.*", lambda m: f"{_name(m)} needs a whole number"),
    (_OPTION + r".*valid (?:number|float).*", lambda m: f"{_name(m)} needs a number"),
    (
        _OPTION + r".*greater than or equal to (?P<least>[\d.]+).*",
        lambda m: f"{_name(m)} must be {m['least']} or more",
    ),
    (
        _OPTION + r".*less than or equal to (?P<most>[\d.]+).*",
        lambda m: f"{_name(m)} must be {m['most']} or less",
    ),
    (r"No such option:? '?(?P<name>-[\w-]*)'?.*", lambda m: f"There is no option {_name(m)}"),
    (r"No such command '(?P<name>.*)'.*", lambda m: f"There is no verb `{m['name']}`"),
    (
        r"Got unexpected extra arguments?\S* \((?P<name>.*)\)",
        lambda m: f"`{m['name']}` is more than this verb takes",
    ),
    (r"Missing argument '(?P<name>.*)'.*", lambda m: f"{_name(m)} is missing"),
    (r"Missing option '(?P<name>.*)'.*", lambda m: f"{_name(m)} is missing"),
    (
        r"Option '(?P<name>.*)' requires an? (?:argument|value).*",
        lambda m: f"{_name(m)} needs a value",
    ),
)


def sentence(complaint: str) -> str:
    """The complaint in byok's words; as it is when it is none of the known ones."""
    for pattern, say in _SENTENCES:
        found = re.fullmatch(pattern, complaint)
        if found:
            return say(found)
    return complaint


def hint(complaint: str, verbs: Sequence[str], options: Sequence[str]) -> str:
    """The verb or option that was perhaps meant, "" when none is near."""
    verb = re.match(r"No such command '(.*)'", complaint)
    if verb:
        near = get_close_matches(verb[1], verbs, 1)
        return f"Did you mean `byok {near[0]}`?" if near else ""
    option = re.match(r"No such option:? '?(-[\w-]*)", complaint)
    near = get_close_matches(option[1], options, 1) if option else []
    return f"Did you mean `{near[0]}`?" if near else ""


def _name(found: _Match) -> str:
    """An option as it is typed, an argument as help shows it."""
    name = found["name"]
    return f"`{name}`" if name.startswith("-") else name.upper()


def _listed(known: str) -> str:
    """`a, b or c` of `'a', 'b', 'c'`."""
    *first, last = re.findall(r"'([^']*)'", known) or [known]
    return f"{', '.join(first)} or {last}" if first else last
