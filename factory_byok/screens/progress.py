"""Progress on stderr: a spinner on a terminal, plain lines otherwise, nothing with `--quiet`."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Say = Callable[[str], None]


@contextmanager
def working(what: str, *, quiet: bool = False, always: bool = False) -> Iterator[Say]:
    """Shows that something is going on; call what is yielded to say what is happening now.

    Without a terminal short work stays silent; `always` prints its lines there too.
    """
    if quiet:
        yield lambda text: None
    elif sys.stderr.isatty():
        from rich.console import Console

        console = Console(stderr=True)
        with console.status(what, spinner="dots") as status:
            yield lambda text: status.update(text)
    else:
        if always:
            _line(what)
        yield _line if always else (lambda text: None)


def _line(text: str) -> None:
    """One plain line."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()
