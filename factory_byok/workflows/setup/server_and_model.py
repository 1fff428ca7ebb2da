"""The first steps of the guided path: the machine, a server that answers, and a model for it."""

import time
from dataclasses import replace
from typing import Final

from factory_byok.core.errors import ByokError, UsageError
from factory_byok.core.facts import Entry, Known, Unknown
from factory_byok.core.findings import Finding, Remedy
from factory_byok.core.http import NoAnswer
from factory_byok.core.model_names import is_cloud, parse_name
from factory_byok.core.requirements import FLOOR
from factory_byok.core.units import show_bytes, show_tokens
from factory_byok.core.words import gpu_phrases, lower_first, memory_phrase
from factory_byok.diagnosis.answering import answering, other_kind, told_of
from factory_byok.diagnosis.missing_models import meant, nearest
from factory_byok.diagnosis.unreachable import silence_remedy
from factory_byok.droid.settings.look import look
from factory_byok.providers.ollama.replies import parse_version
from factory_byok.sizing.fitting.candidate import Candidate
from factory_byok.sizing.fitting.one import Fit, fit
from factory_byok.sizing.fitting.pick import offers
from factory_byok.sizing.fitting.ranking import Ranked, candidates, ranked
from factory_byok.sizing.hardware_table import CLOUD as CLOUD_ROW
from factory_byok.workflows.asked_server import next_step
from factory_byok.workflows.setup.other_provider import ANOTHER, another_provider
from factory_byok.workflows.setup.state import Done, Way
from factory_byok.workflows.setup.steps import (
    NO_TOOLS,
    Start,
    base_of,
    better_than,
    entry_in_use,
    start_of,
)

CLOUD: Final = "c"  # the answer that means Ollama's cloud
PAUSE: Final = 0.5  # seconds between two looks at a server that is being started


def machine(way: Way) -> Done:
    """Reads the machine and shows it."""
    snap = way.look()
    way.guide.show("machine", snap)
    memory = snap.machine.memory
    told = memory_phrase(memory.value) if isinstance(memory, Known) else "memory not known"
    return "done", f"memory {told}; GPU {'; '.join(gpu_phrases(snap.machine))}"


# --- a server ------------------------------------------------------------------------------------


def server(way: Way) -> Done:
    """Sees to it that Ollama answers: says how to install or start it here, and waits."""
    told = _answers(way)
    if told:
        return "unchanged", told
    snap = way.look()
    silence = snap.servers[way.ollama.identity()]
    assert isinstance(silence, Unknown)
    endpoint = way.ollama.identity()
    kind = other_kind(snap)
    if kind and way.guide.asks and way.guide.agrees(f"{told_of(*kind)}. Go on with that?"):
        return another_provider(way, kind[1].provider)
    remedy = silence_remedy(snap, endpoint, silence)
    if answering(snap, endpoint):  # setup is to go on there, whatever fix would do to the entries
        remedy = Remedy(next_step(snap, endpoint, silence))
    start = start_of(snap, silence, remedy)
    if kind and not way.guide.asks:
        start = replace(start, text=next_step(snap, endpoint, silence), line="")
    why = f"Ollama does not answer at {way.ollama}: {lower_first(silence.why)}"
    way.guide.show("silence", why, start)
    if way.guide.asks:
        asked = f"Press Enter to wait until it answers, or type {ANOTHER} for another provider"
        if way.guide.answer(asked, "wait").lower() == ANOTHER:
            return another_provider(way)
        _wait(way, None)
    elif not (start.waits and _wait(way, way.wanted.wait)):
        raise ByokError(why, _hint(start))
    way.changed()
    told = _answers(way)
    if not told:
        raise ByokError(f"Ollama at {way.ollama} answered and was gone again", "See `byok doctor`")
    return "done", told


def _answers(way: Way) -> str:
    """That Ollama answers, as a sentence; "" for silence. Raises ByokError for another server."""
    found = way.server()
    if found is None:
        return ""
    if not found.is_ollama:
        raise ByokError(
            f"The server at {way.ollama} is not Ollama",
            f"`byok add openai-compatible --endpoint {way.ollama}` lists its models; "
            "`--endpoint URL` names where Ollama is",
        )
    return f"Ollama {found.version} answers at {way.ollama}"


def _wait(way: Way, seconds: float | None) -> bool:
    """Waits until Ollama answers, for so many seconds or for ever; whether it does."""
    begin = time.monotonic()
    what = f"Waiting for Ollama at {way.ollama}"
    with way.progress.working(what, long=True) as say:
        while seconds is None or time.monotonic() - begin < seconds:
            try:
                if parse_version(way.world.http.send("GET", f"{way.ollama}/api/version")):
                    return True
            except NoAnswer:
                pass
            time.sleep(PAUSE)
            if way.guide.asks:
                say(f"{what} ({time.monotonic() - begin:.0f} s; ctrl-c leaves)")
    return False


def _hint(start: Start) -> str:
    """How to start it, in one line."""
    line = f": `{start.line}`" if start.line else ""
    return f"{start.text}{line}; then run the same `byok setup` again"


# --- a model -------------------------------------------------------------------------------------


