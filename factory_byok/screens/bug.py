"""A bug in byok itself: one sentence on the screen, the traceback, without secrets, in a file."""

import tempfile
import traceback
from pathlib import Path

from factory_byok import __version__
from factory_byok.core.masking import leaving


def report_bug(words: list[str]) -> tuple[str, str]:
    """Writes the traceback of the exception at hand; gives the sentence and the hint."""
    text = traceback.format_exc()
    last = text.strip().splitlines()[-1]
    body = f"byok {__version__}, verb {words[0] if words else 'none'}\n\n{text}"
    try:
        with tempfile.NamedTemporaryFile(
            "w", prefix="byok-bug-", suffix=".txt", delete=False, encoding="utf-8"
        ) as file:
            file.write(leaving(body))
        hint = f"Please report it with {Path(file.name)}"
    except OSError:
        hint = "Please report it with the exact command"
    return f"This is a bug in byok: {last}", hint
