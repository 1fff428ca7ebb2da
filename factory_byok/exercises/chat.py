"""Exercise `chat`: one chat completion in one piece, in the shape of droid's first request.

Without tools, so that a model that cannot take any still shows whether it can talk.
"""

from typing import Final

from factory_byok.core.facts import Exercise
from factory_byok.exercises.conversation import Answer, Ask, Turn
from factory_byok.exercises.session import Session, evidence_of

SYSTEM: Final = "You are Droid, an AI software engineering agent. Be brief."
CONTEXT: Final = "<system-reminder>\nThe working folder is empty.\n</system-reminder>"
# Enough for a sentence and a few thoughts before it, and still 30 s at 2 tokens per second.
MOST_TOKENS: Final = 64


def question(prompt: str, *, stream: bool) -> Ask:
    """droid's messages: system, a user's list of parts with the surroundings, the user's prompt."""
    turns = (Turn("user", CONTEXT, parts=True), Turn("user", prompt))
    return Ask(turns, MOST_TOKENS, SYSTEM, stream=stream)


def run(session: Session) -> Exercise:
    """Passes on a non-empty answer with a finish reason and usage numbers."""
    session.say(f"Asking {session.target.model} for one answer")
    done = session.ask(question("Say hello in one short sentence.", stream=False))
    if done.fault:
        return session.failed("chat", done)
    evidence = evidence_of(done)
    fault, reason = lacking(done.answer)
    if fault:
        return session.result("chat", "failed", reason, {**evidence, "fault": fault})
    return session.result("chat", "passed", evidence=evidence)


def lacking(answer: Answer) -> tuple[str, str]:
    """What a proper answer lacks: the machine's word and a sentence, both empty when nothing.

    Thoughts count as an answer: a model that thinks may need more tokens than the exercise grants.
    """
    if not (answer.text.strip() or answer.reasoning.strip() or answer.calls):
        return "empty_answer", "The model answered with nothing"
    if not answer.finish:
        return "no_finish", "The answer has no finish reason"
    if answer.prompt_tokens is None or answer.completion_tokens is None:
        return "no_usage", "The answer has no usage numbers, by which droid counts tokens"
    return "", ""
