"""How long a large request takes, projected from small ones; pure.

Reading is taken for linear in the prompt beyond the largest one that was measured. Attention
grows faster than that, so a computed time is a lower bound.
"""

from dataclasses import dataclass
from typing import Final

from factory_byok.core.facts import Basis

FIRST_REQUEST: Final = 11_500  # tokens of droid's first interactive request, droid 0.225.2
ANSWER: Final = 200  # tokens
NEARLY: Final = 0.95  # of the whole counts as having measured it
LEAST: Final = 1e-6  # seconds per token; nothing reads faster than that


@dataclass(frozen=True, slots=True)
class Pace:
    """What was measured: prompts as (tokens, seconds to the first token) from the smallest on,
    writing in tokens per second with how many were written, and what stopped it if anything did.
    """

    prompts: tuple[tuple[int, float], ...]
    writing: float | None
    written: int
    stopped: str = ""


@dataclass(frozen=True, slots=True)
class Projection:
    """Seconds for droid's first request and for an answer (None when no pace is known), seconds
    for one more token of a prompt, and on what basis.
    """

    first_request: float
    answer: float | None
    per_token: float
    basis: Basis


def project(pace: Pace) -> Projection:
    """Projects droid's first request and its answer; measured only when both nearly were."""
    tokens, seconds = pace.prompts[-1]
    least_tokens, least_seconds = pace.prompts[0]
    per_token = (seconds - least_seconds) / max(tokens - least_tokens, 1)
    if per_token <= 0:  # too fast to tell from noise: what does not depend on length is included
        per_token = seconds / max(tokens, 1)
    per_token = max(per_token, LEAST)
    whole = tokens >= NEARLY * FIRST_REQUEST and pace.written >= NEARLY * ANSWER
    answer = ANSWER / pace.writing if pace.writing else None
    first = seconds + max(0, FIRST_REQUEST - tokens) * per_token
    return Projection(first, answer, per_token, "measured" if whole else "computed")
