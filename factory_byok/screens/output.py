"""The one exit: every word that byok prints goes through here, without secrets and controls.

`stdout` carries results, `stderr` everything else. Colours of byok's own stay.
"""

import sys

from factory_byok.core.masking import (
    escaped_json,
    leaving,
    leaving_as_json,
    leaving_in_color,
)


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
    """Writes a whole output at once."""
    if text:
        sys.stdout.write(text + "\n")
    sys.stdout.flush()


def note(text: str) -> None:
    """Words beside the result, on stderr."""
    sys.stderr.write(leaving_in_color(text) + "\n")
    sys.stderr.flush()
