"""Ctrl-c at a moment when it must wait."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def unbroken() -> Iterator[None]:
    """Lets a short piece of writing end before ctrl-c counts."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    pressed: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, _: pressed.append(number))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
    if pressed and callable(before):
        before(signal.SIGINT, None)  # Python's own raises KeyboardInterrupt, an outer one waits too
    elif pressed and before is not signal.SIG_IGN:
        raise KeyboardInterrupt
