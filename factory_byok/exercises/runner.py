"""All exercises of one entry, each result as soon as it is there."""

import ipaddress
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from factory_byok.core.addresses import root_of
from factory_byok.core.errors import ByokError, UsageError
from factory_byok.core.facts import Entry, Exercise, Json, Server
from factory_byok.core.model_names import is_cloud
from factory_byok.core.units import show_tokens
from factory_byok.core.world import World
from factory_byok.droid.proxies import proxy_for
from factory_byok.droid.settings.target import target
from factory_byok.exercises import chat, speed, stream, tools, window
from factory_byok.exercises.causes import CAUSES
from factory_byok.exercises.dialects import DIALECTS
from factory_byok.exercises.limits import Limits
from factory_byok.exercises.loading import load, release, window_now
from factory_byok.exercises.session import Say, Session
from factory_byok.exercises.speed import CHEAP, WHOLE

EXERCISES: Final[dict[str, Callable[[Session], Exercise]]] = {
    "chat": chat.run,
    "stream": stream.run,
    "tools": tools.run,
    "window": window.run,
    "speed": speed.run,
}

# After one of these the next exercise could only say the same again, perhaps after minutes.
# fmt: off
HOPELESS: Final = (
    "refused", "timeout", "load_timeout", "dns", "reset", "unreachable", "tls", "certificate",
    "url", "key",
    "unauthorized", "payment", "forbidden", "not_found", "rate_limited", "busy", "loading",
    "redirect", "html", "protocol", "flood", "no_such_path", "server_error",
    "bad_request", "not_streamed", "status", "error_inside", "error_event", "broken_event",
    "protocol_inside", "reset_inside", "empty", "cut_off", "own_limit",
    *(cause.kind for cause in CAUSES if cause.kind not in ("call_not_parsed", "output_limit")),
)
# fmt: on

_TOKENS: Final = {"chat": 200, "stream": 200, "tools": 2_300, "window": 64_000}  # sent, about


def names_for(entry: Entry, server: Server | None) -> tuple[str, ...]:
    """The exercises that run unless others are named: no `window` where tokens cost money."""
    return tuple(name for name in EXERCISES if name != "window" or not hosted(entry, server))


def hosted(entry: Entry, server: Server | None) -> bool:
    """Whether somebody else's machine serves the model: Ollama's cloud or a public host."""
    model = server.model(entry.model) if server else None
    if is_cloud(entry.model) or (model is not None and model.remote_host):
        return True
    root = root_of(entry.base_url)
    if root is None or root.loopback or "." not in root.host.strip("."):
        return False
    try:
        return ipaddress.ip_address(root.host).is_global
    except ValueError:
        return not root.host.endswith((".local", ".internal", ".lan", ".home", ".localhost"))


def exercise(
    world: World,
    entry: Entry,
    server: Server | None,
    names: Sequence[str],
    limits: Limits,
    say: Say,
    *,
    cheap: bool = False,
) -> Iterator[Exercise]:
    """Runs the named exercises in the registry's order; yields each result when it is there.

    Raises UsageError for a name that is none; everything else becomes a result. An interrupt
    closes the connection and goes on to the caller, who has what was proven before it.
    """
    wanted = in_order(names)
    hurdle = _hurdle(entry)
    if hurdle:
        yield from _skipped(entry, wanted, hurdle)
        return
    try:
        aim = target(world, entry)
    except ByokError as error:
        evidence: dict[str, Json] = {"fault": "settings"}
        yield Exercise(entry.id, entry.model, wanted[0], "failed", error.message, evidence)
        yield from _skipped(entry, wanted[1:], error.message)
        return
    session = Session(
        world.http,
        aim,
        limits,
        say,
        server,
        hosted=hosted(entry, server),
        cheap=cheap,
        proxy=droids_proxy(world, entry),
    )
    if session.hosted:
        say(cost(wanted, cheap=cheap))
    yield from exercises(session, wanted)


def cost(names: Sequence[str], *, cheap: bool) -> str:
    """What exercising a hosted model will cost, in tokens, said before it begins."""
    whole = int(WHOLE * CHEAP) if cheap else WHOLE
    tokens = sum(_TOKENS.get(name, 0) for name in names) + (whole if "speed" in names else 0)
    words = f"This sends about {show_tokens(tokens)} to a service that may charge for them"
    if "speed" not in names:
        return words
    if cheap:
        return f"{words}; whether a request of droid's size is taken stays unproven"
    return f"{words}; `--cheap` leaves out droid's first request of {show_tokens(WHOLE)}"


def exercises(session: Session, names: Sequence[str]) -> Iterator[Exercise]:
    """Loads the model, runs the exercises, and stops asking where no answer can come."""
    try:
        yield from _loaded_exercises(session, names)
    finally:
        release(session)


def _loaded_exercises(session: Session, names: Sequence[str]) -> Iterator[Exercise]:
    """The exercises, the evidence of the load with the first of them."""
    fault = load(session)
    for number, name in enumerate(names):
        if fault:
            done = session.result(name, "failed", fault.words, {"fault": fault.kind})
        else:
            done = EXERCISES[name](session)
        evidence = {**done.evidence, **(session.load_evidence if number == 0 else {})}
        if fault is None and session.is_ollama:
            evidence["window_after"] = window_now(session)
        yield session.result(name, done.status, done.reason, evidence)
        if _hopeless(done):
            for later in names[number + 1 :]:
                yield session.result(later, "skipped", f"not tried, because `{name}` failed")
            return


def droids_proxy(world: World, entry: Entry) -> str:
    """The proxy through which droid would send, "" for none."""
    root = root_of(entry.base_url)
    name = proxy_for(root, world.env) if root else ""
    return world.env.get(name, "").strip() if name else ""


def _hopeless(done: Exercise) -> bool:
    """Whether the next exercise could only fail in the same way, or must not be asked for."""
    fault = str(done.evidence.get("fault"))
    return fault == "rate_limited" or (done.status == "failed" and fault in HOPELESS)


def in_order(names: Sequence[str]) -> tuple[str, ...]:
    """The names in the registry's order. Raises UsageError."""
    for name in names:
        if name not in EXERCISES:
            raise UsageError(
                f"`{name}` is not an exercise", f"Exercises are {', '.join(EXERCISES)}"
            )
    return tuple(name for name in EXERCISES if name in names)


def _hurdle(entry: Entry) -> str:
    """Why droid cannot use the entry at all, or byok cannot ask as droid would; empty when fine."""
    if entry.fate != "listed":
        return f"droid does not offer this entry ({entry.fate}): {entry.reason}".rstrip(": ")
    if not entry.id.startswith("custom:"):
        return "droid cannot select this entry: its id does not begin with `custom:`"
    if entry.dialect not in DIALECTS:
        return f"byok does not speak the dialect `{entry.dialect}`"
    return ""


def _skipped(entry: Entry, names: Sequence[str], why: str) -> Iterator[Exercise]:
    """A skipped result for each name."""
    for name in names:
        yield Exercise(entry.id, entry.model, name, "skipped", why)
