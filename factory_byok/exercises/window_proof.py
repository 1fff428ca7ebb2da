"""Sending one long message by which a window is proven, refused or cut, as large as time allows."""

import time
from dataclasses import dataclass
from typing import Final

from factory_byok.core.units import show_seconds, show_tokens
from factory_byok.exercises.conversation import Ask, Turn
from factory_byok.exercises.exchange import Exchange
from factory_byok.exercises.needles import Message, Scale, holds, message, scale
from factory_byok.exercises.refusal import Overflow, overflow
from factory_byok.exercises.session import Session
from factory_byok.exercises.truncation import Cut, decode

MOST_TOKENS: Final = 24  # two numbers of four digits, each digit and space a token
RESERVE: Final = 64  # left of a window for the answer, and for a sentence that does not fit
SMALL: Final = (4, 40)  # sentences of the two measuring messages: about 150 and 700 tokens
LARGE: Final = 4_600  # passes Ollama's smallest automatic window, 4,096
QUICK: Final = 15.0  # seconds; what is read in less may be sent after another long message
# Reading slows down as a prompt grows: only half of a small prompt's pace is counted on, and less
# where that still leaves a message that is large enough.
CAUTION: Final = 0.5
THRIFT: Final = 0.8
TINY: Final = 1_000_000_000
MOST_MESSAGES: Final = 4  # after a refusal that names a smaller size comes one of that size
NEARLY: Final = 0.9  # of an account's limit is sent: services count other tokens than models do


@dataclass(slots=True)
class Proof:
    """What has come out so far, in tokens.

    `wanted` is the size to reach. `sent` and `counted` are of the last long message that was
    answered, `proven` is the largest that arrived whole. `broken` is an exchange that failed for
    another reason than the prompt's length; `rate` is in tokens per second; `a_minute` the limit of
    the account where that refused a message. `tiny` is a model (under TINY parameters) whose pace
    falls to a fraction over a long prompt: attention there outweighs the weights.
    """

    wanted: int
    claimed: int = 0
    tiny: bool = False
    sent: int = 0
    counted: int = 0
    proven: int = 0
    cut: Cut | None = None
    refusal: Overflow | None = None
    broken: Exchange | None = None
    short_of_time: bool = False
    seconds: float = 0.0
    rate: float = 0.0
    a_minute: int = 0
    kept: tuple[bool, bool] | None = None


def prove(session: Session, proof: Proof, deadline: float) -> None:
    """Fills the proof; `deadline` is the moment of the monotonic clock that ends it."""
    line = _measure(session, proof)
    if line is not None and not proof.claimed:
        _peek(session, proof, line)
    for _ in range(MOST_MESSAGES):
        if line is None or proof.cut or proof.proven >= proof.wanted - _grain(line):
            return
        size = _next_size(proof, deadline - time.monotonic())
        if size <= max(proof.proven, proof.counted) + _grain(line):
            proof.short_of_time = True
            return
        seconds = show_seconds(size / proof.rate)
        session.say(f"Sending a message of {show_tokens(size)}, which takes about {seconds}")
        told = message(line.sentences(size))
        sent = line.tokens(line.sentences(size))
        _record(
            session, proof, told, sent, _send(session, told, reading=size / proof.rate / CAUTION)
        )
        if proof.broken or proof.short_of_time or (proof.refusal and not proof.refusal.window):
            return


def _grain(line: Scale) -> int:
    """Tokens within which a size counts as reached: two sentences."""
    return int(2 * line.each) + 1


def _measure(session: Session, proof: Proof) -> Scale | None:
    """Two small messages: how many tokens a sentence has, and how fast the model reads."""
    session.say("Measuring how many tokens a sentence has")
    points = []
    for sentences in SMALL:
        told = message(sentences)
        done = _send(session, told)
        counted = done.answer.prompt_tokens
        if done.fault or counted is None:
            _failed(proof, done)
            return None
        points.append((sentences, counted))
        proof.sent = proof.counted = counted
        proof.rate = _rate(counted, done)
        session.prompts.append((counted, done.first_token_seconds or done.seconds))
    return scale(points[0], points[1])


def _peek(session: Session, proof: Proof, line: Scale) -> None:
    """The whole size for a few seconds, where no window is claimed."""
    session.say("Looking whether a long message is refused")
    told, sent = message(line.sentences(proof.wanted)), line.tokens(line.sentences(proof.wanted))
    done = session.peek(_long(told))
    if done.fault is None or done.status not in (0, 200):
        _record(session, proof, told, sent, done)


def _next_size(proof: Proof, left: float) -> int:
    """How many tokens to send: all that is wanted or can be afforded; 0 for no second long one."""
    affordable = int(proof.rate * CAUTION * left)
    if min(proof.wanted, affordable) / proof.rate < QUICK:
        return min(proof.wanted, affordable)
    thrifty = int(proof.rate * QUICK) if proof.tiny else int(affordable * THRIFT)
    return 0 if proof.proven else min(proof.wanted, affordable, max(LARGE, thrifty))


def _send(session: Session, told: Message, reading: float = 0.0) -> Exchange:
    """One message, streamed as droid asks, so that the first token tells the time of reading."""
    return session.ask(_long(told), reading=reading)


def _long(told: Message) -> Ask:
    """One user message and nothing else."""
    return Ask((Turn("user", told.text),), most=MOST_TOKENS)


def _record(session: Session, proof: Proof, told: Message, sent: int, done: Exchange) -> None:
    """Takes over what a long message came to."""
    counted = done.answer.prompt_tokens
    if done.fault or counted is None:
        _failed(proof, done)
        return
    version = session.server.version if session.server and session.is_ollama else ""
    proof.sent, proof.counted, proof.seconds = sent, counted, done.seconds
    proof.rate = _rate(counted, done)
    answer = done.answer.text + done.answer.reasoning
    proof.kept = (holds(answer, told.first), holds(answer, told.last))
    proof.cut = decode(version, sent, counted, proof.claimed)
    if proof.cut is None:
        proof.proven = max(proof.proven, min(sent, counted))
        session.prompts.append((counted, done.first_token_seconds or done.seconds))


def _failed(proof: Proof, done: Exchange) -> None:
    """Tells a prompt that is too long from time that ran out and from a real fault.

    A refusal that names the window lowers what is wanted to what should fit, to be proven next.
    """
    refusal = overflow(done.error_body) if done.status in (400, 413, 422, 500) else None
    if done.fault and done.fault.kind == "tokens_a_minute" and done.fault.number:
        proof.a_minute = done.fault.number
        proof.wanted = min(proof.wanted, int(proof.a_minute * NEARLY) - RESERVE)
    elif refusal:
        proof.refusal = refusal
        if refusal.window:
            proof.wanted = min(proof.wanted, refusal.window - RESERVE)
    elif done.fault and done.fault.kind in ("timeout", "timeout_inside"):
        proof.short_of_time = True
    else:
        proof.broken = done


def _rate(counted: int, done: Exchange) -> float:
    """Prompt tokens per second; a millisecond is the least time believed."""
    return counted / max(done.first_token_seconds or done.seconds, 0.001)
