"""Where the words come from: droid's files, the checks, the providers, and a server nearby."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from factory_byok.core.addresses import Address, base_url_of, root_of
from factory_byok.core.droid_facts import Entry
from factory_byok.core.errors import ByokError
from factory_byok.core.facts import Json
from factory_byok.core.json_fields import as_object, text
from factory_byok.core.world import World

DEADLINE: Final = 0.4  # seconds for a server; who presses Tab does not wait longer
MOST_BYTES: Final = 2**21
KEYS: Final = (
    "name", "model", "base_url", "dialect", "max_output", "key_env", "reasoning_effort", "images",
    "id",
)  # fmt: skip
KEY_WORDS: Final = ("KEY", "TOKEN", "SECRET")


@dataclass(frozen=True, slots=True)
class Word:
    """A word that may follow, and what it means."""

    value: str
    help: str = ""


@dataclass(frozen=True, slots=True)
class Given:
    """What stands on the line already: verb, arguments, options by parameter, the word's start."""

    world: World
    verb: str
    arguments: tuple[str, ...]
    options: Mapping[str, str]
    start: str


Source = Callable[[Given], Iterable[Word]]


def source_of(verb: str, parameter: str) -> Source | None:
    """Who knows the values of a parameter; None when nobody does."""
    return SOURCES.get((verb, parameter)) or SOURCES.get(("", parameter))


def checks(given: Given) -> Iterator[Word]:
    """The codes of checks that do not stand on the line yet, with dashes when one is typed."""
    from factory_byok.diagnosis.checks import CHECKS
    from factory_byok.diagnosis.examine import code_of

    taken = {each.replace("-", "_") for each in given.arguments}
    for each in CHECKS:
        code = code_of(each)
        if code not in taken:
            yield Word(code.replace("_", "-") if "-" in given.start else code, each.TITLE)


def providers(_: Given) -> Iterator[Word]:
    """Everyone who may serve a model."""
    from factory_byok.providers import PROVIDERS

    for name, about in PROVIDERS.items():
        yield Word(name, about.title)


def entries(given: Given) -> Iterator[Word]:
    """Ids; display names too once something is typed that no id begins with."""
    found = [each for each in _entries(given) if each.id not in given.arguments]
    for each in found:
        if each.id:
            yield Word(each.id, each.name or each.model)
    if given.start:
        for each in found:
            if each.name:
                yield Word(each.name, each.model)


def _entries(given: Given) -> tuple[Entry, ...]:
    """The entries of droid's files; none when they cannot be read."""
    from factory_byok.droid.settings.look import look

    return look(given.world).entries


def installed(given: Given) -> Iterator[Word]:
    """The models that the Ollama of the command line, or of this machine, has."""
    where = _endpoint(given)
    rows = _rows(given, f"{where}/api/tags", "models") if where else ()
    for row in rows:
        yield Word(text(row, "name"), text(as_object(row, "details"), "parameter_size"))


def _endpoint(given: Given) -> Address | None:
    """The server that the line names, else the usual one; None when it names none."""
    told = given.options.get("endpoint", "")
    return root_of(told) if told else given.world.address()


def _rows(given: Given, url: str, key: str) -> Iterator[dict[str, Json]]:
    """The objects of a list that a server gives at once; none when it does not."""
    from factory_byok.core.http import parse_json

    try:
        reply = given.world.http.send("GET", url, deadline=DEADLINE, most_bytes=MOST_BYTES)
        rows = as_object(parse_json(reply.body)).get(key) if reply.status == 200 else None
    except ByokError:
        return
    if isinstance(rows, list):
        yield from (row for row in rows if isinstance(row, dict))


def offered(given: Given) -> Iterator[Word]:
    """The models of the provider that stands on the line."""
    from factory_byok.providers import PROVIDERS

    name = given.arguments[0] if given.arguments else ""
    about = PROVIDERS.get(name)
    if name == "ollama" or about is None:
        yield from installed(given)
        yield from (Word(word.value, "to pull") for word in catalogue(given))
        return
    yield from (Word(model, "example") for model, _ in about.examples)
    if not about.hosted:
        where = _endpoint(given) if "endpoint" in given.options else root_of(about.base_url)
        for row in _rows(given, f"{base_url_of(str(where))}/models", "data") if where else ():
            yield Word(text(row, "id"))


def catalogue(_: Given) -> Iterator[Word]:
    """The models of Ollama's library that byok knows."""
    from factory_byok.sizing.catalogue import rows

    for each in rows():
        if not each.elsewhere:
            yield Word(each.name)


def installed_or_known(given: Given) -> Iterator[Word]:
    """Installed models, then those that could be pulled."""
    found = list(installed(given))
    yield from found
    have = {word.value for word in found}
    yield from (Word(each.value, "to pull") for each in catalogue(given) if each.value not in have)


def entries_and_models(given: Given) -> Iterator[Word]:
    """Entries, then the models of the server."""
    yield from entries(given)
    yield from (word for word in installed(given) if word.value not in given.arguments)


def models_and_entries(given: Given) -> Iterator[Word]:
    """Models of the server first, then entries."""
    yield from installed(given)
    yield from entries(given)


def changes(given: Given) -> Iterator[Word]:
    """`KEY=` for each field, and the values of those that have few."""
    from factory_byok.droid.field_names import DIALECTS

    taken = {each.partition("=")[0] for each in given.arguments[1:]}
    for key in KEYS:
        if key not in taken:
            yield Word(f"{key}=")
    if given.start.startswith("dialect="):
        yield from (Word(f"dialect={each}") for each in DIALECTS)
    if given.start.startswith("images="):
        yield from (Word("images=on"), Word("images=off"))


def endpoints(given: Given) -> Iterator[Word]:
    """The servers that entries name, and the usual one."""
    yield Word(str(given.world.address()))
    yield from (Word(each.endpoint, each.label) for each in _entries(given) if each.endpoint)


def variables(given: Given) -> Iterator[Word]:
    """Names of variables that look as if they held a key; never what they hold."""
    for name in sorted(given.world.env):
        if any(word in name.upper() for word in KEY_WORDS):
            yield Word(name)


def exercises(given: Given) -> Iterator[Word]:
    """Exercises by commas: those that do not stand there yet behind what does."""
    from factory_byok.exercises.runner import EXERCISES

    done, comma, _ = given.start.rpartition(",")
    for name in EXERCISES:
        if name not in done.split(","):
            yield Word(f"{done}{comma}{name}")


def topics(given: Given) -> Iterator[Word]:
    """Checks and pages that `byok explain` tells of."""
    from factory_byok.workflows.explanations import TOPICS

    yield from checks(given)
    yield from (Word(topic, line) for topic, line in TOPICS.items())


SOURCES: Final[dict[tuple[str, str], Source]] = {
    ("", "entry"): entries,
    ("", "endpoint"): endpoints,
    ("", "key_env"): variables,
    ("", "model"): installed_or_known,
    ("add", "provider"): providers,
    ("add", "model"): offered,
    ("explain", "topic"): topics,
    ("fix", "checks"): checks,
    ("pull", "model"): catalogue,
    ("set", "changes"): changes,
    ("test", "entries"): entries_and_models,
    ("test", "only"): exercises,
    ("window", "model"): models_and_entries,
}
