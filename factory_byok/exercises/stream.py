"""Exercise `stream`: a longer answer, whose pieces show how the server streams and how fast."""

from typing import Final

from factory_byok.core.facts import Exercise
from factory_byok.exercises.chat import lacking
from factory_byok.exercises.droid_request import small
from factory_byok.exercises.exchange import Enough
from factory_byok.exercises.session import Session, evidence_of, pace, rounded

PROMPT: Final = "Count from one to thirty in words."
ENOUGH: Final = Enough(seconds=10.0)  # the pace is known well enough by then


def run(session: Session) -> Exercise:
    """Passes when the answer arrives in a form that droid reads."""
    session.say(f"Streaming an answer from {session.target.model}")
    done = session.ask(small(PROMPT), enough=ENOUGH)
    speed = pace(done)
    if speed is not None:
        session.writing = (speed, done.answer.completion_tokens or done.pieces)
    evidence = {**evidence_of(done), "tokens_per_second": rounded(speed, 2)}
    if done.fault:
        return session.failed("stream", done, tokens_per_second=rounded(speed, 2))
    fault, reason = lacking(session, done)
    if fault:
        return session.wrong("stream", fault, reason, evidence)
    if done.answer.prompt_tokens is None and not done.stopped:
        evidence["flaws"] = [*done.flaws, "no_usage"]
    return session.result("stream", "passed", evidence=evidence)
