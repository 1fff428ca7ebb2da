"""Exercise `tools`: one tool is called, its result goes back, and the answer uses it.

droid acts through tools alone and always streams, so the streamed turn is tried first; up to
three tries each, because a model that calls two times out of three is worth knowing.
"""

import secrets
import time
from dataclasses import dataclass, field
from typing import Final

from factory_byok.core.facts import Exercise, Json
from factory_byok.exercises.chat import CONTEXT
from factory_byok.exercises.conversation import Ask, Call, Tool, Turn
from factory_byok.exercises.exchange import Exchange
from factory_byok.exercises.session import SHOWN, Session, evidence_of
from factory_byok.exercises.tool_calls import WORDS, judge

TRIES: Final = 3
ROUNDS: Final = 3  # calls in one turn after which it is a loop
MOST_TOKENS: Final = 256  # a call is 30 tokens; what is longer than this is no call
MOST_THOUGHTS: Final = 1_024  # for a model that thinks before it calls
SYSTEM: Final = "You are Droid, an AI software engineering agent. Use the tools that you have."
PROMPT: Final = "Call get_weather for Paris and repeat its report."
TOOL: Final = Tool(
    "get_weather",
    "Get the weather report for a city.",
    {
        "type": "object",
        "properties": {"city": {"type": "string", "description": "Name of the city"}},
        "required": ["city"],
        "additionalProperties": False,
    },
)


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


def run(session: Session) -> Exercise:
    """Passes when a whole turn succeeds streamed, and in one piece too."""
    if session.can("tools") is False:
        # The server's list may be wrong for jinja templates, so the request decides.
        session.say("The server says that this model has no tools; asking all the same")
    end = time.monotonic() + session.limits.tools
    streamed = _tries(session, end, stream=True)
    whole = _tries(session, end, stream=False) if streamed.passed else Tried()
    failed = next((tried for tried in (streamed, whole) if _failed(tried)), None)
    evidence = _evidence(streamed, whole)
    if failed is None:
        return session.result("tools", "passed", evidence=evidence)
    verdict = failed.verdicts[-1]
    manner = "" if failed is streamed else " when it is not streamed"
    if verdict == "broken" and failed.last is not None:
        return _refused(session, failed.last, evidence)
    tries = len(failed.verdicts)
    rate = f" ({failed.calls} of {tries} tries called it properly)"
    reason = f"{WORDS[verdict]}{manner}{rate if tries > 1 else ''}"
    return session.result("tools", "failed", reason, {**evidence, "fault": verdict})


def _failed(tried: Tried) -> bool:
    """Whether there were tries and none succeeded."""
    return bool(tried.verdicts) and not tried.passed


def _refused(session: Session, done: Exchange, evidence: dict[str, Json]) -> Exercise:
    """A request that broke; a model without tools is named as such."""
    if done.status == 400 and "does not support tools" in done.error_body:
        shown = {**evidence_of(done), **evidence, "fault": "no_capability"}
        return session.result("tools", "failed", WORDS["no_capability"], shown)
    return session.failed("tools", done, **evidence)


def _tries(session: Session, end: float, *, stream: bool) -> Tried:
    """Turns until one succeeds, three at most, and no new one when time is up."""
    tried = Tried()
    for number in range(TRIES):
        if number and time.monotonic() > end:
            break
        manner = "streamed" if stream else "in one piece"
        session.say(f"Giving {session.target.model} a tool ({manner}, try {number + 1})")
        verdict = _turn(session, tried, stream=stream)
        tried.verdicts.append(verdict)
        if verdict in ("used", "broken"):
            break
    return tried


def _turn(session: Session, tried: Tried, *, stream: bool) -> str:
    """One turn: the question, the call, its result, the answer; the verdict on it."""
    code = "".join(str(secrets.randbelow(10)) for _ in range(5))
    turns = [Turn("user", CONTEXT, parts=True), Turn("user", PROMPT)]
    for number in range(ROUNDS):
        most = MOST_THOUGHTS if session.can("thinking") else MOST_TOKENS
        ask = Ask(tuple(turns), most, SYSTEM, (TOOL,), stream=stream)
        # A model that rambles is judged by what it has said before the deadline of an answer.
        done = session.ask(ask, reading=session.limits.answer, enough=session.limits.answer * 0.8)
        tried.last = done
        if done.fault:
            return "broken"
        if number and not done.answer.calls:
            return "used" if code in done.answer.text + done.answer.reasoning else "unused"
        verdict = judge(done.answer, TOOL)
        if done.answer.calls and not tried.arguments:
            tried.arguments = done.answer.calls[0].arguments[:SHOWN]
        if verdict != "call":
            return verdict
        tried.calls += number == 0
        turns += _result(done.answer.text, done.answer.calls[0], code)
    return "loop"


def _result(text: str, call: Call, code: str) -> list[Turn]:
    """The model's call and its result, which is the last message of the next request."""
    known = Call(call.id or "call_1", call.name, call.arguments)
    report = f"18 C, sunny, station {code}"
    return [Turn("assistant", text, calls=(known,)), Turn("tool", report, call_id=known.id)]


def _evidence(streamed: Tried, whole: Tried) -> dict[str, Json]:
    """The verdict of each try, and how many calls were proper."""
    found: dict[str, Json] = {}
    for name, tried in (("streamed", streamed), ("whole", whole)):
        found[f"{name}_tries"] = len(tried.verdicts)
        found[f"{name}_calls"] = tried.calls
        found[f"{name}_verdicts"] = list(tried.verdicts)
    last = whole.last or streamed.last
    found["arguments"] = streamed.arguments
    return {**(evidence_of(last) if last else {}), **found}
