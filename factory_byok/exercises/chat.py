"""Exercise `chat`: one short answer, asked for in the shape of droid's first request.

Without tools, so that a model that cannot take any still shows whether it can talk. Streamed, with
the entry's own output limit, since droid asks in no other way.
"""

from typing import Final

from factory_byok.core.facts import Exercise
from factory_byok.exercises.droid_request import small
from factory_byok.exercises.exchange import Enough, Exchange
from factory_byok.exercises.session import Session, evidence_of
from factory_byok.exercises.thinking import droid_limit

PROMPT: Final = "Say hello in one short sentence."
# Finish reasons after which droid asks on without end.
ENDLESS: Final = ("length", "pause_turn", "model_context_window_exceeded")
ENOUGH: Final = Enough(seconds=5.0)  # a sentence is there by then, or the model rambles


def run(session: Session) -> Exercise:
    """Passes on an answer that is not empty and that the server lets come to its end."""
    wait = "" if session.warm else f"; {session.limits.patience(session.limits.answer)}"
    session.say(f"Asking {session.target.model} for one answer{wait}")
    done = session.ask(small(PROMPT), enough=ENOUGH)
    if done.fault:
        return session.failed("chat", done)
    fault, reason = lacking(session, done)
    if fault:
        return session.wrong("chat", fault, reason, evidence_of(done))
    return session.result("chat", "passed", evidence=evidence_of(done))


def lacking(session: Session, done: Exchange) -> tuple[str, str]:
    """What a proper answer lacks: the machine's word and a sentence, both empty when nothing.

    Thoughts count as an answer. An answer that the server ends at a limit makes droid ask on and
    on (measured with 0.225.2). Missing token counts are a flaw that droid lives with.
    """
    answer = done.answer
    if not (answer.text.strip() or answer.reasoning.strip() or answer.calls):
        return "empty_answer", "The model answered with nothing"
    if answer.finish not in ENDLESS or done.stopped:
        return "", ""
    most = droid_limit(session.target)
    own = (answer.completion_tokens or done.pieces) >= most
    whose = f"The entry's output limit of {most:,g}" if own else "A limit of the server's own"
    fault = "own_limit" if own else "cut_off"
    return fault, f"{whose} ends the answer, and droid then asks without end"
