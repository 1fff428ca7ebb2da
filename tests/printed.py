"""The README's scripts as they are printed, for the tests that run them."""

import re
from pathlib import Path
from typing import Final

README: Final = Path(__file__).parent.parent / "README.md"


def printed(name: str) -> str:
    """The block behind `<!-- run: NAME -->`."""
    pattern = rf"<!-- run: {re.escape(name)} -->\n```\w+\n(.*?)^```$"
    found = re.search(pattern, README.read_text("utf-8"), re.S | re.M)
    assert found, f"README.md has no script called {name}"
    return found[1]
