"""The line of an offset, looked up in one pass over a text."""

import re
from bisect import bisect_right


class Lines:
    """The lines of one text."""

    def __init__(self, text: str) -> None:
        """Finds where each line begins."""
        self._starts = [0, *(found.end() for found in re.finditer(r"\r\n|\r|\n", text))]

    def of(self, offset: int) -> int:
        """The line, from 1, in which an offset stands."""
        return bisect_right(self._starts, offset)
