"""Facts in words, where a workflow's result says them as well as a screen."""

from collections.abc import Sequence
from functools import cache
from os import environ
from pathlib import Path
from typing import TYPE_CHECKING, Final

from factory_byok.core.units import show_bytes

if TYPE_CHECKING:  # `byok list` shortens paths alone, and starts sooner without
    from factory_byok.core.facts import Gpu, Machine, Memory

MOST_NAMED: Final = 20  # in one sentence; `--json` has all


@cache
def _home(_: str) -> str:
    """The home folder, looked up once for each HOME: a list asks for every entry."""
    return str(Path("~").expanduser())


def shorten_home(path: str) -> str:
    """A path with the home folder as `~`."""
    start = _home(environ.get("HOME", ""))
    return f"~{path[len(start) :]}" if path.startswith(start + "/") else path


def lower_first(sentence: str) -> str:
    """A sentence's text, to stand behind a colon."""
    return sentence[:1].lower() + sentence[1:]


def and_more(names: Sequence[str]) -> str:
    """Names in a row: all of a few, of many the first and how many more there are."""
    shown = names if len(names) <= MOST_NAMED + 1 else names[:MOST_NAMED]
    left = len(names) - len(shown)
    return ", ".join(shown) + (f" and {left:,} more" if left else "")


def counted(count: int, noun: str) -> str:
    """A number with its noun: `1 error`, `2 errors`, `1 entry`, `3 entries`."""
    if count == 1:
        return f"1 {noun}"
    return f"{count:,} {noun[:-1]}ies" if noun.endswith("y") else f"{count:,} {noun}s"


def memory_phrase(memory: "Memory") -> str:
    """Memory as `25.2 GB, 24.1 GB available`, with the container's limit said."""
    limit = ", the container's limit" if memory.limited_by == "container" else ""
    return f"{show_bytes(memory.total)}{limit}, {show_bytes(memory.available)} available"


def gpu_phrases(machine: "Machine") -> list[str]:
    """Each card, and each vendor whose cards could not be read; `none found` when all is known."""
    from factory_byok.core.facts import Unknown

    phrases: list[str] = []
    for vendor, reading in machine.gpus.items():
        if isinstance(reading, Unknown):
            phrases.append(f"{vendor}: could not be read ({reading.why})")
        else:
            phrases += [_gpu(gpu) for gpu in reading.value]
    return phrases or ["none found"]


def _gpu(gpu: "Gpu") -> str:
    """One card with its memory."""
    from factory_byok.core.facts import Known, Unknown

    if isinstance(gpu.memory, Unknown):
        return f"{gpu.name}, memory not known: {gpu.memory.why}"
    kind = "shared with the system" if gpu.unified else "GPU memory"
    free = f", {show_bytes(gpu.free.value)} free" if isinstance(gpu.free, Known) else ""
    return f"{gpu.name}, {show_bytes(gpu.memory.value)} {kind}{free}"
