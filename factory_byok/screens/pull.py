"""A pull on the screen: a bar on a terminal, plain lines elsewhere, and the result."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

from factory_byok.core.units import show_bytes, show_seconds
from factory_byok.screens.style import Style, printable
from factory_byok.workflows.pull import Plan, Progress, Pulled

Show = Callable[[Progress], None]

EVERY: Final = 10.0  # seconds between two plain lines


@contextmanager
def shown(model: str, *, quiet: bool) -> Iterator[Show]:
    """Shows progress on stderr; call what is yielded with each Progress."""
    if quiet:
        yield lambda progress: None
    elif sys.stderr.isatty():
        with _bar(model) as show:
            yield show
    else:
        yield _Lines()


@contextmanager
def _bar(model: str) -> Iterator[Show]:
    """A bar over all layers, with bytes, speed and remaining time."""
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn
    from rich.progress import Progress as Bar

    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[told]}"))
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task: Any = bar.add_task(model, total=None, told="")

        def show(progress: Progress) -> None:
            bar.update(
                task,
                total=progress.total or None,
                completed=progress.completed,
                told=printable(_told(progress)),
            )

        yield show


class _Lines:
    """A plain line for each new step, and one every ten seconds within it."""

    def __init__(self) -> None:
        """Nothing was said yet."""
        self._status = ""
        self._said = 0.0

    def __call__(self, progress: Progress) -> None:
        """Says what is new."""
        status = "downloading" if progress.total and _of_a_layer(progress) else progress.status
        now = time.monotonic()
        if status == self._status and now - self._said < EVERY:
            return
        self._status, self._said = status, now
        sys.stderr.write(printable(_told(progress)) + "\n")
        sys.stderr.flush()


def _of_a_layer(progress: Progress) -> bool:
    """Whether a line is about the bytes of a layer."""
    return progress.status.startswith("pulling ") and progress.status != "pulling manifest"


def _told(progress: Progress) -> str:
    """One line: `4.7 GB of 19.9 GB, 52 MB/s, 4 min 52 s left`, or the step's own words."""
    if not progress.total or not _of_a_layer(progress):
        return progress.status
    parts = [f"{show_bytes(progress.completed)} of {show_bytes(progress.total)}"]
    if progress.speed >= 1:
        parts.append(f"{show_bytes(round(progress.speed))}/s")
    if progress.remaining is not None and progress.remaining >= 1:
        parts.append(f"{show_seconds(progress.remaining)} left")
    return ", ".join(parts)


def pulled_lines(plan: Plan, done: Pulled | None, style: Style) -> Iterator[str]:
    """The result."""
    name = style.paint(printable(plan.model), "bold")
    if done is None:
        about = f", about {show_bytes(plan.size)}" if plan.size else ""
        yield f"Would pull {name} to the server at {plan.address}{about}; nothing was done"
        return
    if plan.present and not done.fetched:
        yield f"{name} is up to date on the server at {plan.address}"
    else:
        speed = f", {show_bytes(round(done.fetched / done.seconds))}/s" if done.seconds > 1 else ""
        yield (
            f"Pulled {name} to the server at {plan.address}: {show_bytes(done.fetched)} in "
            f"{show_seconds(done.seconds)}{speed}"
        )
    yield f"Next: {style.paint(f'byok add ollama {printable(plan.model)}', 'bold')}"