def model(way: Way) -> Done:
    """Chooses the model: the one that was named, else one of those that fit here."""
    entries = look(way.world).entries
    while way.choice is None:
        used = entry_in_use(entries, way.ollama.identity(), way.request)
        named = way.request or (_ask(way, used) if way.guide.asks else used.model if used else "")
        if way.choice is not None:
            break
        if not named:
            return "skipped", "no model was chosen"
        named = _spelled(way, named)
        entry = entry_in_use(entries, way.ollama.identity(), named)
        way.take(base_of(named), entry.model if entry else named, entry)
        if entry is not None:
            return "unchanged", f"`{entry.model}`, which droid's entry `{entry.label}` uses"
        if _taken(way):
            return "done", f"`{way.model}`"
        way.forget_model()
    return "done", f"`{way.choice.model}` of {way.choice.about.title}"


def _ask(way: Way, used: Entry | None) -> str:
    """Offers what fits and takes a number, a name, the cloud, or another provider."""
    models = _all(way) if way.server() else ()
    best = next((each.candidate.name for each in offers(models)), "")
    offered = offers(sorted(models, key=lambda each: not each.candidate.installed))
    first = used.model if used else "1" if offered else CLOUD
    way.guide.show("offer", offered, best, used)
    while True:
        word = way.guide.answer("Number, or any model's name", first).strip()
        if word.lower() == ANOTHER:
            another_provider(way)
            return ""
        if word.lower() == CLOUD:
            return CLOUD_ROW.model
        if word.isdigit() and 1 <= int(word) <= len(offered):
            return offered[int(word) - 1].candidate.name
        right = _meant(way, word)
        if right:
            like = f"byok knows no `{word}`, and it is not installed; closest: {right}"
            way.guide.show("misunderstood", like)
        elif not word.isdigit() and parse_name(word) is not None and len(word) > 1:
            return word
        else:
            told = f"`{word}` is neither a number from 1 to {len(offered)} nor a model's name"
            way.guide.show("misunderstood", told)


def _spelled(way: Way, named: str) -> str:
    """The name, or the right one for a slip of the pen. Raises ByokError when nobody can say."""
    right = _meant(way, named)
    if not right:
        return named
    if not way.guide.asks:
        raise ByokError(
            f"byok knows no model `{named}`, and it is not installed at {way.ollama}",
            f"Did you mean `{right}`? `byok pull {named}` downloads it all the same",
        )
    return right if way.guide.agrees(f"byok knows no `{named}`. Take `{right}`?") else named


def _meant(way: Way, named: str) -> str:
    """What a name was probably meant to be; "" for one that may be right."""
    server = way.server()
    if server is not None and server.model(named) is not None:
        return ""
    models = server.models if server is not None else None
    names = [each.name for each in models.value] if isinstance(models, Known) else []
    return meant(named, nearest(named, names))


def _all(way: Way) -> tuple[Ranked, ...]:
    """Every model that the server has or that is worth a download, the best first."""
    seen = way.look_at_models()
    return ranked(candidates(seen.candidates()), seen.free, seen.usual)


def next_better(way: Way) -> Ranked | None:
    """The next better model that fits here."""
    return better_than(way.named, _all(way), way.wanted.window or FLOOR)


def _taken(way: Way) -> bool:
    """Says what speaks against the model before anything is downloaded; whether it is taken.

    Raises ByokError where no window can be enough.
    """
    if is_cloud(way.model) or way.server() is None:
        return True
    seen = way.look_at_models()
    try:
        candidate = seen.candidate(way.named)
    except UsageError:
        raise
    except ByokError:
        return True  # nothing tells its size: the server will, when it has it
    _check_longest(way, candidate)
    held = fit(candidate, seen.free, replace(seen.usual, window=way.wanted.window or FLOOR))
    for warning in _warnings(way, held):
        way.findings.append(Finding("warning", way.named, warning))
        way.guide.show("warning", warning)
    return not way.findings or way.guide.agrees("Take it all the same?", default=False)


def _check_longest(way: Way, candidate: Candidate) -> None:
    """Raises ByokError for a window that the model itself does not reach."""
    longest, needed = candidate.shape.longest_window, way.wanted.window or FLOOR
    if longest and longest < needed and "window" not in way.wanted.skip:
        better = next_better(way)
        other = f"`{better.candidate.name}` goes further; " if better else ""
        wish = "were asked for" if way.wanted.window else "are what droid needs"
        raise ByokError(
            f"`{way.named}` itself ends at {show_tokens(longest)}, and {needed:,} {wish}",
            f"{other}`byok fit` shows what fits here",
        )


def _warnings(way: Way, held: Fit) -> list[str]:
    """Why droid will not do well with the model here."""
    found = []
    tools = held.candidate.tools
    if tools == "as text":
        found.append(f"`{way.named}` writes tool calls as text on Ollama, {NO_TOOLS}")
    elif tools == "no":
        found.append(f"`{way.named}` cannot call tools, {NO_TOOLS}")
    if held.here.where == "nowhere":
        found.append(
            f"`{way.named}` needs about {show_bytes(held.need.total)} at "
            f"{show_tokens(held.asked.window)}, which the free memory here does not hold"
        )
    better = next_better(way) if found else None
    if better is not None:
        found[-1] += f"; `{better.candidate.name}` does better here"
    return found
