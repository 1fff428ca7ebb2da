"""A choice of provider and model: asked of the server, and judged before anything is written."""

from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import Final
from urllib.parse import urlsplit

from factory_byok.core.addresses import (
    Address,
    base_url_of,
    connectable,
    parse_endpoint,
    without_api,
)
from factory_byok.core.errors import ByokError, UsageError
from factory_byok.core.facts import Entry, Known, Model, Server, Snapshot, Unknown
from factory_byok.core.findings import Finding
from factory_byok.core.model_names import EVERY, is_cloud, refuse_no_name
from factory_byok.core.progress import Progress
from factory_byok.core.words import lower_first
from factory_byok.core.world import World
from factory_byok.diagnosis.collect import Ask, collect
from factory_byok.diagnosis.examine import examine
from factory_byok.diagnosis.missing_models import is_absent, what_to_do
from factory_byok.providers import PROVIDERS
from factory_byok.providers.hosted import service_at
from factory_byok.providers.provider import Provider
from factory_byok.workflows.asked_server import no_answer

CHECKS: Final = (
    "cloud_unavailable", "tools_unsupported", "tools_as_text", "model_too_large",
    "model_too_small", "window_too_small",
)  # fmt: skip
CLOUD: Final = "ollama-cloud"
ANYWAY: Final = "`--no-check` writes the entry without asking"


@dataclass(frozen=True, slots=True)
class Choice:
    """A provider's model; `base_url` is what droid is given, `about` tells who serves."""

    provider: str
    model: str
    base_url: str
    about: Provider

    @property
    def address(self) -> Address:
        """The server root."""
        return parse_endpoint(self.base_url)

    @property
    def as_entry(self) -> Entry:
        """The model as if it were an entry of its own, which no file holds."""
        return Entry(
            id="custom:",
            name="",
            model=self.model,
            base_url=self.base_url,
            dialect=self.about.dialect,
            file="",
            level="user",
            kind="settings",
            index=0,
            pointer="",
            endpoint=self.address.identity(),
        )

    @property
    def hosted(self) -> bool:
        """Whether the provider is a service that wants a key."""
        return self.about.hosted

    @property
    def at_home(self) -> bool:
        """Whether the address is the service's own, which alone is shown a key for its list."""
        return service_at(str(self.address)) == self.provider


@dataclass(frozen=True, slots=True)
class Judged:
    """What was seen before writing: everything, the server, the model there, and the findings."""

    snap: Snapshot
    server: Server
    model: Model | None
    findings: tuple[Finding, ...]


def choose(world: World, provider: str, model: str, endpoint: str) -> Choice:
    """The choice that the command line names. Raises UsageError for what cannot be one."""
    where = place(world, provider, endpoint)
    if where.provider == "ollama" or not model.strip():
        refuse_no_name(model)
    return replace(where, model=model)


def place(world: World, provider: str, endpoint: str) -> Choice:
    """A provider's server, no model chosen yet. Raises UsageError."""
    name = provider.strip().lower().replace("_", "-")
    about = PROVIDERS.get(name)
    if about is None:
        near = get_close_matches(name, PROVIDERS, 1)
        like = f"Did you mean `{near[0]}`? " if near else ""
        raise UsageError(
            f"`{provider}` is not a provider that byok knows",
            f"{like}Known: {', '.join(PROVIDERS)}",
        )
    if name == "ollama" and endpoint and service_at(str(parse_endpoint(endpoint))) == CLOUD:
        return Choice(CLOUD, "", PROVIDERS[CLOUD].base_url, PROVIDERS[CLOUD])
    if name == "ollama":
        return Choice(name, "", base_url_of(str(world.address(endpoint))), about)
    if not endpoint and not about.fixed:
        raise UsageError(
            f"`{provider}` has no address of its own",
            "Give the server with `--endpoint http://localhost:8000`",
        )
    return Choice(name, "", _base_url(about, endpoint) if endpoint else about.base_url, about)


