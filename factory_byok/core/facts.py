"""What was seen: plain frozen dataclasses, each fact with its basis or the reason it is unknown."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import wraps
from typing import Any, Concatenate, Final, Generic, Literal, NoReturn, ParamSpec, TypeVar, cast

from factory_byok.core.droid_facts import Defaults as Defaults
from factory_byok.core.droid_facts import Entry as Entry
from factory_byok.core.droid_facts import EntryFate as EntryFate
from factory_byok.core.droid_facts import FileFate as FileFate
from factory_byok.core.droid_facts import FileKind as FileKind
from factory_byok.core.droid_facts import FileLevel as FileLevel
from factory_byok.core.droid_facts import Json as Json
from factory_byok.core.droid_facts import Key as Key
from factory_byok.core.droid_facts import NamedModel as NamedModel
from factory_byok.core.droid_facts import Repeated as Repeated
from factory_byok.core.droid_facts import SettingsFile as SettingsFile
from factory_byok.core.droid_facts import System as System
from factory_byok.core.droid_facts import TextEdit as TextEdit
from factory_byok.core.model_names import can_chat, is_cloud, same_model
from factory_byok.core.units import Bytes, Parameters, Tokens

T = TypeVar("T")
P = ParamSpec("P")

Basis = Literal["measured", "computed", "assumed"]
InstallKind = Literal["absent", "by hand", "service", "app", "homebrew", "container"]
# `warning`: droid ends a turn without an error all the same.
ExerciseStatus = Literal["passed", "warning", "failed", "skipped"]
Cloud = Literal["usable", "signed out", "disabled", "unreachable"]


class NotKnown(Exception):
    """A check asked for a fact that was not read; the check is then skipped with this reason."""


@dataclass(frozen=True, slots=True)
class Known(Generic[T]):
    """A fact that was read."""

    value: T


@dataclass(frozen=True, slots=True)
class Unknown:
    """A fact that could not be read; `kind` is the machine's word for the reason, when it matters.

    Kinds of a server are those in SILENT, those in STRANGE (something else answers there), and
    `tls` and `url`, which are faults of the base URL.
    """

    why: str
    kind: str = ""

    @property
    def value(self) -> NoReturn:
        """There is none: raises NotKnown with the reason."""
        raise NotKnown(self.why)


Reading = Known[T] | Unknown

NOT_READ: Final = Unknown("it was not looked at")
SILENT: Final = (
    "refused", "timeout", "dns", "reset", "unreachable", "forbidden", "certificate",
)  # fmt: skip
STRANGE: Final = ("html", "status", "protocol", "json", "redirect", "flood", "other")


# --- the machine ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Memory:
    """System memory that programs here may use; `limited_by` says what sets `total`."""

    total: Bytes
    available: Bytes
    limited_by: Literal["machine", "container"] = "machine"


@dataclass(frozen=True, slots=True)
class Cpu:
    """The processor; `features` are those that matter to engines (avx2, avx512f, neon)."""

    name: str
    cores: int
    features: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Gpu:
    """One graphics card; `unified` means that its memory is the system's own.

    `left_out` says why Ollama would not use this card (hidden by a variable, integrated, too old),
    "" when it would; such a card counts for nothing. `note` is worth saying about one that counts.
    """

    name: str
    vendor: str
    memory: Reading[Bytes]
    free: Reading[Bytes] = NOT_READ
    unified: bool = False
    driver: str = ""
    left_out: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Disk:
    """The disk under one path."""

    path: str
    total: Bytes
    free: Bytes


@dataclass(frozen=True, slots=True)
class Machine:
    """The computer as far as running models is concerned; `gpus` has one reading per vendor."""

    system: System
    memory: Reading[Memory] = NOT_READ
    cpu: Reading[Cpu] = NOT_READ
    gpus: Mapping[str, Reading[tuple[Gpu, ...]]] = field(default_factory=dict)
    disks: tuple[Disk, ...] = ()
    wsl: bool = False
    container: bool = False


@dataclass(frozen=True, slots=True)
class OllamaInstall:
    """How Ollama is present on this machine: the program, who starts it, whether it runs."""

    program: str = ""
    kind: InstallKind = "absent"
    running: bool = False
    ports: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Droid:
    """An installed droid."""

    path: str
    version: Reading[str] = NOT_READ


# --- servers and models --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Window:
    """A context window: its tokens, how that is known, and who decides it (a phrase)."""

    tokens: Tokens
    basis: Basis
    decided_by: str = ""


@dataclass(frozen=True, slots=True)
class Model:
    """One model that a server offers.

    `weights` is the file's size in bytes (0 when the server does not tell), `shape` the metadata
    that memory sums need, `settings` what the model's own file sets (`num_ctx`, `temperature`).
    `told_window` is the window that some servers foretell in their list of models, `longest_output`
    the most tokens that they let it write at once.
    """

    name: str
    digest: str = ""
    weights: Bytes = Bytes(0)
    parameters: Reading[Parameters] = NOT_READ
    quantization: str = ""
    family: str = ""
    capabilities: Reading[tuple[str, ...]] = NOT_READ
    longest_window: Reading[Tokens] = NOT_READ
    window: Reading[Window] = NOT_READ
    remote_host: str = ""
    requires: str = ""
    settings: Mapping[str, str] = field(default_factory=dict)
    shape: Mapping[str, Json] = field(default_factory=dict)
    told_window: Reading[Tokens] = NOT_READ
    longest_output: Reading[Tokens] = NOT_READ

    @property
    def remote(self) -> bool:
        """Whether it runs on another machine than its server's: in Ollama's cloud, as a rule."""
        return bool(self.remote_host) or is_cloud(self.name)

    @property
    def chats(self) -> bool:
        """Whether it can hold a conversation, as far as is known: embedding models cannot."""
        able = self.capabilities
        if isinstance(able, Known) and able.value:
            return "completion" in able.value
        return can_chat(self.name)


@dataclass(frozen=True, slots=True)
class Loaded:
    """A model in memory now; `on_gpu` of its `size` bytes are in GPU memory."""

    name: str
    size: Bytes
    on_gpu: Bytes
    window: Reading[Tokens] = NOT_READ


@dataclass(frozen=True, slots=True)
class ServerSettings:
    """What a server on this machine was started with: its own variables, by whom, and its process.

    `variables` holds those that begin with `OLLAMA_` or choose GPUs; `source` is a phrase that says
    where they were read. `container` names the container that it runs in, when that is known.
    """

    variables: Reading[Mapping[str, str]] = NOT_READ
    source: str = ""
    started_by: InstallKind = "by hand"
    pid: int = 0
    container: str = ""


@dataclass(frozen=True, slots=True)
class Server:
    """A server that answered.

    `provider` is who it is (`ollama`, `openai-compatible`); `window_setting` the variable that sets
    its window, if it has one. `settings` is what it was started with, read only on this machine;
    `told_window` is its window for every model that says nothing itself, when it tells one; `cloud`
    says whether it may pass requests on to Ollama's cloud, asked only for a cloud model. `poses`
    tells a proxy that answers Ollama's questions without being one. `suffixes` are words that may
    follow any of its models' names behind a colon without being listed (`nitro`). `whole_list` says
    that `models` are all that it serves, so that a name outside of them is none; `any_name` that
    its one model answers to every name.
    """

    provider: str
    version: str = ""
    window_setting: str = ""
    models: Reading[tuple[Model, ...]] = NOT_READ
    loaded: Reading[tuple[Loaded, ...]] = NOT_READ
    settings: Reading[ServerSettings] = NOT_READ
    told_window: Reading[Tokens] = NOT_READ
    cloud: Reading[Cloud] = NOT_READ
    poses: bool = False
    suffixes: tuple[str, ...] = ()
    whole_list: bool = False
    any_name: bool = False

    @property
    def is_ollama(self) -> bool:
        """Whether it is an Ollama."""
        return self.provider == "ollama"

    def model(self, name: str) -> Model | None:
        """The model of that name, by the server's own rules for names; None when it has none."""
        if isinstance(self.models, Unknown):
            return None
        if self.provider == "ollama":
            return next((each for each in self.models.value if same_model(each.name, name)), None)
        base, _, suffix = name.rpartition(":")
        names = (name, base) if suffix in self.suffixes else (name,)
        found = next((each for each in self.models.value if each.name in names), None)
        return replace(self.models.value[0], name=name) if self.any_name and not found else found


