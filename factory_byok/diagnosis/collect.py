"""World to Snapshot: settings first, then each endpoint and each part of the machine at once."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, Final

from factory_byok.core.addresses import Address, is_here, parse_address, root_of
from factory_byok.core.concurrency import Once, TooSlow, together
from factory_byok.core.facts import (
    NOT_READ,
    Entry,
    Known,
    Machine,
    Model,
    Reading,
    Server,
    Snapshot,
    Unknown,
    Window,
)
from factory_byok.core.http import PROBE_DEADLINE, Deadline
from factory_byok.core.requirements import MOST_ASKED
from factory_byok.core.world import World
from factory_byok.diagnosis.other_addresses import (
    Wanted,
    another_address,
    elsewhere,
    instead,
    listeners,
    other_kinds,
    other_ollamas,
    refusals,
)
from factory_byok.diagnosis.own_lists import (
    own_questions,
    refused_keys,
    understood_chats,
    with_own_lists,
)
from factory_byok.droid import program as droid
from factory_byok.droid.settings.look import look
from factory_byok.droid.settings.written_entries import written_entries
from factory_byok.hardware import VENDORS, cpu, disk, machine, processes, ram
from factory_byok.providers import asking
from factory_byok.providers.hosted import with_a_key
from factory_byok.providers.ollama import (
    install as ollama_install,
)
from factory_byok.providers.ollama import (
    settings as ollama_settings,
)
from factory_byok.providers.ollama.details import changed, complete, details
from factory_byok.providers.ollama.window import with_windows

MACHINE_DEADLINE: Final = 8.0  # seconds; a driver that hangs costs no more than this
_NAMES: Final = (
    "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "FACTORY_HOME_OVERRIDE", "FACTORY_ENV",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Ask:
    """What to look at beside the settings.

    `endpoint` stands in for the default one; `models` are wanted there beside the entries' own;
    `timeout` is each server's total in seconds; `whole_cpu` waits for the slow answer of cpuinfo.
    Without `machine` only the servers are asked, with `ollama` also how Ollama is present here.
    `keys` lets an empty chat tell whether each entry's own key is taken.
    `provider` is who should be at the endpoint, and `key` what its list of models may need.
    """

    endpoint: Address | None = None
    models: Collection[str] = ()
    timeout: float = PROBE_DEADLINE
    whole_cpu: bool = False
    machine: bool = True
    ollama: bool = False
    droid: bool = True
    keys: bool = True
    provider: str = ""
    key: str = field(default="", repr=False)


def collect(world: World, ask: Ask | None = None) -> Snapshot:
    """Looks at everything once and at the same time. Never raises for what could not be read."""
    ask = ask or Ask()
    settings = look(world)
    default = ask.endpoint or world.address()
    wanted = wanted_endpoints(settings.entries, default, ask.models)
    world = processes.asked_once(world)
    asked = questions(world, ask, settings.entries, default, wanted)
    answers = together(asked, max(MACHINE_DEADLINE, ask.timeout + 1))
    computer = _machine(world, answers)
    told = {name: reading_of(answers[("server", name)]) for name in wanted}
    servers = {
        name: _completed(reading, name, answers, computer)
        for name, reading in with_own_lists(told, settings.entries, answers).items()
    }
    others = answers.get("other kinds")
    for name, reading in others.items() if isinstance(others, dict) else ():
        servers[name] = _completed(reading, name, answers, computer)
    return Snapshot(
        taken_at=world.now().isoformat(timespec="seconds"),
        machine=computer,
        files=settings.files,
        entries=settings.entries,
        defaults=settings.defaults,
        default_endpoint=str(default),
        servers=servers,
        listeners=listeners(world, servers),
        instead=instead(wanted, servers, answers),
        asked=ask.endpoint.identity() if ask.endpoint else "",
        elsewhere=elsewhere(wanted, servers, answers.get("others", NOT_READ)),
        ollama=reading_of(answers.get("ollama", NOT_READ)),
        droid=reading_of(answers.get("droid", NOT_READ)),
        droid_lists=reading_of(answers.get("droid's list", NOT_READ)),
        droid_rules=settings.followed.rules.versions[-1],
        environment=safe_environment(world.env),
        keys=with_a_key(world.env),
        written=written_entries(world),
        refused_keys=refused_keys(answers),
        chats=understood_chats(answers),
    )


def questions(
    world: World, ask: Ask, entries: Iterable[Entry], default: Address, wanted: Wanted
) -> dict[Any, Callable[[], Any]]:
    """Everything to ask beside the settings, each question on its own."""
    found: dict[Any, Callable[[], Any]] = {}
    clock = Deadline(ask.timeout)
    for name, (where, models) in wanted.items():
        server = Once(_server_question(world, where, models, ask, default, clock))
        found["server", name] = server
        found["instead", name] = partial(another_address, world, where, server, clock)
    asked = [each for each in entries if each.endpoint in wanted]
    found |= own_questions(world, asked, default.identity(), clock, keys=ask.keys)
    found |= refusals(world, entries, wanted) | _settings_questions(world, wanted)
    if ask.machine:
        found |= _machine_questions(world, ask)
    if ask.machine or ask.ollama:
        install = Once(partial(ollama_install.probe, world))
        found["ollama"] = install
        found["others"] = partial(other_ollamas, world, install, wanted)
    if ask.endpoint is None or ask.endpoint.identity() == world.address().identity():
        usual = found["server", default.identity()]
        found["other kinds"] = partial(other_kinds, world, usual, wanted, clock)
    if ask.droid:
        program = Once(partial(droid.probe, world))
        found["droid"] = program
        found["droid's list"] = lambda: droid.own_list(world, program())
    return found


def look_at_machine(world: World, ask: Ask) -> Machine:
    """The machine alone."""
    return _machine(world, together(_machine_questions(world, ask), MACHINE_DEADLINE))


def wanted_endpoints(
    entries: Iterable[Entry], default: Address, models: Collection[str]
) -> dict[str, tuple[str, set[str]]]:
    """Each endpoint by its identity: the spelling to connect to, and the models wanted there."""
    wanted: dict[str, tuple[str, set[str]]] = {default.identity(): (str(default), set(models))}
    every = list(entries)
    named = {each.endpoint for each in every if each.level != "project"}
    for entry in every:
        if entry.endpoint and entry.fate == "listed" and _may_be_asked(entry, named):
            spelled = str(root_of(entry.base_url) or entry.endpoint)
            if entry.endpoint in wanted or len(wanted) < MOST_ASKED:
                wanted.setdefault(entry.endpoint, (spelled, set()))[1].add(entry.model)
    return wanted


def _may_be_asked(entry: Entry, named: Collection[str]) -> bool:
    """Whether an entry's server is contacted: a project's only here, or where the user goes too."""
    return entry.level != "project" or is_here(entry.endpoint) or entry.endpoint in named


def _server_question(
    world: World, where: str, models: set[str], ask: Ask, default: Address, clock: Deadline
) -> Callable[[], Reading[Server]]:
    """The question for one endpoint: Ollama when it should be one, else whoever is there."""
    address = parse_address(where)
    asked = address is not None and address.identity() == default.identity()

    def question() -> Reading[Server]:
        told = asking.probe(
            world.http,
            where,
            clock,
            models,
            provider=ask.provider if asked else "",
            key=ask.key if asked else "",
            expected=asked or (address is not None and address.port == 11434),
        )
        if asked and ask.machine and address is not None and address.loopback:
            # the recommendation counts them all
            told = changed(told, partial(details, world.http, where, clock))
        return changed(told, partial(complete, world, where, clock))

    return question


def _machine_questions(world: World, ask: Ask) -> dict[Any, Callable[[], Any]]:
    """One question for each part of the machine."""
    questions: dict[Any, Callable[[], Any]] = {
        ("gpu", name): partial(vendor.probe, world) for name, vendor in VENDORS.items()
    }
    read_cpu = cpu.probe if ask.whole_cpu else cpu.quick
    return questions | {
        "memory": lambda: ram.probe(world),
        "cpu": lambda: read_cpu(world),
        "disks": lambda: disk.probe(world),
    }


def _machine(world: World, answers: Mapping[Any, Any]) -> Machine:
    """The machine from the answers of its parts."""
    disks = reading_of(answers.get("disks", NOT_READ))
    return Machine(
        system=world.system,
        memory=reading_of(answers.get("memory", NOT_READ)),
        cpu=reading_of(answers.get("cpu", NOT_READ)),
        gpus={
            name: reading_of(answers[("gpu", name)]) for name in VENDORS if ("gpu", name) in answers
        },
        disks=(disks.value,) if isinstance(disks, Known) else (),
        wsl=machine.in_wsl(world),
        container=machine.in_container(world),
    )


def reading_of(answer: Any) -> Any:
    """An answer as a reading: what crashed or hung is unknown, with the reason."""
    if isinstance(answer, TooSlow):
        return Unknown("it did not answer in time", "timeout")
    if isinstance(answer, BaseException):
        return Unknown(f"byok could not read it ({type(answer).__name__}: {answer})", "crashed")
    return answer


def _settings_questions(world: World, wanted: Collection[str]) -> dict[Any, Callable[[], Any]]:
    """For each endpoint on this machine, what its server was started with."""
    local = {name: address for name in wanted if (address := parse_address(name))}
    return {
        ("settings", name): partial(ollama_settings.look, world, address.port)
        for name, address in local.items()
        if address.loopback
    }


def _completed(
    reading: Reading[Server], endpoint: str, answers: Mapping[Any, Any], computer: Machine
) -> Reading[Server]:
    """The server with what it was started with and each model's effective window."""
    if isinstance(reading, Unknown):
        return reading
    server = reading.value
    if server.is_ollama:
        started = reading_of(answers.get(("settings", endpoint), NOT_READ))
        own = computer if is_here(endpoint) else None
        return Known(with_windows(replace(server, settings=started), own))
    if isinstance(server.models, Unknown):
        return reading
    models = tuple(replace(model, window=_told_window(model)) for model in server.models.value)
    return Known(replace(server, models=Known(models)))


def safe_environment(env: Mapping[str, str]) -> dict[str, str]:
    """The variables that matter to a diagnosis, without any that could hold a secret."""
    chosen = {}
    for name, value in env.items():
        upper = name.upper()
        if not (upper.startswith(ollama_settings.PREFIXES) or upper in _NAMES):
            continue
        if any(word in upper for word in ollama_settings.SECRET_WORDS):
            continue
        chosen[name] = _without_login(value)
    return chosen


def _without_login(value: str) -> str:
    """A URL without its user and password."""
    scheme, found, rest = value.partition("://")
    login, at, host = rest.rpartition("@")
    return f"{scheme}://{host}" if found and at and login else value


def _told_window(model: Model) -> Reading[Window]:
    """The window of a model whose server tells it in its list."""
    if isinstance(model.told_window, Unknown):
        return model.told_window
    return Known(Window(model.told_window.value, "computed", "the server's list of models"))
