"""A user message of a wanted size in tokens, with a marker at each end.

The text is one sentence repeated, so that its tokens grow evenly with its length: two small
calls tell how many tokens a sentence and all the rest have, whatever the tokenizer.
"""

import re
import secrets
from dataclasses import dataclass
from typing import Final

SENTENCE: Final = "The quick brown fox jumps over the lazy dog near the river bank.\n"


@dataclass(frozen=True, slots=True)
class Message:
    """The text, and the numbers that only its beginning and only its end hold."""

    text: str
    first: str
    last: str


@dataclass(frozen=True, slots=True)
class Scale:
    """Tokens of a prompt as a line over its sentences: `base` + `each` times their number."""

    base: float
    each: float

    def tokens(self, sentences: int) -> int:
        """How many tokens a message of so many sentences has."""
        return round(self.base + self.each * sentences)

    def sentences(self, tokens: int) -> int:
        """How many sentences fit into so many tokens, at least one."""
        return max(1, int((tokens - self.base) / self.each))


def message(sentences: int) -> Message:
    """A message of so many sentences; random digits before it defeat every cache.

    Single digits weigh the same in each message, so that the scale holds from one to the next.
    """
    first, last = _digits(4), _digits(4)
    text = (
        f"{nonce()}The first number to keep is {first}.\n"
        + SENTENCE * sentences
        + f"The last number to keep is {last}.\nReply with the two numbers, nothing else."
    )
    return Message(text, first, last)


def nonce() -> str:
    """A line of random digits, with which no prompt begins like an earlier one."""
    return f"{_digits(12)}\n"


def holds(answer: str, number: str) -> bool:
    """Whether an answer holds a number, with or without the spaces between its digits."""
    return number.replace(" ", "") in re.sub(r"\D", "", answer)


def _digits(count: int) -> str:
    """Random single digits with spaces between."""
    return " ".join(str(secrets.randbelow(10)) for _ in range(count))


def scale(small: tuple[int, int], large: tuple[int, int]) -> Scale | None:
    """The line through two measurements (sentences, tokens); None when it does not rise."""
    each = (large[1] - small[1]) / (large[0] - small[0])
    return Scale(small[1] - each * small[0], each) if each > 0 else None
