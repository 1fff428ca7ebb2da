"""Server-sent events: the data of each event, from lines as they come."""

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Final

DONE: Final = "[DONE]"


def opened(lines: Iterable[str]) -> tuple[Iterator[str], str]:
    """The same lines without a byte order mark, and the first of them that says something."""
    rest = iter(lines)
    seen: list[str] = []
    for line in rest:
        seen.append(line if seen else line.removeprefix("\ufeff"))
        if seen[-1].strip():
            break
    return chain(seen, rest), seen[-1].strip() if seen else ""


def events(lines: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Name ("" without one) and data of each event.

    Comments (keep-alives) and events without data are passed over.

    An event that the end of the stream cuts off is given too, so that it can be judged. Source:
    html.spec.whatwg.org, section "Server-sent events".
    """
    name, data = "", list[str]()
    for line in chain(lines, [""]):
        if line.startswith("data:"):
            data.append(line[5:].removeprefix(" "))
        elif line.startswith("event:"):
            name = line[6:].removeprefix(" ")
        elif not line:
            if data:
                yield name, "\n".join(data)
            name, data = "", []


def looks_like(beginning: str) -> bool:
    """Whether a body begins as an event stream, whatever its content type says."""
    return beginning.lstrip("\ufeff").startswith(("data:", "event:", ":", "id:", "retry:"))
