"""What a manifest says, as plain frozen dataclasses; `line` is where it says so, from 1."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from factory_byok.core.errors import ByokError
from factory_byok.core.units import Bytes, Tokens

Path = tuple[str | int, ...]  # the keys and indexes that lead to a value


class ManifestFault(ByokError):
    """What is wrong with a manifest, and on which line."""

    def __init__(self, file: str, line: int, message: str, hint: str = "") -> None:
        """Puts the place before the sentence."""
        super().__init__(f"{file}, line {line}: {message}", hint)
        self.line = line


@dataclass(frozen=True, slots=True)
class WantedModel:
    """A model that an Ollama must have, with its window when that matters."""

    name: str
    endpoint: str
    window: Tokens | None
    line: int


@dataclass(frozen=True, slots=True)
class WantedEntry:
    """An entry that droid must offer; None and "" leave a field to byok or as it is."""

    name: str
    provider: str
    model: str
    endpoint: str
    max_output: Tokens | None
    key_env: str
    compaction_limit: Tokens | None
    line: int


@dataclass(frozen=True, slots=True)
class Manifest:
    """A whole manifest. `endpoints` maps names to server roots, "" for the default endpoint.

    `droid_versions` are the droids in use, the first of which decides; none for the installed one.
    """

    file: str
    default: str = ""
    droid_versions: tuple[str, ...] = ()
    memory: Bytes | None = None
    gpu_memory: Bytes | None = None
    endpoints: Mapping[str, str] = field(default_factory=dict)
    models: tuple[WantedModel, ...] = ()
    entries: tuple[WantedEntry, ...] = ()

    def fault(self, line: int, message: str, hint: str = "") -> ManifestFault:
        """Something wrong on one of its lines."""
        return ManifestFault(self.file, line, message, hint)

    def root(self, endpoint: str) -> str:
        """The server root behind an endpoint's name, "" for the default endpoint."""
        return self.endpoints.get(endpoint or "default", "")