# --- exercises -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Exercise:
    """What one exercise of a running model came to, with its evidence (numbers, first bytes)."""

    entry: str
    model: str
    exercise: str
    status: ExerciseStatus
    reason: str = ""
    evidence: Mapping[str, Json] = field(default_factory=dict)


# --- all of it at one moment ---------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class WrittenEntry:
    """What byok remembers of an entry that it wrote: no secret, so `key` may be "".

    `at` is when it was written, by which `verb` of byok's, and `changed` when its file was last
    changed ("" for unknown).
    """

    file: str
    kind: FileKind
    name: str
    model: str
    base_url: str
    dialect: str
    max_output: int | None = None
    key: str = ""
    at: str = ""
    changed: str = ""
    verb: str = ""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Everything that byok saw at one moment; checks are pure functions of it.

    `servers` maps each endpoint (`http://localhost:11434`) to what answered there;
    `droid_lists` are the ids that the installed droid itself lists, in its order; `droid_rules` is
    the measured version by whose rules byok judged the entries ("" for the newest).
    `default_endpoint` is what OLLAMA_HOST says, else Ollama's usual place. `environment` holds the
    variables that matter, with credentials removed; `listeners` names the program behind a local
    endpoint that answered as something else. `instead` maps an address that does not answer to one
    of the same server that does; `elsewhere` maps other Ollamas on this machine to their models.
    `asked` is the endpoint that the user named, "" for none. `keys` are the services whose key is
    in a variable here. `refused_keys` maps the ids of entries
    whose key a server refused to its words; `chats` are the ids of entries at whose own path a
    chat was understood.
    `written` are the entries that byok remembers to have written; they stay on this machine.
    `known` holds what `remembered` questions found out about it.
    """

    taken_at: str
    machine: Machine
    files: tuple[SettingsFile, ...] = ()
    entries: tuple[Entry, ...] = ()
    defaults: Defaults = field(default_factory=Defaults)
    default_endpoint: str = "http://localhost:11434"
    servers: Mapping[str, Reading[Server]] = field(default_factory=dict)
    ollama: Reading[OllamaInstall] = NOT_READ
    droid: Reading[Droid] = NOT_READ
    droid_lists: Reading[tuple[str, ...]] = NOT_READ
    droid_rules: str = ""
    exercises: tuple[Exercise, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    listeners: Mapping[str, str] = field(default_factory=dict)
    instead: Mapping[str, str] = field(default_factory=dict)
    elsewhere: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    asked: str = ""
    keys: tuple[str, ...] = ()
    refused_keys: Mapping[str, str] = field(default_factory=dict)
    chats: tuple[str, ...] = ()
    written: tuple[WrittenEntry, ...] = field(default=(), compare=False, metadata={"private": True})
    known: dict[Any, Any] = field(
        default_factory=dict, init=False, compare=False, repr=False, metadata={"private": True}
    )

    def server(self, endpoint: str) -> Server | None:
        """The server that answered at an endpoint; None for a silence."""
        reading = self.servers.get(endpoint)
        return reading.value if isinstance(reading, Known) else None

    def listed(self) -> Iterator[Entry]:
        """The entries that droid will offer, in its order."""
        return (entry for entry in self.entries if entry.fate == "listed")

    def answered(self) -> Iterator[tuple[Entry, Server]]:
        """Each listed entry beside the server that answers at its endpoint."""
        for entry in self.listed():
            server = self.server(entry.endpoint)
            if server is not None:
                yield entry, server

    def served(self) -> Iterator[tuple[Entry, Server, Model]]:
        """Each listed entry beside its server and the model there that it names."""
        for entry, server in self.answered():
            model = server.model(entry.model)
            if model is not None:
                yield entry, server, model


def remembered(
    question: Callable[Concatenate[Snapshot, P], T],
) -> Callable[Concatenate[Snapshot, P], T]:
    """Answers each question about one snapshot once: ten thousand entries ask the same again."""

    @wraps(question)
    def asked(snap: Snapshot, /, *words: P.args, **more: P.kwargs) -> T:
        key = (question, words, tuple(sorted(more.items())))
        if key not in snap.known:
            snap.known[key] = question(snap, *words, **more)
        return cast(T, snap.known[key])

    return asked


@remembered
def _by_endpoint(snap: Snapshot) -> dict[str, list[Entry]]:
    """The listed entries by their endpoint."""
    found: dict[str, list[Entry]] = {}
    for entry in snap.listed():
        found.setdefault(entry.endpoint, []).append(entry)
    return found


def entries_at(snap: Snapshot, endpoint: str) -> Sequence[Entry]:
    """The listed entries of one endpoint."""
    return _by_endpoint(snap).get(endpoint, ())
