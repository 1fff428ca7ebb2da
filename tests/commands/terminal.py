"""Reads what a program shows on a terminal of its own, never longer than a while."""

import os
import select
import time

PATIENCE = 60.0  # seconds


def read_until(leader: int, wanted: bytes) -> bytes:
    """All that was shown up to these bytes; an AssertionError when they do not come."""
    shown, end = b"", time.monotonic() + PATIENCE
    while wanted not in shown:
        assert time.monotonic() < end, f"`{wanted.decode()}` never came: {shown.decode()!r}"
        if select.select([leader], [], [], 0.5)[0]:
            shown += os.read(leader, 65536)
    return shown


def read_until_closed(leader: int) -> bytes:
    """The rest of what is shown."""
    shown, end = b"", time.monotonic() + PATIENCE
    try:
        while time.monotonic() < end and (part := os.read(leader, 65536)):
            shown += part
    except OSError:  # Linux says so when the other end is gone
        pass
    return shown
