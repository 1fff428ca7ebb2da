"""Exercise `speed`: droid's first request in its real size, and how long that and an answer take.

Slowness never fails it: the check `too_slow` judges. A request of that size that is refused does.
Where the whole would take too long it is projected from shorter ones and then called computed; what
other exercises measured on the way is used again.
"""

from dataclasses import replace
from functools import partial
from typing import Final

from factory_byok.core.facts import Exercise, Json
from factory_byok.core.units import show_seconds, show_tokens
from factory_byok.exercises.conversation import Ask, Turn
from factory_byok.exercises.droid_request import whole
from factory_byok.exercises.exchange import Enough, Exchange
from factory_byok.exercises.needles import SENTENCE, nonce
from factory_byok.exercises.projection import ANSWER, FIRST_REQUEST, Pace, Projection, project
from factory_byok.exercises.session import DIED, Session, evidence_of, pace, rounded

WHOLE: Final = 8_800  # tokens, about, of the first request of `droid exec` (0.225.2)
SMALL: Final = (4, 40)  # sentences of the two measuring prompts: about 100 and 600 tokens
QUICK: Final = 0.25  # of the time for all: what reads no faster is only begun
CHEAP: Final = 0.15  # of the whole, where each token costs money and the user asks for little
OF_TOOLS: Final = ("no_capability", "needs_jinja", "needs_tool_parser", "schema_refused")
WRITING: Final = Enough(seconds=20.0, pieces=ANSWER)
STORY: Final = "\nNow write a story of three hundred words about this fox."


def run(session: Session) -> Exercise:
    """Passes with numbers; fails when droid's first request is refused or breaks."""
    session.say(f"Measuring how fast {session.target.model} reads and writes")
    if not session.warm:
        session.ask(Ask((Turn("user", "Hello."),), most=1))
    if not session.hosted and not session.prompts and not session.refused:
        broken = _small(session)
        session.refused = bool(broken and broken.fault and broken.fault.status_seen)
        if broken and not session.refused:
            return _nothing(session, broken)
    share = _share(session)
    done = _first_request(session, share) if share else _story(session)
    if done.fault and done.fault.kind == "timeout" and session.prompts:
        share = 0.0  # the server took it, and a shorter prompt tells how long it reads
        done = replace(done, fault=None) if session.writing else _story(session)
    if done.fault and done.fault.kind not in ("timeout", "timeout_inside"):
        return session.failed("speed", done)
    counted = done.answer.prompt_tokens
    if done.first_token_seconds is not None and counted and share:
        session.prompts.append((counted, done.first_token_seconds))
    if not session.prompts:
        return _nothing(session, done)
    died = _write(session, done) if share and not session.hosted else None
    if died:
        return session.failed("speed", died)
    found = _pace(session, done)
    outlook = project(found)
    evidence = _evidence(session, found, outlook) | _proven(done, share)
    return session.result("speed", "passed", _words(outlook, cheap=session.cheap), evidence)


def _small(session: Session) -> Exchange | None:
    """Two small prompts; the exchange that broke, None when both were read."""
    for sentences in SMALL:
        done = _prompt(session, sentences)
        counted = done.answer.prompt_tokens
        if done.fault or counted is None:
            return done
        session.prompts.append((counted, done.first_token_seconds or done.seconds))
    return None


def _share(session: Session) -> float:
    """How much of droid's first request is sent: all, what money allows, or nothing."""
    if not session.cheap:
        return 1.0
    return CHEAP if session.hosted else 0.0


def _first_request(session: Session, share: float) -> Exchange:
    """droid's first request, with the entry's own output limit.

    Where reading it would take long it is only begun, since a refusal comes at once.
    """
    about = f"droid's first request, about {show_tokens(int(WHOLE * share))}"
    tokens, seconds = max(session.prompts, default=(0, 0.0))
    took = WHOLE * seconds / tokens if tokens else 0.0
    if took > session.limits.speed * QUICK:
        session.say(f"Looking whether the server takes {about}")
        send = partial(session.peek, enough=WRITING)
    else:
        session.say(
            f"Sending {about}" + (f", which takes about {show_seconds(took)}" if took else "")
        )
        send = partial(session.ask, reading=session.limits.speed, enough=WRITING)
    ask = whole(STORY, nonce(), share)
    done = send(ask)
    if done.fault and done.fault.kind in OF_TOOLS:  # the exercise `tools` says it
        done = send(replace(ask, tools=()))
    return done


def _story(session: Session) -> Exchange:
    """A short prompt and a longer answer, where only the writing is left to measure."""
    return _prompt(session, SMALL[0], ANSWER)


def _write(session: Session, done: Exchange) -> Exchange | None:
    """A story where a call, or a word, told no pace; the exchange in which the model died of it."""
    if pace(done) is not None or session.writing is not None:
        return None
    written = _story(session)
    if (speed := pace(written)) is not None:
        session.writing = (speed, written.answer.completion_tokens or written.pieces)
    return written if written.fault and written.fault.kind in DIED else None


def _prompt(session: Session, sentences: int, most: int = 1) -> Exchange:
    """A prompt of so many sentences that asks for a story of at most `most` tokens."""
    turns = (Turn("user", nonce() + SENTENCE * sentences + STORY),)
    return session.ask(Ask(turns, most=most), enough=WRITING)


def _pace(session: Session, done: Exchange) -> Pace:
    """What was measured here and before, the prompts from the smallest on."""
    writing, written = pace(done), done.answer.completion_tokens or done.pieces
    if writing is None and session.writing is not None:
        writing, written = session.writing
    stopped = done.fault.words if done.fault else ""
    return Pace(tuple(sorted(session.prompts)), writing, written, stopped)


def _nothing(session: Session, done: Exchange) -> Exercise:
    """No numbers: a broken exchange is a failure, a server that counts nothing is not."""
    if done.fault:
        return session.failed("speed", done)
    reason = "nothing was measured: the server gives no usage numbers"
    return session.result("speed", "passed", reason, evidence_of(done))


def _words(outlook: Projection, *, cheap: bool) -> str:
    """The two numbers for a person, and what a small request leaves unproven."""
    request = show_seconds(outlook.first_request)
    words = f"droid's first request of {show_tokens(FIRST_REQUEST)} takes {request}"
    if outlook.answer is not None:
        words += f", an answer of {ANSWER} tokens {show_seconds(outlook.answer)}"
    words = f"{words} ({outlook.basis})"
    if cheap:
        words += "; that a request of its size is taken was not tried"
    return words


def _proven(done: Exchange, share: float) -> dict[str, Json]:
    """Whether the whole request was sent, and the account's limit where a header told it."""
    return {
        "whole_request": share >= 1.0 and done.fault is None,
        "limit_a_minute": done.limit_a_minute or None,
    }


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
