"""What an apply wants, will change and finds impossible, as plain frozen dataclasses."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from factory_byok.core.actions import Action, CopyModel
from factory_byok.core.addresses import Address
from factory_byok.core.errors import ByokError
from factory_byok.core.facts import Entry, Json, Machine, Model, Snapshot
from factory_byok.core.findings import Finding, Remedy
from factory_byok.core.units import Tokens
from factory_byok.workflows.apply.manifest.facts import Manifest, WantedEntry, WantedModel
from factory_byok.workflows.choice import Choice
from factory_byok.workflows.plan import Files
from factory_byok.workflows.pull import Plan as PullPlan


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that is otherwise than the manifest says: `what` of which `subject`.

    `before` is None for what is not there or not known; a key is only named, never told.
    """

    what: str
    subject: str
    before: Json
    after: Json
    done: bool = False

    def as_done(self) -> "Change":
        """The same, made so."""
        return replace(self, done=True)

    def as_json(self) -> dict[str, Json]:
        """The change as scripts see it."""
        return {
            "what": self.what,
            "subject": self.subject,
            "from": self.before,
            "to": self.after,
            "done": self.done,
        }


@dataclass(frozen=True, slots=True)
class Placed:
    """A wanted model at the server that must have it."""

    wanted: WantedModel
    address: Address


@dataclass(frozen=True, slots=True)
class Wish:
    """A wanted entry as far as it is known.

    `choice.model` is the name that droid will send, `base` the one in the manifest; `window` is
    the manifest's own. `model` is what the server says of it, None when it was not asked or has
    none yet. `sure` is False as long as nobody knows whether `choice.model` or `base` is right.
    """

    wanted: WantedEntry
    choice: Choice
    base: str
    key: str = field(repr=False)
    model: Model | None = None
    window: Tokens | None = None
    sure: bool = False


@dataclass(frozen=True, slots=True)
class Resolved:
    """A manifest whose names were all resolved on this machine."""

    manifest: Manifest
    models: tuple[Placed, ...]
    wishes: tuple[Wish, ...]

    def placed(self, wish: Wish) -> Placed | None:
        """The wanted model that an entry uses, when the manifest names it too."""
        from factory_byok.core.model_names import same_model

        return next(
            (
                each
                for each in self.models
                if wish.choice.provider == "ollama"
                and each.address.identity() == wish.choice.address.identity()
                and same_model(each.wanted.name, wish.base)
            ),
            None,
        )


@dataclass(frozen=True, slots=True)
class Seen:
    """The machine, and what each Ollama that matters said, by its identity."""

    machine: Machine
    snaps: Mapping[str, Snapshot] = field(default_factory=dict)


@dataclass(slots=True)
class Models:
    """What has to happen at the servers, and the name by which droid will ask for each model."""

    names: dict[Placed, str]
    pulls: list[PullPlan] = field(default_factory=list)
    copies: list[CopyModel] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    problems: list[Finding] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Entries:
    """What has to happen in droid's files; `entries` are the wanted ones as droid will see them.

    `notes` say what another droid would make of them than the one that they were read by.
    """

    entries: tuple[Entry, ...]
    files: Files
    changes: tuple[Change, ...] = ()
    problems: tuple[Finding, ...] = ()
    notes: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """A whole apply; with `problems` nothing of it is done. `notes` are worth saying."""

    manifest: Manifest
    models: Models
    entries: Entries
    problems: tuple[Finding, ...] = ()
    notes: tuple[Finding, ...] = ()

    @property
    def changes(self) -> tuple[Change, ...]:
        """Everything that is otherwise than the manifest says."""
        return (*self.models.changes, *self.entries.changes)

    @property
    def actions(self) -> tuple[Action, ...]:
        """What makes it so."""
        pulls = (each.action for each in self.models.pulls)
        return (*pulls, *self.models.copies, *self.entries.files.actions)


def problem(subject: str, error: ByokError) -> Finding:
    """A failure as a finding."""
    return Finding("error", subject, error.message, Remedy(error.hint))
