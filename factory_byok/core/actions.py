"""What byok can do about a finding, as plain data: each kind of change of the world is one class.

How an action is shown, done and undone is in `workflows/actions`; checks only propose them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, TypeAlias

from factory_byok.core.droid_facts import Json
from factory_byok.core.units import Tokens

Op = Literal["add", "replace", "remove", "rename", "text", "mode"]


@dataclass(frozen=True, slots=True)
class Edit:
    """One change to one settings file.

    `add`, `replace`, `remove` and `rename` name their place by JSON Pointer (RFC 6901; `add` to an
    array takes `-` or an index, and makes missing parents; `value` of `rename` is the new key).
    `text` replaces `length` characters at `offset`, which must read `expected`, by `value`; it is
    the only operation for a file that does not parse. `mode` sets the permission bits in `value`.
    `expected` guards the other operations too: when not None, the value found must equal it.
    `seen` is the `Entry.seen` of the entry through which the pointer leads (0: through none): the
    entry is found again by it, whatever its index is by then.
    """

    op: Op
    file: str
    pointer: str = ""
    value: Json = None
    offset: int = 0
    length: int = 0
    expected: Json = None
    seen: int = field(default=0, compare=False, repr=False, metadata={"private": True})


@dataclass(frozen=True, slots=True)
class EditSettings:
    """Edits of droid's files, all or none of them.

    `groups` are applied one after the other; the pointers of a group name places in the files as
    the group before it left them. `taking_back` also removes what byok itself made around them.
    `offered` are entries that droid must list afterwards, by file, id and model. `planned` has each
    file's text and what the edits make of it: not made again while that text stands there.
    """

    groups: tuple[tuple[Edit, ...], ...]
    taking_back: bool = False
    offered: tuple[tuple[str, str, str], ...] = ()
    planned: Mapping[Path, tuple[str | None, str | None]] = field(
        default_factory=dict, compare=False, repr=False, metadata={"private": True}
    )

    @property
    def edits(self) -> tuple[Edit, ...]:
        """All edits in their order."""
        return tuple(edit for group in self.groups for edit in group)

    @property
    def command(self) -> tuple[str, ...]:
        """No command of its own: `byok fix CHECK` does it."""
        return ()


@dataclass(frozen=True, slots=True)
class CopyModel:
    """A copy of an Ollama model with a window of its own, which droid's entries then use.

    `endpoint` is "" for the one that byok asks by itself; `name` is "" for the usual name.
    """

    model: str
    window: Tokens
    endpoint: str = ""
    name: str = ""

    @property
    def command(self) -> tuple[str, ...]:
        """The verb that does it."""
        return ("byok", "window", self.model, "--set", str(self.window), *_at(self.endpoint))


@dataclass(frozen=True, slots=True)
class PullModel:
    """The download of a model through its Ollama; `size` in bytes, 0 when nothing tells it."""

    model: str
    endpoint: str = ""
    size: int = 0

    @property
    def command(self) -> tuple[str, ...]:
        """The verb that does it."""
        return ("byok", "pull", self.model, *_at(self.endpoint))


@dataclass(frozen=True, slots=True)
class SetServerWindow:
    """The window of a whole Ollama server, by the setting of its platform, and a restart."""

    model: str
    window: Tokens
    endpoint: str = ""

    @property
    def command(self) -> tuple[str, ...]:
        """The verb that does it."""
        window = ("--set", str(self.window), "--server")
        return ("byok", "window", self.model, *window, *_at(self.endpoint))


@dataclass(frozen=True, slots=True)
class RunCommand:
    """A command for the user to run: byok shows it and never runs it by itself."""

    command: tuple[str, ...]


Action: TypeAlias = EditSettings | CopyModel | PullModel | SetServerWindow | RunCommand


def by_edits(edits: Iterable[Edit]) -> tuple[Action, ...]:
    """The action that makes these edits; none without edits."""
    group = tuple(edits)
    return (EditSettings((group,)),) if group else ()


def by_command(words: Iterable[str]) -> tuple[Action, ...]:
    """The command for the user to run; none without words."""
    command = tuple(words)
    return (RunCommand(command),) if command else ()


def _at(endpoint: str) -> tuple[str, ...]:
    """The option that names a server which is not the usual one."""
    return ("--endpoint", endpoint) if endpoint else ()
