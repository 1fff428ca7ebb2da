"""How bash, zsh and fish ask for completions, and how they are answered.

The variables are those of typer's protocol: `_BYOK_COMPLETE=complete_bash` with COMP_WORDS and
COMP_CWORD, or `complete_zsh` and `complete_fish` with the line in _TYPER_COMPLETE_ARGS.
"""

import re
import sys
from collections.abc import Callable, Mapping
from typing import Final

from factory_byok.completion.offer import Offer, offer
from factory_byok.completion.sources import Word
from factory_byok.core.world import World

ASKED: Final = "_BYOK_COMPLETE"
FILES: Final = 10  # the exit code that asks the shell for names of files
_BREAKS: Final = ":="  # bash ends words at these, whatever a program thinks of them
_PLAIN: Final = re.compile(r"[\w@%+=:,./~-]")


def answer(env: Mapping[str, str]) -> int:
    """Answers a shell on stdout and gives the exit code; a failure is silence, never a message."""
    try:
        write = _SPEAKS.get(env.get(ASKED, "").removeprefix("complete_"))
        if write is None:
            return 1
        found, lines = write(env, World.real())
        if lines:
            sys.stdout.write("\n".join(lines) + "\n")
            sys.stdout.flush()
        return FILES if found.files else 0
    except (Exception, KeyboardInterrupt):  # noqa: BLE001 - who presses Tab wants no traceback
        return 1


# --- bash ----------------------------------------------------------------------------------------


def _bash(env: Mapping[str, str], world: World) -> tuple[Offer, list[str]]:
    """Words joined again where bash broke them; of the answer only what follows the last break."""
    given = env.get("COMP_WORDS", "").split("\n")
    at = int(env.get("COMP_CWORD") or len(given) - 1)
    given = [*given, *[""] * (at + 1 - len(given))][: at + 1]
    words = _joined(given[1:])
    raw = words[-1] if words else ""
    (start, *_), quoted = split(raw)
    found = offer([split(word)[0][0] for word in words[:-1]], start, world)
    broken = given[-1] != raw
    cut = 1 + max(start.rfind(each) for each in _BREAKS) if broken else 0
    lines = [each.value[cut:] for each in found.words]
    return found, lines if quoted else [_escaped(each) for each in lines]


def _joined(words: list[str]) -> list[str]:
    """The words of the line from bash's pieces."""
    joined: list[str] = []
    glue = False
    for word in words:
        is_break = bool(word) and not word.strip(_BREAKS)
        if joined and (glue or is_break):
            joined[-1] += word
        else:
            joined.append(word)
        glue = is_break
    return joined


def _escaped(text: str) -> str:
    """A word as bash reads it back."""
    return "".join(each if _PLAIN.match(each) else f"\\{each}" for each in text)


# --- zsh and fish --------------------------------------------------------------------------------


def _zsh(env: Mapping[str, str], world: World) -> tuple[Offer, list[str]]:
    """`value:help` lines for zsh's `_describe`, which quotes by itself."""
    found = _of_line(env, world)
    return found, [_described(each) for each in found.words]


def _described(word: Word) -> str:
    """A word and its meaning, with the colons of the word masked."""
    value = word.value.replace("\\", "\\\\").replace(":", "\\:")
    return f"{value}:{_flat(word.help)}" if word.help else value


def _fish(env: Mapping[str, str], world: World) -> tuple[Offer, list[str]]:
    """Value and help with a tab between them."""
    found = _of_line(env, world)
    return found, [
        f"{each.value}\t{_flat(each.help)}" if each.help else each.value for each in found.words
    ]


def _flat(text: str) -> str:
    """A help on one line."""
    return " ".join(text.split())


def _of_line(env: Mapping[str, str], world: World) -> Offer:
    """The offer for the line up to the cursor."""
    words, _ = split(env.get("_TYPER_COMPLETE_ARGS", ""))
    return offer(words[1:-1], words[-1] if len(words) > 1 else "", world)


def split(line: str) -> tuple[list[str], bool]:
    """The words of a line by the rules that shells share, without quotes and backslashes.

    The last one is perhaps not finished; whether its quote is still open is told too.
    """
    words, text, quote, escaped, begun = [], "", "", False, False
    for each in line:
        if not (escaped or quote) and each.isspace():
            words += [text] if begun else []
            text, begun = "", False
            continue
        begun = True
        if escaped:
            text, escaped = text + each, False
        elif each == "\\" and quote != "'":
            escaped = True
        elif quote and each == quote:
            quote = ""
        elif not quote and each in "\"'":
            quote = each
        else:
            text += each
    return [*words, text], bool(quote)


_SPEAKS: Final[dict[str, Callable[[Mapping[str, str], World], tuple[Offer, list[str]]]]] = {
    "bash": _bash,
    "zsh": _zsh,
    "fish": _fish,
}