def _base_url(about: Provider, endpoint: str) -> str:
    """The base URL at another server: given in full, or a root that gets the provider's own path.

    Raises UsageError for what is no URL.
    """
    parse_endpoint(endpoint)
    given = without_api(endpoint)
    assert given is not None  # parse_endpoint saw that
    given = connectable(given)
    path, own = given.path, urlsplit(about.base_url).path
    if about.dialect == "anthropic":
        return str(given._replace(path=path.removesuffix("/v1")))
    if own.startswith(path):
        path = own
    elif not path.endswith(("/v1", own)):
        path += own
    return str(given._replace(path=path))


def judge(
    world: World, choice: Choice, *, timeout: float, progress: Progress, secret: str = ""
) -> Judged:
    """Asks the server about the choice. Raises ByokError when it is silent or lacks the model.

    `secret` is the key, which only a hosted provider's own host is shown, for its list of models.
    """
    snap, server = look_there(world, choice, timeout=timeout, progress=progress, secret=secret)
    model = server.model(choice.model)
    passed_on = choice.provider == "ollama" and is_cloud(choice.model)  # it need not be listed
    if model is None and isinstance(server.models, Known) and not passed_on:
        raise _missing(snap, choice)
    return Judged(snap, server, model, _findings(snap, choice))


def look_there(
    world: World, choice: Choice, *, timeout: float, progress: Progress, secret: str = ""
) -> tuple[Snapshot, Server]:
    """Everything, and the provider's server. Raises ByokError when it is silent or another's."""
    ask = Ask(
        endpoint=choice.address,
        models=(choice.model or EVERY,),
        timeout=timeout,
        machine=not choice.hosted,
        droid=False,
        provider=choice.provider,
        key=secret,
    )
    with progress.working(f"Asking {choice.address}"):
        snap = collect(world, ask)
    server = snap.servers[choice.address.identity()]
    if isinstance(server, Unknown):
        raise _silent(snap, choice, server)
    models = server.value.models
    if secret and choice.at_home and isinstance(models, Unknown) and models.kind == "key":
        raise ByokError(
            f"Nothing was written: {choice.about.title} refuses this key",
            _or_anyway("Correct it") if choice.model else "Correct it",
        )
    if choice.provider == "ollama" and not server.value.is_ollama:
        raise ByokError(
            f"The server at {choice.address} is not Ollama",
            f"`byok add openai-compatible --endpoint {choice.address}` lists its models",
        )
    return snap, server.value


def _findings(snap: Snapshot, choice: Choice) -> tuple[Finding, ...]:
    """What is wrong with this choice, seen as the only entry."""
    return examine(replace(snap, entries=(choice.as_entry,)), CHECKS).findings


def _silent(snap: Snapshot, choice: Choice, why: Unknown) -> ByokError:
    """The server gave no usable answer."""
    error = no_answer(snap, choice.address, why)
    hint = "See whether this machine is online; `--timeout 30` waits longer"
    hint = hint if choice.hosted else error.hint
    return ByokError(
        f"Nothing was written: {lower_first(error.message)}",
        _or_anyway(hint) if choice.model else hint,
    )


def _missing(snap: Snapshot, choice: Choice) -> ByokError:
    """The server has no such model."""
    where, pulls = choice.address.identity(), choice.provider == "ollama"
    hint = what_to_do(snap, where, choice.model, pulls=pulls)
    return ByokError(
        f"Nothing was written: `{choice.model}` {is_absent(choice.provider)} at {choice.address}",
        _or_anyway(hint),
    )


def _or_anyway(hint: str) -> str:
    """A hint, and that the entry can be written all the same."""
    return f"{hint}{' ' if hint.endswith('?') else '; ' if hint else ''}{ANYWAY}"


def is_remote(choice: Choice, model: Model | None) -> bool:
    """Whether somebody else's machine runs the model."""
    return choice.hosted or is_cloud(choice.model) or (model is not None and model.remote)
