"""A choice of provider and model: asked of the server, and judged before anything is written."""

from dataclasses import dataclass, replace
from types import ModuleType
from typing import Final

from factory_byok.address import (
    Address,
    base_url_of,
    default_endpoint,
    parse_address,
    parse_endpoint,
)
from factory_byok.checks.model_missing import nearest
from factory_byok.checks.server_silent import remedy_for
from factory_byok.collect import Ask, collect
from factory_byok.doctor import examine
from factory_byok.errors import ByokError, UsageError
from factory_byok.facts import Entry, Known, Model, Server, Snapshot, Unknown
from factory_byok.findings import Finding
from factory_byok.names import is_cloud, parse_name
from factory_byok.providers import PROVIDERS
from factory_byok.world import World

CHECKS: Final = (
    "cloud_unavailable", "tools_unsupported", "model_too_large", "model_too_small",
    "window_too_small",
)  # fmt: skip
ANYWAY: Final = "`--no-check` writes the entry without asking"


@dataclass(frozen=True, slots=True)
class Choice:
    """A model of a provider at a server root; `module` is the provider's own file."""

    provider: str
    model: str
    address: Address
    module: ModuleType

    @property
    def base_url(self) -> str:
        """What droid is given."""
        return base_url_of(str(self.address))


@dataclass(frozen=True, slots=True)
class Judged:
    """What was seen before writing: everything, the server, the model there, and the findings."""

    snap: Snapshot
    server: Server
    model: Model | None
    findings: tuple[Finding, ...]


def choose(world: World, provider: str, model: str, endpoint: str) -> Choice:
    """The choice that the command line names. Raises UsageError for what cannot be one."""
    module = PROVIDERS.get(provider)
    if module is None:
        known = ", ".join(PROVIDERS)
        raise UsageError(f"`{provider}` is not a provider that byok knows", f"Known: {known}")
    if provider == "ollama" and parse_name(model) is None:
        raise UsageError(f"`{model}` is not a model name", "Names look like `qwen2.5-coder:32b`")
    if not model.strip():
        raise UsageError("The model's name is empty")
    if endpoint:
        return Choice(provider, model, parse_endpoint(endpoint), module)
    if provider == "ollama":
        where = default_endpoint(world.env.get("OLLAMA_HOST", ""))
        return Choice(provider, model, where, module)
    address = parse_address(module.BASE_URL.removesuffix("/v1"))
    if address is None or not module.FIXED:
        raise UsageError(
            f"`{provider}` has no address of its own",
            "Give the server with `--endpoint http://localhost:8000`",
        )
    return Choice(provider, model, address, module)


def judge(world: World, choice: Choice, *, timeout: float, quiet: bool) -> Judged:
    """Asks the server about the choice. Raises ByokError when it is silent or lacks the model."""
    from factory_byok.render.progress import working

    ask = Ask(endpoint=choice.address, models=(choice.model,), timeout=timeout, droid=False)
    with working(f"Asking {choice.address}", quiet=quiet):
        snap = collect(world, ask)
    server = snap.servers[choice.address.identity()]
    if isinstance(server, Unknown):
        raise _silent(snap, choice, server)
    if choice.provider == "ollama" and server.value.provider != "ollama":
        raise ByokError(
            f"The server at {choice.address} is not Ollama",
            f"Use `byok add openai-compatible {choice.model} --endpoint {choice.address}`",
        )
    model = server.value.model(choice.model)
    passed_on = choice.provider == "ollama" and is_cloud(choice.model)  # it need not be listed
    if model is None and isinstance(server.value.models, Known) and not passed_on:
        raise _missing(choice, server.value.models.value)
    return Judged(snap, server.value, model, _findings(snap, choice))


def _findings(snap: Snapshot, choice: Choice) -> tuple[Finding, ...]:
    """What is wrong with this choice, seen as the only entry."""
    entry = Entry(
        id="",
        name=choice.model,
        model=choice.model,
        base_url=choice.base_url,
        dialect=choice.module.DIALECT,
        file="",
        level="user",
        kind="config",
        index=0,
        pointer="",
        endpoint=choice.address.identity(),
    )
    return examine(replace(snap, entries=(entry,)), CHECKS).findings


def _silent(snap: Snapshot, choice: Choice, why: Unknown) -> ByokError:
    """The server gave no usable answer."""
    remedy = remedy_for(snap, choice.address.identity(), why)
    command = f" with `{' '.join(remedy.command)}`" if remedy.command else ""
    return ByokError(
        f"Nothing was written: no usable answer from {choice.address}: "
        f"{why.why[:1].lower()}{why.why[1:]}",
        f"{remedy.text}{command}; {ANYWAY}",
    )


def _missing(choice: Choice, models: tuple[Model, ...]) -> ByokError:
    """The server has no such model."""
    near = nearest(choice.model, [model.name for model in models])
    like = f"It has {', '.join(f'`{each}`' for each in near)}; " if near else ""
    get = f"`byok pull {choice.model}` downloads it; " if choice.provider == "ollama" else ""
    return ByokError(
        f"Nothing was written: the server at {choice.address} has no model `{choice.model}`",
        f"{like}{get}{ANYWAY}",
    )


def is_remote(choice: Choice, model: Model | None) -> bool:
    """Whether somebody else's machine runs the model."""
    if is_cloud(choice.model) or (model is not None and model.remote_host):
        return True
    return bool(getattr(choice.module, "HOSTED", False))
