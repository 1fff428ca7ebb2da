"""What a provider's server offers, for a user who has not chosen a model yet."""

from dataclasses import dataclass

from factory_byok.core.errors import ByokError
from factory_byok.core.facts import Known, Model, Server, Unknown
from factory_byok.core.progress import Progress
from factory_byok.core.units import Tokens
from factory_byok.core.world import World
from factory_byok.workflows.choice import Choice, look_there


@dataclass(frozen=True, slots=True)
class Offered:
    """One model of a server: its window, longest window and output limit in tokens, and whether it
    calls tools; None for what the server does not tell.
    """

    name: str
    window: Tokens | None
    longest_window: Tokens | None
    longest_output: Tokens | None
    tools: bool | None


def offered(
    world: World, choice: Choice, *, timeout: float, progress: Progress, secret: str = ""
) -> tuple[Offered, ...]:
    """The models in the server's order. Raises ByokError when it does not tell them."""
    _, server = look_there(world, choice, timeout=timeout, progress=progress, secret=secret)
    if isinstance(server.models, Unknown):
        raise ByokError(
            f"{choice.about.title} at {choice.address} does not list its models: "
            f"{server.models.why}",
            _way_out(choice),
        )
    return tuple(_told(server, model) for model in server.models.value)


def _way_out(choice: Choice) -> str:
    """What to do without a list."""
    name = f"name the model: `byok add {choice.provider} MODEL`"
    if not choice.hosted:
        return name[:1].upper() + name[1:]
    if not choice.at_home:
        return f"byok shows a key for this to {choice.about.title}'s own host alone: {name}"
    return f"Set `{choice.about.key_variable}` or give `--key-env NAME`; or {name}"


def _told(server: Server, model: Model) -> Offered:
    """A model with what is known of it.

    Of very many models some are not asked about, and their own files may set another window.
    """
    able = model.capabilities
    unread = server.is_ollama and not model.shape and not model.remote_host
    window = model.window.value.tokens if isinstance(model.window, Known) else None
    return Offered(
        name=model.name,
        window=None if unread else window,
        longest_window=_tokens(model.longest_window),
        longest_output=_tokens(model.longest_output),
        tools="tools" in able.value if isinstance(able, Known) else None,
    )


def _tokens(reading: Known[Tokens] | Unknown) -> Tokens | None:
    """A reading's number."""
    return reading.value if isinstance(reading, Known) else None
