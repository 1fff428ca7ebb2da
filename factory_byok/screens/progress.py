"""Progress on stderr: rich's spinner and bar on a terminal, plain lines elsewhere."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from factory_byok.core.masking import leaving
from factory_byok.core.progress import SILENT, Progress, Say, Show, Transfer
from factory_byok.core.units import show_bytes, show_seconds
from factory_byok.screens.output import note

EVERY: Final = 10.0  # seconds between two plain lines of one download


def progress_on(*, quiet: bool) -> Progress:
    """Where progress goes: to nobody with `--quiet`, else to stderr as it is."""
    if quiet:
        return SILENT
    return OnTerminal() if sys.stderr.isatty() else PlainLines()


class OnTerminal:
    """A spinner or a bar that is gone when the work is done."""

    def say(self, text: str) -> None:
        """Says one line that stays."""
        _line(text)

    @contextmanager
    def working(self, what: str, *, long: bool = False) -> Iterator[Say]:
        """A spinner with words that can change."""
        with _console().status(_words(what), spinner="dots") as status:
            yield lambda text: status.update(_words(text))

    @contextmanager
    def transferring(self, what: str) -> Iterator[Show]:
        """A bar over all layers, with bytes, speed and remaining time."""
        from rich.progress import BarColumn, TextColumn
        from rich.progress import Progress as Bar

        columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[told]}"))
        with Bar(*columns, console=_console(), transient=True) as bar:
            task: Any = bar.add_task(_words(what), total=None, told="")

            def show(transfer: Transfer) -> None:
                bar.update(
                    task,
                    total=transfer.total or None,
                    completed=transfer.completed,
                    told=_words(_told(transfer)),
                )

            yield show


class PlainLines:
    """One line for each new step of what takes long; short work stays silent."""

    def say(self, text: str) -> None:
        """Says one line."""
        _line(text)

    @contextmanager
    def working(self, what: str, *, long: bool = False) -> Iterator[Say]:
        """A line for what begins and for each step of it."""
        if long:
            _line(what)
        yield _line if long else (lambda text: None)

    @contextmanager
    def transferring(self, what: str) -> Iterator[Show]:
        """A line for each new step, and one every ten seconds within it."""
        yield _Lines()


def _words(text: str) -> str:
    """Words for rich, which would take brackets in a server's words for markup."""
    from rich.markup import escape

    return escape(leaving(text))


def _console() -> Any:
    """rich's console on stderr."""
    from rich.console import Console

    return Console(stderr=True)


class _Lines:
    """A download in plain lines."""

    def __init__(self) -> None:
        """Nothing was said yet."""
        self._status = ""
        self._said = 0.0

    def __call__(self, transfer: Transfer) -> None:
        """Says what is new."""
        status = "downloading" if transfer.total and _of_a_layer(transfer) else transfer.status
        now = time.monotonic()
        if status == self._status and now - self._said < EVERY:
            return
        self._status, self._said = status, now
        _line(_told(transfer))


def _of_a_layer(transfer: Transfer) -> bool:
    """Whether a step is about the bytes of a layer."""
    return transfer.status.startswith("pulling ") and transfer.status != "pulling manifest"


def _told(transfer: Transfer) -> str:
    """One line: `4.7 GB of 19.9 GB, 52 MB/s, 4 min 52 s left`, or the step's own words."""
    if not transfer.total or not _of_a_layer(transfer):
        return transfer.status
    parts = [f"{show_bytes(transfer.completed)} of {show_bytes(transfer.total)}"]
    if transfer.speed >= 1:
        parts.append(f"{show_bytes(round(transfer.speed))}/s")
    if transfer.remaining is not None and transfer.remaining >= 1:
        parts.append(f"{show_seconds(transfer.remaining)} left")
    return ", ".join(parts)


def _line(text: str) -> None:
    """One plain line."""
    note(leaving(text))
