"""The scripts of the documentation as they are printed, for the tests that run them."""

import re
from pathlib import Path
from typing import Final

DOCS: Final = Path(__file__).parent.parent / "factory_byok/docs"


def printed(name: str) -> str:
    """The block behind `<!-- run: NAME -->` on one of the pages."""
    pattern = rf"<!-- run: {re.escape(name)} -->\n```\w+\n(.*?)^```$"
    for page in sorted(DOCS.glob("*.md")):
        found = re.search(pattern, page.read_text("utf-8"), re.S | re.M)
        if found:
            return found[1]
    raise AssertionError(f"no page has a script called {name}")
