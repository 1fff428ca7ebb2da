"""What a server did with a prompt that was too long, decoded from the tokens that it counted.

Pure. Sources: Ollama's server/prompt.go and the recordings 20-*: Ollama cuts a rendered prompt
in silence, keeping k tokens of its head and then its tail, C - (C - k) / 2 in all (about half the
window C); before 0.30.11 it kept C - 1, before 0.30 all of C.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final, Literal

Signature = Literal["whole", "less_one", "half"]

# A cut prompt's count of tokens → the windows that leave that count. With k = 4 the half is
# C/2 + 2; models that begin with a BOS token have k = 5, C/2 + 3 for even C.
_WINDOWS: Final[dict[Signature, Callable[[int], tuple[int, ...]]]] = {
    "whole": lambda count: (count,),
    "less_one": lambda count: (count + 1,),
    "half": lambda count: (2 * count - 4, 2 * count - 6, 2 * count - 5),
}
# From this version on → the signature. The newest come first.
_BY_VERSION: Final[tuple[tuple[tuple[int, ...], Signature], ...]] = (
    ((0, 30, 11), "half"),
    ((0, 30, 0), "less_one"),
    ((0,), "whole"),
)
_SLACK: Final = 8  # tokens by which an estimate of a prompt's size may be off, at least
_SHARE: Final = 0.02  # ... and as a share of it


@dataclass(frozen=True, slots=True)
class Cut:
    """`kept` of `sent` tokens reached the model. `window` is the real window in tokens, 0 when
    the count does not tell; `signature` is the rule that it was read by, "" for none.
    """

    sent: int
    kept: int
    window: int = 0
    signature: str = ""


def was_cut(sent: int, counted: int) -> bool:
    """Whether a prompt of about `sent` tokens that the server counts as `counted` lost some."""
    return counted < sent - max(_SLACK, round(sent * _SHARE))


def decode(version: str, sent: int, counted: int, claimed: int = 0) -> Cut | None:
    """What was cut of one long user message, None when nothing was.

    `version` is Ollama's, "" for another server; `claimed` is the window that `/api/ps` tells, 0
    when it tells none. A signature that gives the claimed window is believed whatever the version
    (source builds call themselves 0.0.0); else the version's own decides.
    """
    if not was_cut(sent, counted):
        return None
    for signature, windows in _signatures(version):
        if claimed and claimed in windows(counted):
            return Cut(sent, counted, claimed, signature)
    if not version:
        return Cut(sent, counted)
    signature, windows = next(_signatures(version))
    return Cut(sent, counted, _roundest(windows(counted)), signature)


def _signatures(version: str) -> Iterator[tuple[Signature, Callable[[int], tuple[int, ...]]]]:
    """The signatures, the version's own first."""
    own = own_signature(version)
    for signature in (own, *(each for each in _WINDOWS if each != own)):
        yield signature, _WINDOWS[signature]


def own_signature(version: str) -> Signature:
    """How Ollama of a version cuts; what is no version, and 0.0.0, counts as the newest."""
    found = re.match(r"(\d+)\.(\d+)(?:\.(\d+))?", version)
    numbers = tuple(int(part or 0) for part in found.groups()) if found else (0, 0, 0)
    if numbers == (0, 0, 0):
        return "half"
    return next(signature for since, signature in _BY_VERSION if numbers >= since)


def _roundest(windows: tuple[int, ...]) -> int:
    """Of several possible windows the one that a person or a program would have set."""
    for step in (1024, 1000, 256, 100, 2):
        for window in windows:
            if window % step == 0:
                return window
    return windows[0]
