"""What a server of a given version can do."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

Cut = Literal["whole", "less_one", "half"]


@dataclass(frozen=True)
class Version:
    """A version as text; source builds say 0.0.0 and are as new as can be."""

    text: str

    @property
    def number(self) -> tuple[int, int, int]:
        """The three numbers to compare by."""
        found = re.match(r"(\d+)\.(\d+)(?:\.(\d+))?", self.text)
        if not found or self.text.startswith("0.0.0"):
            return (999, 0, 0)
        return (int(found[1]), int(found[2]), int(found[3] or 0))

    @property
    def tells_loaded_window(self) -> bool:
        """Whether `/api/ps` has `context_length`."""
        return self.number >= (0, 10, 0)

    @property
    def sizes_window_by_gpu(self) -> bool:
        """Whether the automatic window follows the GPU memory."""
        return self.number >= (0, 15, 5)

    @property
    def has_status(self) -> bool:
        """Whether `/api/status` exists."""
        return self.number >= (0, 16, 2)

    @property
    def lists_capabilities(self) -> bool:
        """Whether `/api/tags` tells capabilities and the longest window."""
        return self.number >= (0, 30, 0)

    @property
    def refuses_native(self) -> bool:
        """Whether a jinja model's over-long prompt is refused rather than cut."""
        return self.number >= (0, 30, 0)

    @property
    def has_responses(self) -> bool:
        """Whether `/v1/responses` exists."""
        return self.number >= (0, 13, 3)

    @property
    def has_messages(self) -> bool:
        """Whether `/v1/messages` exists."""
        return self.number >= (0, 14, 0)

    @property
    def separate_finish(self) -> bool:
        """Whether a streamed chat's finish reason comes in a chunk of its own."""
        return self.number >= (0, 32, 6)

    @property
    def cut(self) -> Cut:
        """How much of an over-long prompt is kept.

        0.30.0 to 0.30.8 are not on record; they are taken for like 0.30.9.
        """
        if self.number < (0, 30, 0):
            return "whole"
        return "less_one" if self.number < (0, 30, 11) else "half"
