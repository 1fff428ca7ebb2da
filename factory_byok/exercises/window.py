"""Exercise `window`: one long user message that proves how many tokens really reach the model.

One message, because Ollama never drops the last one: what is missing then was cut. The server's
own count of the prompt decides; the numbers at both ends are evidence.
"""

import time
from dataclasses import replace
from typing import Final

from factory_byok.core.facts import Exercise, ExerciseStatus, Json, Known
from factory_byok.core.units import show_tokens
from factory_byok.exercises.conversation import Ask, Turn
from factory_byok.exercises.session import DIED, Session, rounded
from factory_byok.exercises.window_proof import RESERVE, TINY, Proof, prove

NEEDED: Final = 32_000  # docs.factory.ai/cli/byok/ollama
SMALLEST: Final = 1_024  # a window in which not even the measuring messages fit
ROUNDING: Final = 40  # tokens more, so that whole sentences reach what is needed
LEAST: Final = 6_600  # from here on `speed`, with the whole of it, decides about droid's request
ENOUGH: Final = 8_800  # tokens of droid's first request, which an account's limit must let through


def run(session: Session) -> Exercise:
    """Passes when nothing was cut and the window holds what droid needs, as far as time allows."""
    if not session.warm:
        # One token, so that a load does not count as reading time.
        session.ask(Ask((Turn("user", "Hello."),), most=1))
    asked = session.limits.window_tokens
    floor = min(NEEDED, asked) if asked else NEEDED
    size, claimed = asked or NEEDED, _claimed(session)
    # Where no window is claimed, no more than one of that size holds beside the answer.
    wanted = min(size + ROUNDING, claimed - RESERVE) if claimed else size - RESERVE
    parameters = session.model.parameters if session.model else None
    tiny = isinstance(parameters, Known) and parameters.value < TINY
    proof = Proof(wanted=wanted, claimed=claimed, tiny=tiny)
    if not 0 < claimed < SMALLEST:
        prove(session, proof, time.monotonic() + session.limits.window)
    evidence = _evidence(proof, floor)
    session.refused = bool(proof.refusal or proof.broken)
    if proof.broken and proof.broken.fault:
        broken = session.failed("window", proof.broken, **evidence)
        own = proof.rate or (session.answered and proof.broken.fault.status_seen)
        if own and proof.broken.fault.kind not in DIED:
            # Not what droid sends, or more of it: `speed` says whether that is taken.
            return replace(broken, status="warning")
        return broken
    status, reason = judge(proof, floor)
    if asked and status == "warning":
        status = "failed"  # the user wants so much to be proven
    fault = None if status in ("passed", "skipped") else _fault(proof)
    return session.result("window", status, reason, {**evidence, "fault": fault})


def _claimed(session: Session) -> int:
    """The window in tokens that the server claims for this model; 0 when it claims none."""
    model = session.model
    if session.window or session.is_ollama or model is None:
        return session.window
    return model.window.value.tokens if isinstance(model.window, Known) else 0


def judge(proof: Proof, floor: int) -> tuple[ExerciseStatus, str]:
    """The status of a finished proof and one sentence; pure.

    It fails where droid's first request fails; what only later turns miss is a warning.
    """
    window = proof.claimed
    if proof.cut:
        return "warning", _cut_words(proof)
    if proof.a_minute and not proof.broken:
        return _a_minute(proof)
    small = 0 < proof.claimed < SMALLEST
    untold = not proof.counted and not proof.refusal and not proof.short_of_time
    if proof.broken or (untold and not small):
        return "skipped", "the server does not tell how many tokens it read, so nothing is proven"
    if proof.refusal:
        window = proof.refusal.window
        claim = f", although it claims {proof.claimed:,}" if window < proof.claimed else ""
        if not window:
            return (
                "warning",
                "The server refuses the prompt as too long without telling its window",
            )
        if window < floor:
            words = f"The server refuses prompts over its window of {show_tokens(window)}"
            status: ExerciseStatus = "failed" if window < LEAST else "warning"
            return status, f"{words}{claim}; {show_tokens(floor)} are needed"
    elif window and window < floor:
        words = f"The window is {show_tokens(window)}, under the {floor:,} that are needed"
        if not proof.counted:
            return "warning", words
        time_for = f"of the {proof.counted:,} that there was time for"
        whole = time_for if proof.short_of_time else "within it"
        return "warning", f"{words}; {whole} nothing was cut"
    return "passed", _passed_words(proof, floor, window)


def _a_minute(proof: Proof) -> tuple[ExerciseStatus, str]:
    """An account that allows fewer tokens a minute than were to be proven."""
    words = f"The account allows {show_tokens(proof.a_minute)} a minute"
    if proof.a_minute >= ENOUGH and not proof.proven:
        return "skipped", f"{words.lower()} and let no long message through, so nothing is proven"
    if proof.proven >= min(ENOUGH, proof.wanted):
        return "passed", f"{show_tokens(proof.proven)} reached the model whole; {words.lower()}"
    return "failed", f"{words}, and droid's first request alone has about {ENOUGH:,}"


def _cut_words(proof: Proof) -> str:
    """What was lost, and what the window really is."""
    assert proof.cut is not None
    words = (
        f"Only {proof.cut.kept:,} of {show_tokens(proof.cut.sent)} reached the model; "
        "the rest was cut without an error"
    )
    if not proof.cut.window:
        return words
    words += f". Its real window is {show_tokens(proof.cut.window)}"
    if proof.claimed and proof.claimed != proof.cut.window:
        words += f", although the server claims {proof.claimed:,}"
    return words


def _passed_words(proof: Proof, floor: int, claimed: int) -> str:
    """How much is proven and, where time ran out, how much is only claimed."""
    whole = proof.proven or proof.counted
    words = f"{show_tokens(whole)} reached the model whole"
    if not proof.short_of_time or whole >= floor - RESERVE:
        return words
    if claimed:
        return f"{words}; there was no time for more, so {claimed:,} are only claimed"
    return f"{words}; there was no time for more"


def _fault(proof: Proof) -> str:
    """The machine's word for why the exercise failed."""
    if proof.cut:
        return "cut"
    if proof.a_minute:
        return "tokens_a_minute"
    if proof.refusal:
        return "refused_length"
    return "window_small" if proof.counted or proof.claimed else "no_usage"


def _evidence(proof: Proof, floor: int) -> dict[str, Json]:
    """Whole numbers of tokens; `proven_window` is 0 when nothing was proven."""
    whole = proof.proven or (0 if proof.cut or proof.refusal else proof.counted)
    real = proof.cut.window if proof.cut else proof.refusal.window if proof.refusal else None
    first, last = proof.kept or (None, None)
    return {
        "sent_tokens": proof.sent,
        "prompt_tokens": proof.counted,
        "claimed_window": proof.claimed,
        "proven_window": whole,
        "needed_tokens": floor,
        "real_window": real,
        "refused_tokens": proof.refusal.prompt if proof.refusal else None,
        "limit_a_minute": proof.a_minute or None,
        "signature": proof.cut.signature if proof.cut else None,
        "first_number_repeated": first,
        "last_number_repeated": last,
        "short_of_time": proof.short_of_time,
        "seconds": rounded(proof.seconds),
        "prompt_tokens_per_second": rounded(proof.rate, 1),
    }
