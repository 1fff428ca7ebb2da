"""Exercise `tools`: droid's own tools are offered, one is called, its result is used.

droid acts through tools alone and always streams. Up to three tries, because a model that calls two
times out of three, or a server that parses three calls of four, is worth knowing. When no streamed
call came through, one more try in one piece tells whether it is the streaming.
"""

import secrets
import time
from dataclasses import dataclass, field, replace
from typing import Final

from factory_byok.core.facts import Exercise, Json
from factory_byok.droid.known_models import keeps_signatures, known_model
from factory_byok.exercises.causes import FLAKY
from factory_byok.exercises.conversation import Answer, Call, Turn
from factory_byok.exercises.droid_request import TOOLS, small
from factory_byok.exercises.exchange import Enough, Exchange
from factory_byok.exercises.session import SHOWN, Session, evidence_of
from factory_byok.exercises.tool_calls import WORDS, judge

TRIES: Final = 3
ROUNDS: Final = 3  # calls in one turn after which it is a loop
MOST_PIECES: Final = 256  # a call is 30 tokens; what is longer than this is no call
MOST_THOUGHTS: Final = 1_024  # for a model that thinks before it calls
PROMPT: Final = "Call LS for the folder /srv/work and repeat its report."
AS_TEXT: Final = ("json_text", "tag_text", "function_text", "nothing")


@dataclass(slots=True)
class Tried:
    """The tries of one manner of asking: a verdict for each, and the last exchange."""

    verdicts: list[str] = field(default_factory=list)
    calls: int = 0
    last: Exchange | None = None
    arguments: str = ""

    @property
    def passed(self) -> bool:
        """Whether the last try was a whole turn: call, result, answer."""
        return bool(self.verdicts) and self.verdicts[-1] == "used"

    @property
    def flaky(self) -> bool:
        """Whether the last try broke in a way that another try may not."""
        fault = self.last.fault if self.last else None
        return fault is not None and fault.kind in FLAKY


def run(session: Session) -> Exercise:
    """Passes when a whole streamed turn succeeds."""
    if session.can("tools") is False:
        # The server's list may be wrong for jinja templates, so the request decides.
        session.say("The server says that this model has no tools; asking all the same")
    streamed = _tries(session, time.monotonic() + session.limits.tools)
    whole = Tried()
    if streamed.verdicts[-1] in AS_TEXT:
        session.say(f"Giving {session.target.model} tools (in one piece)")
        whole.verdicts.append(_turn(session, whole, stream=False))
    evidence = _evidence(streamed, whole)
    if streamed.passed:
        return session.result("tools", "passed", _passed_words(streamed), evidence)
    return _failed(session, streamed, whole, evidence)


def _passed_words(tried: Tried) -> str:
    """How often it went wrong before it went right."""
    bad = len(tried.verdicts) - 1
    return f"{bad} of {bad + 1} tries failed before one worked" if bad else ""


def _failed(session: Session, streamed: Tried, whole: Tried, evidence: dict[str, Json]) -> Exercise:
    """What went wrong, how often, and whether it is the streaming alone."""
    verdict, tries = streamed.verdicts[-1], len(streamed.verdicts)
    if verdict == "broken" and streamed.last is not None:
        failed = session.failed("tools", streamed.last, **evidence)
        rate = f" ({tries} of {tries} tries)" if tries > 1 else ""
        return replace(failed, reason=f"{failed.reason}{rate}")
    rate = f" ({streamed.calls} of {tries} tries called it properly)" if tries > 1 else ""
    if whole.passed or whole.calls:
        verdict = "only_whole"
    reason = f"{WORDS[verdict]}{rate}"
    return session.wrong("tools", verdict, reason, evidence)


def _tries(session: Session, end: float) -> Tried:
    """Turns until one succeeds, three at most, and no new one when time is up."""
    tried = Tried()
    for number in range(TRIES):
        if number and time.monotonic() > end:
            break
        session.say(f"Giving {session.target.model} droid's tools (try {number + 1})")
        verdict = _turn(session, tried, stream=True)
        tried.verdicts.append(verdict)
        if verdict == "used" or (verdict == "broken" and not tried.flaky):
            break
    return tried


def _turn(session: Session, tried: Tried, *, stream: bool) -> str:
    """One turn: the question, the call, its result, the answer; the verdict on it."""
    code = "".join(str(secrets.randbelow(10)) for _ in range(5))
    ask = replace(small(PROMPT, TOOLS), stream=stream)
    most = MOST_THOUGHTS if session.can("thinking") else MOST_PIECES
    if not stream:
        ask = replace(ask, most=most)
    # A model that rambles is judged by what it has said before the deadline of an answer.
    enough = Enough(session.limits.answer * 0.8, most)
    for number in range(ROUNDS):
        done = session.ask(ask, reading=session.limits.answer, enough=enough)
        tried.last = done
        if done.fault:
            return "broken"
        if number and not done.answer.calls:
            return "used" if code in done.answer.text + done.answer.reasoning else "unused"
        verdict = judge(done.answer, TOOLS)
        if done.answer.calls and not tried.arguments:
            tried.arguments = done.answer.calls[0].arguments[:SHOWN]
        if verdict != "call":
            return verdict
        tried.calls += number == 0
        call = done.answer.calls[0]
        ask = replace(ask, turns=(*ask.turns, *_result(session, done.answer, call, code)))
    return "loop"


def _result(session: Session, answer: Answer, call: Call, code: str) -> list[Turn]:
    """The model's call as droid sends it back, and its result."""
    name = session.target.model
    extra = call.extra if keeps_signatures(name) else None
    known_name = known_model(name)
    thoughts = answer.reasoning if known_name is not None and known_name.returns else ""
    known = Call(call.id or "call_1", call.name, call.arguments or "{}", extra)
    report = f"total 1: station-{code}.txt"
    return [
        Turn("assistant", answer.text, calls=(known,), thoughts=thoughts, kept=answer.kept),
        Turn("tool", report, call_id=known.id),
    ]


def _evidence(streamed: Tried, whole: Tried) -> dict[str, Json]:
    """The verdict of each try, and how many calls were proper."""
    found: dict[str, Json] = {}
    for name, tried in (("streamed", streamed), ("whole", whole)):
        found[f"{name}_tries"] = len(tried.verdicts)
        found[f"{name}_calls"] = tried.calls
        found[f"{name}_verdicts"] = list(tried.verdicts)
    last = streamed.last
    found["arguments"] = streamed.arguments
    return {**(evidence_of(last) if last else {}), **found}
