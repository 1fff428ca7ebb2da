"""What one run of the guided path carries along: the wishes, the guide, and what is known."""

from dataclasses import dataclass, field

from factory_byok.core.addresses import Address
from factory_byok.core.facts import Entry, Exercise, Server, Snapshot
from factory_byok.core.findings import Finding
from factory_byok.core.progress import Progress
from factory_byok.core.units import Tokens
from factory_byok.core.world import World
from factory_byok.diagnosis.collect import Ask, collect
from factory_byok.droid.settings.writing.transaction import new_step
from factory_byok.workflows.choice import Choice, is_remote, place
from factory_byok.workflows.fit import Seen, look
from factory_byok.workflows.pull import Plan as PullPlan
from factory_byok.workflows.setup.guide import Guide
from factory_byok.workflows.setup.steps import Step, StepName, StepStatus

Done = tuple[StepStatus, str]


@dataclass(frozen=True, slots=True)
class Wanted:
    """The command line: `wait` is how long Ollama is waited for when nobody is there, in seconds.

    `default` makes the entry droid's default model without a question.
    """

    model: str = ""
    endpoint: str = ""
    window: Tokens | None = None
    skip: frozenset[StepName] = frozenset()
    default: bool = False
    timeout: float = 2.0
    wait: float = 10.0


@dataclass(slots=True)
class Way:
    """One run: `named` is the model as the user called it, `model` the one that droid will use.

    `request` is the model of the command line, until another one is chosen; `better` does better
    than one that failed; `default` says that it is to be droid's default, `agreed` that somebody
    said yes to the plan. `download` is what the
    plan found out, `planning` the step that is being planned. `ollama` is where Ollama is. `choice`
    is set when another provider was chosen, with what the entry will hold as its `key` and the
    `secret` behind it. `undo` joins all changes into one step of `byok undo`.
    """

    world: World
    wanted: Wanted
    guide: Guide
    progress: Progress
    ollama: Address
    request: str = ""
    named: str = ""
    model: str = ""
    choice: Choice | None = None
    key: str = field(default="", repr=False)
    secret: str = field(default="", repr=False)
    entry: Entry | None = None
    results: tuple[Exercise, ...] = ()
    better: str = ""
    default: bool = False
    agreed: bool = False
    download: PullPlan | None = None
    planning: StepName = "pull"
    findings: list[Finding] = field(default_factory=list)
    steps: dict[StepName, Step] = field(default_factory=dict)
    undo: str = field(default_factory=new_step)
    _snap: Snapshot | None = None
    _seen: Seen | None = None

    @property
    def lacks_droid(self) -> bool:
        """Whether no droid is installed here, as far as byok looked."""
        return self._snap is not None and getattr(self._snap.droid, "kind", "") == "absent"

    @property
    def address(self) -> Address:
        """The server that will run the model."""
        return self.choice.address if self.choice else self.ollama

    def look(self) -> Snapshot:
        """Everything as it was seen last; looks when something changed since, or never was seen."""
        if self._snap is None:
            models = tuple({each for each in (self.named, self.model) if each})
            ask = Ask(endpoint=self.ollama, models=models, timeout=self.wanted.timeout)
            with self.progress.working("Looking at this machine and its servers"):
                self._snap = collect(self.world, ask)
        return self._snap

    def look_at_models(self) -> Seen:
        """The models of the server in detail, beside the machine's memory."""
        if self._seen is None:
            with self.progress.working("Looking at what fits this machine"):
                self._seen = look(self.world, str(self.ollama))
        return self._seen

    def changed(self) -> None:
        """Forgets what was seen, because the server's models or droid's files changed."""
        self._snap = self._seen = None

    def server(self) -> Server | None:
        """The Ollama, when it answers."""
        return self.look().server(self.ollama.identity())

    def take(self, named: str, model: str, entry: Entry | None = None) -> None:
        """Chooses a model, and the entry that droid has for it already."""
        self.named, self.model, self.entry = named, model, entry
        self.changed()

    def forget_model(self) -> None:
        """Goes back to before a model was chosen."""
        self.take("", "")
        self.request = ""
        self.choice, self.key, self.secret = None, "", ""
        self.results, self.better, self.default, self.agreed = (), "", False, False
        self.download = None
        self.findings.clear()

    def elsewhere(self) -> str:
        """Who runs the model when it is not this Ollama, as a name; "" when it is."""
        if self.choice is not None:
            return str(self.choice.about.title)
        return "Ollama's cloud" if self.model and self.remote() else ""

    def remote(self) -> bool:
        """Whether somebody else's machine runs the model."""
        server = None if self.choice else self.server()
        return is_remote(self.chosen(), server.model(self.model) if server else None)

    def chosen(self) -> Choice:
        """The provider and the model that droid will use."""
        from dataclasses import replace

        if self.choice is not None:
            return self.choice
        return replace(place(self.world, "ollama", str(self.ollama)), model=self.model)
