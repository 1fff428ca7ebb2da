"""Exercise `stream`: the same question streamed, which is the only way in which droid asks."""

from typing import Final

from factory_byok.core.facts import Exercise
from factory_byok.exercises.chat import lacking, question
from factory_byok.exercises.session import Session, evidence_of, pace, rounded

PROMPT: Final = "Count from one to thirty in words."


def run(session: Session) -> Exercise:
    """Passes when deltas arrive, then a finish reason, the usage and the stream's end mark."""
    session.say(f"Streaming an answer from {session.target.model}")
    done = session.ask(question(PROMPT, stream=True))
    evidence = {**evidence_of(done), "tokens_per_second": rounded(pace(done), 2)}
    if done.fault:
        return session.failed("stream", done, tokens_per_second=rounded(pace(done), 2))
    fault, reason = lacking(done.answer)
    if fault:
        return session.result("stream", "failed", reason, {**evidence, "fault": fault})
    return session.result("stream", "passed", evidence=evidence)
