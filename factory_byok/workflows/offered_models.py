"""What a provider's server offers, for a user who has not chosen a model yet."""

from dataclasses import dataclass

from factory_byok.core.errors import ByokError
from factory_byok.core.facts import Known, Model, Server, Snapshot, Unknown
from factory_byok.core.model_names import same_model
from factory_byok.core.progress import Progress
from factory_byok.core.units import Bytes, Tokens
from factory_byok.core.world import World
from factory_byok.sizing.fitting.candidate import by_name, installed
from factory_byok.sizing.fitting.pick import recommended
from factory_byok.workflows.choice import Choice, look_there
from factory_byok.workflows.windows import room


@dataclass(frozen=True, slots=True)
class Offered:
    """One model of a server: its window, longest window and output limit in tokens, and whether it
    calls tools; None for what the server does not tell.

    `size` is the file's in bytes, `on_gpu` the largest window for which the GPU has room; `used`
    says that droid has an entry for it. One that is not `installed` is worth a download.
    """

    name: str
    window: Tokens | None = None
    longest_window: Tokens | None = None
    longest_output: Tokens | None = None
    tools: bool | None = None
    size: Bytes | None = None
    on_gpu: Tokens | None = None
    used: bool = False
    installed: bool = True


def offered(
    world: World, choice: Choice, *, timeout: float, progress: Progress, secret: str = ""
) -> tuple[Offered, ...]:
    """The models that can chat, the one to take first. Raises ByokError without a list.

    For an Ollama that is byok's pick for this machine, which need not be installed; else one of
    Factory's examples, else one that calls tools and that droid lacks.
    """
    snap, server = look_there(world, choice, timeout=timeout, progress=progress, secret=secret)
    if isinstance(server.models, Unknown):
        raise ByokError(
            f"{choice.about.title} at {choice.address} does not list its models: "
            f"{server.models.why}",
            _way_out(choice),
        )
    told = [_told(snap, server, choice, each) for each in server.models.value if each.chats]
    own = recommended(snap.machine, server).own if _here(choice) else None
    pick = own.model if own else ""
    if own and not any(same_model(each.name, pick) for each in told):
        told.append(_to_download(pick))
    examples = dict(choice.about.examples)

    def order(each: Offered) -> tuple[bool, ...]:
        first = same_model(each.name, pick) or (not own and each.name in examples)
        return not each.installed, each.tools is False, each.used, not first

    return tuple(sorted(told, key=order))


def _here(choice: Choice) -> bool:
    """Whether it is an Ollama that runs on this machine."""
    return choice.provider == "ollama" and choice.address.loopback


def _to_download(name: str) -> Offered:
    """byok's pick, which the server does not have."""
    known = by_name(name)
    if known is None or known.cloud:
        return Offered(name, installed=False)
    longest = known.shape.longest_window or None
    return Offered(
        name, longest_window=longest, tools=True, size=known.shape.weights, installed=False
    )


def _way_out(choice: Choice) -> str:
    """What to do without a list."""
    name = f"name the model: `byok add {choice.provider} MODEL`"
    if not choice.hosted:
        return name[:1].upper() + name[1:]
    if not choice.at_home:
        return f"byok shows a key for this to {choice.about.title}'s own host alone: {name}"
    return f"Set `{choice.about.key_variable}` or give `--key-env NAME`; or {name}"


def _told(snap: Snapshot, server: Server, choice: Choice, model: Model) -> Offered:
    """A model with what is known of it.

    Of very many models some are not asked about, and their own files may set another window.
    """
    unread = server.is_ollama and not model.shape and not model.remote_host
    window = model.window.value.tokens if isinstance(model.window, Known) else None
    endpoint = choice.address.identity()
    used = any(each.endpoint == endpoint and each.model == model.name for each in snap.listed())
    return Offered(
        name=model.name,
        window=None if unread else window,
        longest_window=_tokens(model.longest_window),
        longest_output=_tokens(model.longest_output),
        tools=calls_tools(server, model),
        size=None if model.remote else model.weights or None,
        on_gpu=room(snap, endpoint, server, model)[0],
        used=used,
    )


def calls_tools(server: Server, model: Model) -> bool | None:
    """Whether droid can act through a model; calls that come as text are of no use to it."""
    if server.is_ollama:
        return {"yes": True, "unknown": None}.get(installed(model, server).tools, False)
    able = model.capabilities
    return "tools" in able.value if isinstance(able, Known) else None


def _tokens(reading: Known[Tokens] | Unknown) -> Tokens | None:
    """A reading's number."""
    return reading.value if isinstance(reading, Known) else None
