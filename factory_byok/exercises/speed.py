"""Exercise `speed`: how long droid's first request and a 200-token answer take here.

It never fails: the check `too_slow` judges. Where the whole would take too long it is projected
from a short measurement and then called computed.
"""

from typing import Final

from factory_byok.core.facts import Exercise, Json, Known
from factory_byok.core.units import show_seconds, show_tokens
from factory_byok.exercises.conversation import Ask, Turn
from factory_byok.exercises.exchange import Exchange
from factory_byok.exercises.needles import SENTENCE, nonce, scale
from factory_byok.exercises.projection import (
    ANSWER,
    FIRST_REQUEST,
    Pace,
    Projection,
    project,
)
from factory_byok.exercises.session import Session, evidence_of, pace, rounded

SMALL: Final = (4, 40)  # sentences of the two measuring prompts: about 100 and 600 tokens
CAUTION: Final = 0.5  # of the small prompt's pace is counted on for a large one
SAMPLE: Final = 1_500  # tokens sent at most where each token costs money
RESERVE: Final = 64  # tokens of a window left for the template
WRITING: Final = 20.0  # seconds of writing after which the pace is known well enough
STORY: Final = "\nNow write a story of three hundred words about this fox."


def run(session: Session) -> Exercise:
    """Passes with numbers, or is skipped with the reason why there are none."""
    session.say(f"Measuring how fast {session.target.model} reads and writes")
    if not session.warm:
        session.ask(Ask((Turn("user", "Hello."),), 1, stream=True))
    found = _measure(session)
    if isinstance(found, Exchange):
        why = found.fault.words if found.fault else "the server gives no usage numbers"
        reason = f"nothing was measured: {why}"
        return session.result("speed", "skipped", reason, evidence_of(found))
    outlook = project(found)
    return session.result("speed", "passed", _words(outlook), _evidence(session, found, outlook))


def _measure(session: Session) -> Pace | Exchange:
    """Two small prompts, then one as large as time and money allow, with an answer to it."""
    points: list[tuple[int, int]] = []
    prompts: list[tuple[int, float]] = []
    for sentences in SMALL:
        done = _send(session, sentences, 1)
        counted = done.answer.prompt_tokens
        if done.fault or counted is None:
            return done
        points.append((sentences, counted))
        prompts.append((counted, done.first_token_seconds or done.seconds))
    line = scale(points[0], points[1])
    size = _size(session, prompts[-1])
    sentences = line.sentences(size) if line and size else SMALL[-1]
    session.say(f"Reading and writing, with a prompt of {show_tokens(max(size, points[-1][1]))}")
    large = _send(session, sentences, ANSWER, reading=session.limits.speed)
    if large.fault and sentences > SMALL[-1]:
        large = _send(session, SMALL[-1], ANSWER)
    counted = large.answer.prompt_tokens or (line.tokens(sentences) if line else 0)
    if large.first_token_seconds is not None and counted > prompts[-1][0]:
        prompts.append((counted, large.first_token_seconds))
    written = large.answer.completion_tokens or large.pieces
    return Pace(tuple(prompts), pace(large), written, large.fault.words if large.fault else "")


def _size(session: Session, small: tuple[int, float]) -> int:
    """Tokens of the large prompt: droid's first request, or what time, window or money allow."""
    counted, seconds = small
    affordable = int(counted / max(seconds, 0.001) * CAUTION * session.limits.speed)
    model = session.model
    window = session.window
    if not window and model is not None and isinstance(model.window, Known):
        window = model.window.value.tokens
    room = window - ANSWER - RESERVE if window else FIRST_REQUEST
    price = SAMPLE if session.hosted else FIRST_REQUEST
    size = min(FIRST_REQUEST, affordable, room, price)
    return size if size > counted else 0


def _send(session: Session, sentences: int, most: int, reading: float = 0.0) -> Exchange:
    """A prompt of so many sentences that asks for a story of at most `most` tokens."""
    turns = (Turn("user", nonce() + SENTENCE * sentences + STORY),)
    return session.ask(Ask(turns, most, stream=True), reading=reading, enough=WRITING)


def _words(outlook: Projection) -> str:
    """The two numbers for a person."""
    request = show_seconds(outlook.first_request)
    words = f"droid's first request of {show_tokens(FIRST_REQUEST)} takes {request}"
    if outlook.answer is not None:
        words += f", an answer of {ANSWER} tokens {show_seconds(outlook.answer)}"
    return f"{words} ({outlook.basis})"


def _evidence(session: Session, found: Pace, outlook: Projection) -> dict[str, Json]:
    """Every number; the limits of `too_slow` travel along when they were set."""
    counted, seconds = found.prompts[-1]
    load = session.load_evidence.get("load_seconds")
    cold = session.cold_first_token
    if isinstance(load, float) and session.load_evidence.get("window_before") == 0:
        cold = load + found.prompts[0][1]
    return {
        "first_token_seconds": rounded(found.prompts[0][1]),
        "cold_first_token_seconds": rounded(cold),
        "prompt_tokens": counted,
        "prompt_seconds": rounded(seconds),
        "prompt_tokens_per_second": rounded(1 / outlook.per_token, 1),
        "completion_tokens": found.written,
        "tokens_per_second": rounded(found.writing, 2),
        "first_request_tokens": FIRST_REQUEST,
        "first_request_seconds": rounded(outlook.first_request, 2),
        "answer_tokens": ANSWER,
        "answer_seconds": rounded(outlook.answer, 2),
        "basis": outlook.basis,
        "stopped": found.stopped,
        "slow_first_request": session.limits.slow_first_request,
        "slow_tokens_per_second": session.limits.slow_tokens_per_second,
    }
