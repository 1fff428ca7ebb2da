"""Looks at this machine and at one server, for the verbs that judge whether a model fits."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any, Final

from factory_byok.core.addresses import Address
from factory_byok.core.concurrency import together
from factory_byok.core.errors import ByokError
from factory_byok.core.facts import (
    Known,
    Loaded,
    Machine,
    Model,
    Reading,
    Server,
    Unknown,
)
from factory_byok.core.findings import Finding
from factory_byok.core.http import PROBE_DEADLINE, Deadline
from factory_byok.core.model_names import refuse_no_name, same_model
from factory_byok.core.words import lower_first
from factory_byok.core.world import World
from factory_byok.diagnosis.collect import Ask, look_at_machine, reading_of
from factory_byok.diagnosis.missing_models import nearest
from factory_byok.providers.ollama import probe as ollama
from factory_byok.providers.ollama import settings
from factory_byok.providers.ollama.details import changed, complete, details
from factory_byok.providers.ollama.window import with_windows
from factory_byok.sizing.catalogue import rows
from factory_byok.sizing.fitting.candidate import Candidate, all_installed, by_name, installed
from factory_byok.sizing.fitting.free import Free, free_memory, nowhere_known
from factory_byok.sizing.fitting.one import Asked, asked_of
from factory_byok.sizing.fitting.pick import recommended
from factory_byok.sizing.recommendation import Recommendation

DETAILS_DEADLINE: Final = 3.0  # seconds for `/api/show` of all models
VERBOSE_DEADLINE: Final = 10.0  # seconds; the reply is tens of megabytes


@dataclass(frozen=True, slots=True)
class Seen:
    """The machine, and who answered at the endpoint; `chosen` tells an endpoint from `--endpoint`.

    Nothing needs the server: without one, sizes come from the catalogue and from names.
    """

    machine: Machine
    address: Address
    server: Reading[Server]
    chosen: bool = False

    @property
    def free(self) -> Free:
        """What a model of that server may take; unknown when the server is on another machine."""
        if not self.address.loopback and isinstance(self.server, Known):
            return nowhere_known()
        loaded: Iterable[Loaded] = ()
        if isinstance(self.server, Known) and isinstance(self.server.value.loaded, Known):
            loaded = self.server.value.loaded.value
        return free_memory(self.machine, loaded)

    @property
    def usual(self) -> Asked:
        """The question as the server would run a model: its kind of cache, and its slots."""
        return asked_of(self.server.value if isinstance(self.server, Known) else None)

    @property
    def recommendation(self) -> Recommendation:
        """What to run on this machine, with the models of its Ollama."""
        here = self.address.loopback and isinstance(self.server, Known)
        server = self.server.value if here and isinstance(self.server, Known) else None
        return recommended(self.machine, server if server and server.is_ollama else None)

    @property
    def models(self) -> tuple[Model, ...]:
        """The models of the server; none when it is silent."""
        if isinstance(self.server, Unknown) or isinstance(self.server.value.models, Unknown):
            return ()
        return self.server.value.models.value

    @property
    def silence(self) -> str:
        """Why the installed models are not known, as a phrase; "" when they are."""
        if isinstance(self.server, Unknown):
            return f"no server answers at {self.address}"
        if isinstance(self.server.value.models, Unknown):
            return f"the server at {self.address} does not tell its models"
        return ""

    @property
    def absence(self) -> str:
        """Why the server does not tell about a model, as a phrase."""
        return self.silence or f"the server at {self.address} does not have it"

    def candidates(self) -> tuple[Candidate, ...]:
        """The models of the server that can chat."""
        return all_installed(self.server.value if isinstance(self.server, Known) else None)

    def candidate(self, name: str) -> Candidate:
        """One model: by the server, else by its name. Raises ByokError for an unknown one."""
        if isinstance(self.server, Known):
            model = self.server.value.model(name)
            if model is not None:
                return installed(model, self.server.value)
        found = by_name(name)
        if found is None:
            raise self._unknown(name)
        return found

    def _unknown(self, name: str) -> ByokError:
        """Nothing tells even the size of this model."""
        refuse_no_name(name)
        known = [*(each.name for each in self.models), *(row.name for row in rows())]
        near = nearest(name, known)
        like = f"Did you mean {' or '.join(f'`{each}`' for each in near)}? " if near else ""
        return ByokError(
            f"Nothing tells how large `{name}` is: {self.absence}, and its name tells no size",
            f"{like}Pull it first, or name its size as in `{name.partition(':')[0]}:30b`",
        )

    def findings(self) -> tuple[Finding, ...]:
        """A note when the server that the user named does not answer."""
        if not self.chosen or isinstance(self.server, Known):
            return ()
        text = f"No usable answer: {lower_first(self.server.why)}"
        return (Finding("note", str(self.address), text),)


def look(world: World, endpoint: str = "", model: str = "", *, quick: bool = False) -> Seen:
    """Looks at both at the same time, at all models of the server unless one is named.

    `quick` does not wait for the processor's full name. Raises UsageError for a bad endpoint.
    """
    address = world.address(endpoint)
    questions: dict[str, Callable[[], Any]] = {
        "machine": lambda: look_at_machine(world, Ask(whole_cpu=not quick)),
        "server": lambda: _server(world, address, model),
    }
    if address.loopback:
        questions["settings"] = lambda: settings.look(world, address.port)
    answers = together(questions)
    machine = answers["machine"]
    if isinstance(machine, BaseException):
        raise machine
    server = reading_of(answers["server"])
    if address.loopback and isinstance(server, Known) and server.value.is_ollama:
        started = answers["settings"]
        told = started if isinstance(started, Known) else server.value.settings
        server = Known(with_windows(replace(server.value, settings=told), machine))
    return Seen(machine, address, server, bool(endpoint))


def _server(world: World, address: Address, model: str) -> Reading[Server]:
    """The server with its models in as much detail as memory sums need."""
    where = str(address)
    expected = address.port == 11434 or address.identity() == world.address().identity()
    wanted = (model,) if model else ()
    told = ollama.probe(world.http, where, Deadline(PROBE_DEADLINE), wanted, expected=expected)

    def in_detail(models: tuple[Model, ...]) -> tuple[Model, ...]:
        if not model:
            models = details(world.http, where, Deadline(DETAILS_DEADLINE), models)
        asked = tuple(each for each in models if not model or same_model(each.name, model))
        known = complete(world, where, Deadline(VERBOSE_DEADLINE), asked)
        whole = {each.name: each for each in known}
        return tuple(whole.get(each.name, each) for each in models)

    return changed(told, in_detail)
