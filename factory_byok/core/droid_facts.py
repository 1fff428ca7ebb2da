"""What was seen of droid's settings: its files and their entries, as plain frozen dataclasses.

Apart from the other facts because `byok list` needs no more than these, and starts sooner so.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"

System = Literal["linux", "darwin", "windows"]
FileLevel = Literal["org", "project", "user"]
FileKind = Literal["settings", "local", "config"]
FileFate = Literal["read", "absent", "rejected"]
KeyFault = Literal["", "placeholder", "variable_name", "unsendable", "bearer"]
EntryFate = Literal["listed", "shadowed", "dropped"]


@dataclass(frozen=True, slots=True)
class Key:
    """Where an entry's key comes from, never the secret.

    `variables` are the `${NAME}`s in it and `unset` those of them that have no value here.
    `marker` tells a harmless well-known word (`ollama`, `not-needed`, a placeholder, the name of a
    variable), else "". `fault` says why it can be no key.
    """

    source: Literal["none", "literal", "variable"] = "none"
    variables: tuple[str, ...] = ()
    unset: tuple[str, ...] = ()
    marker: str = ""
    fault: KeyFault = ""


@dataclass(frozen=True, slots=True)
class TextEdit:
    """One repair of a file's text: `expected` at `offset` (in characters) becomes `value`."""

    offset: int
    expected: str
    value: str


@dataclass(frozen=True, slots=True)
class Repeated:
    """A top-level key that stands more than once in a file.

    `line` (from 1) is that of the last, the only one that droid reads; `lost` counts the entries of
    the others; `repairs`, last place first, leave one. `others` counts keys beside this one when
    they are too many to be told one by one.
    """

    key: str
    line: int
    lost: int = 0
    repairs: tuple[TextEdit, ...] = ()
    others: int = 0


@dataclass(frozen=True, slots=True)
class SettingsFile:
    """One file that droid looks at, and what became of it.

    `line` and `column` (from 1) name the place that makes droid ignore it. `repairs`, last place
    first, are the edits after which it parses. `mode` holds the permission bits, None where there
    are none. `under_git` tells a project's file inside a git repository, `tracked` one that git
    has in its index.
    """

    path: str
    level: FileLevel
    kind: FileKind
    fate: FileFate
    reason: str = ""
    fault: str = ""
    line: int | None = None
    column: int | None = None
    mode: int | None = None
    notes: tuple[str, ...] = ()
    repairs: tuple[TextEdit, ...] = ()
    under_git: bool = False
    tracked: bool = False
    repeated: tuple[Repeated, ...] = ()


@dataclass(frozen=True, slots=True)
class Entry:
    """One custom model as droid will see it.

    `pointer` is its place in `file`. `max_output` is None when the entry does not say (droid then
    uses 32,000); `max_output_odd` is what it says when that is no whole number. `fault` is the
    machine's word for why it is dropped. `endpoint` is "" when the base URL names no server.
    `misspelt` pairs keys that droid ignores with the right ones. `secret_headers` are the names of
    headers that carry a credential in plain text. `fault_field` is the key that `fault` is about;
    `bedrock` tells an entry that reaches AWS without a base URL. `seen` stands for the whole value
    that the file held, secrets included: it is good inside one process and never leaves it.
    `unread` are the names of its keys that droid does not read, `keys` those of all.
    """

    id: str
    name: str
    model: str
    base_url: str
    dialect: str
    file: str
    level: FileLevel
    kind: FileKind
    index: int
    pointer: str
    key: Key = field(default_factory=Key)
    max_output: int | None = None
    fate: EntryFate = "listed"
    reason: str = ""
    fault: str = ""
    endpoint: str = ""
    explicit_id: bool = False
    shadowed_by: str = ""
    reasoning_effort: str = ""
    max_output_odd: str = ""
    misspelt: tuple[tuple[str, str], ...] = ()
    secret_headers: tuple[str, ...] = ()
    arguments: tuple[str, ...] = ()
    fault_field: str = ""
    bedrock: bool = False
    unread: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    seen: int = field(default=0, compare=False, repr=False, metadata={"private": True})

    @property
    def label(self) -> str:
        """How findings name it: its display name, else its model, else its place."""
        return self.name or self.model or f"{self.file}{self.pointer}"


@dataclass(frozen=True, slots=True)
class NamedModel:
    """A setting that names a model: for what (`role`), which, and where it stands."""

    role: str
    model: str
    file: str
    pointer: str


@dataclass(frozen=True, slots=True)
class Defaults:
    """What the settings say beside the entries.

    `model` is droid's default model, `compaction` its limit for every custom model and
    `compaction_for` the limits for single ids (tokens); None or absent means droid's own.
    `compaction_model` is who compacts in place of the conversation's own model ("" when nobody
    does), as said by the settings file `compaction_model_file`. `compaction_off` says that the
    settings switch compaction off whatever the limits are. `named` are all settings that name a
    model, the default one included.
    """

    model: str = ""
    compaction: int | None = None
    compaction_for: Mapping[str, int] = field(default_factory=dict)
    compaction_model: str = ""
    compaction_model_file: str = ""
    compaction_off: bool = False
    named: tuple[NamedModel, ...] = ()
