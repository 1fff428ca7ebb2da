"""What a verb gives back: data for scripts, findings, and words for people."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from factory_byok.core.findings import Finding, Status
    from factory_byok.screens.style import Style
    from factory_byok.workflows.next_step import NextStep

Words = Callable[["Style"], Iterable[str]]


class Answer(NamedTuple):
    """A verb's result; the CLI prints it and makes the exit code of it.

    `data` is what `--json` carries (dataclasses are written by their fields), or a function that
    makes it where that costs something; `words` gives the lines for a person. `status` overrides
    the worst finding's level where a verb has its own measure; `interrupted` says that ctrl-c
    ended it early and this is what was done until then. `next` is the line that ends the words;
    with `document` the words are a file's text (a script, a snapshot) that it must not end up in.
    `read_by` says by which droid's rules a verb judged entries, where its words do not say it.
    """

    data: Any | Callable[[], Any]
    words: Words
    findings: "tuple[Finding, ...]" = ()
    status: "Status | None" = None
    strict: bool = False
    interrupted: bool = False
    next: "NextStep | None" = None
    document: bool = False
    read_by: str = ""

    @property
    def outcome(self) -> "Status":
        """The status of the whole; what ctrl-c ended early is a warning at least."""
        status = self.status or "ok"
        if self.findings and not self.status:
            from factory_byok.core.findings import worst_level

            status = worst_level(self.findings)
        return "warning" if self.interrupted and status in ("ok", "note") else status

    @property
    def failed(self) -> bool:
        """Whether the exit code says so: an error, or with `strict` a warning."""
        return self.outcome == "error" or (self.strict and self.outcome == "warning")
