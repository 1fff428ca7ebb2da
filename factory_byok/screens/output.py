"""The one exit: every word that byok prints goes through here, without secrets and controls.

`stdout` carries results, `stderr` everything else. Colours of byok's own stay.
"""

import os
import sys
from contextlib import suppress

from factory_byok.core.errors import ByokError
from factory_byok.core.masking import (
    escaped_json,
    leaving,
    leaving_as_json,
    leaving_in_color,
)


class Unwritable(ByokError):
    """What byok prints cannot be kept, as in a file on a full disk; later output goes nowhere."""


def result(text: str, *, color: bool = True) -> None:
    """A whole result for a person, on stdout; without `color` no sequence is byok's own."""
    _to_stdout(leaving_in_color(text) if color else leaving(text))


def result_json(text: str) -> None:
    """A whole result for a script, on stdout."""
    _to_stdout(leaving_as_json(text))


def document(text: str) -> None:
    """The text of a file that byok itself made (a shell script, a redacted snapshot), as it is."""
    _to_stdout(text)


def json_document(text: str) -> None:
    """The same as JSON: nothing in it steers a terminal."""
    _to_stdout(escaped_json(text))


def _to_stdout(text: str) -> None:
    """Writes a whole output at once. Raises Unwritable."""
    try:
        if text:
            sys.stdout.write(text + "\n")
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        raise unwritable(error) from None


def unwritable(error: OSError) -> Unwritable:
    """A failed write to stdout as a failure of byok's; what follows there goes nowhere."""
    from factory_byok.droid.settings.writing.disk import why

    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return Unwritable(f"The output could not be written: {why(error)}")


def note(text: str) -> None:
    """Words beside the result, on stderr; where that cannot be written nobody can be told."""
    try:
        sys.stderr.write(leaving_in_color(text) + "\n")
        sys.stderr.flush()
    except BrokenPipeError:
        raise
    except OSError:
        with suppress(OSError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())
