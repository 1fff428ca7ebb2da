"""What byok lets an Ollama do: load a model, derive one with its own window, pull one."""

import contextlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from factory_byok.core.errors import ByokError
from factory_byok.core.facts import Json
from factory_byok.core.http import Deadline, Http, NoAnswer, Reply, parse_json
from factory_byok.core.json_fields import as_object, count, word
from factory_byok.core.model_names import same_model
from factory_byok.core.words import lower_first

LOAD_DEADLINE: Final = 300.0  # seconds: OLLAMA_LOAD_TIMEOUT's own default
CREATE_DEADLINE: Final = 120.0  # seconds; a derived model is one small file
STALL: Final = 60.0  # seconds without progress after which a pull is given up
SLOW_STALL: Final = 900.0  # the same while the server computes the digest of what it downloaded
MOST_BYTES: Final = 2**30  # of progress lines: 17 a second make 100 MB in half a day
MOST_LAYERS: Final = 10_000  # of one pull; the largest models have some 100
VERIFYING: Final = "verifying sha256 digest"  # server/images.go
LONGEST_LINE: Final = 500  # characters of a server's words that are shown


class Refused(ByokError):
    """The server answered, and said no; `status` is its HTTP status, 200 inside a stream."""

    def __init__(self, message: str, status: int) -> None:
        """Keeps the status."""
        super().__init__(message)
        self.status = status


@dataclass(frozen=True, slots=True)
class Step:
    """One line of a pull: what is done, and the bytes of one layer, 0 when it is about none."""

    status: str
    digest: str = ""
    total: int = 0
    completed: int = 0


def load(
    http: Http, endpoint: str, model: str, deadline: float = LOAD_DEADLINE, *, keep_alive: str = ""
) -> None:
    """Loads a model with no options, just as droid's first request would. Raises ByokError.

    It stays as long as the server's own setting says, or for the time in `keep_alive`.
    """
    body: dict[str, Json] = {"model": model, "stream": False}
    if keep_alive:
        body["keep_alive"] = keep_alive
    with _saying(f"`{model}` was not loaded"):
        reply = http.send("POST", f"{endpoint}/api/generate", body=body, deadline=deadline)
        _taken(reply, 200)


def unload(http: Http, endpoint: str, model: str) -> None:
    """Takes a model out of memory; a server that does not answer keeps it, which harms nobody."""
    body: Json = {"model": model, "stream": False, "keep_alive": 0}
    with contextlib.suppress(NoAnswer):
        http.send("POST", f"{endpoint}/api/generate", body=body)


def create(
    http: Http,
    endpoint: str,
    name: str,
    base: str,
    parameters: Mapping[str, Json],
    deadline: float = CREATE_DEADLINE,
) -> None:
    """Derives a model that shares all weights with its base. Raises ByokError.

    `deadline` is for the whole of it, however many lines the server writes meanwhile.
    """
    body: Json = {"model": name, "from": base, "parameters": dict(parameters)}
    with _saying(f"`{name}` was not made"):
        for _ in _rows(http, f"{endpoint}/api/create", body, Deadline(deadline)):
            pass


def delete(http: Http, endpoint: str, name: str) -> None:
    """Deletes a model; weights that another one shares stay. Raises ByokError."""
    with _saying(f"`{name}` was not deleted"):
        _taken(http.send("DELETE", f"{endpoint}/api/delete", body={"model": name}), 200, 404)


def digest_of(http: Http, endpoint: str, name: str) -> str:
    """The digest of a model by the server's list, "" when it is not there. Raises ByokError."""
    with _saying("The server does not list models"):
        rows = as_object(http.send("GET", f"{endpoint}/api/tags").json()).get("models")
    for row in rows if isinstance(rows, list) else []:
        if same_model(word(as_object(row), "name"), name):
            return word(as_object(row), "digest")
    return ""


def pull(http: Http, endpoint: str, model: str, stall: float = STALL) -> Iterator[Step]:
    """Pulls a model; each line is a Step, and every error inside the 200 stream is raised.

    Raises Refused with the server's words, NoAnswer when the connection ends, or when nothing went
    on for `stall` seconds. What was downloaded stays, and the next pull goes on from there.
    """
    body: Json = {"model": model, "stream": True}
    clock, furthest = Deadline(stall), dict[str, int]()
    for row in _rows(http, f"{endpoint}/api/pull", body, clock):
        total, completed = count(row, "total") or 0, count(row, "completed") or 0
        step = Step(_short(word(row, "status")), word(row, "digest"), total, completed)
        # Bytes are progress, and no other line is, however many come and whatever they say.
        if completed > furthest.get(step.digest, 0) and len(furthest) < MOST_LAYERS:
            furthest[step.digest] = completed
            clock.extend(stall)
        elif step.status == VERIFYING and VERIFYING not in furthest:
            furthest[VERIFYING] = 0
            clock.extend(max(stall, SLOW_STALL))
        yield step


@contextlib.contextmanager
def _saying(what: str) -> Iterator[None]:
    """Says of a silence or a refusal what it kept from happening. Raises ByokError."""
    try:
        yield
    except Refused as refusal:
        raise Refused(f"{what}: {refusal.message}", refusal.status) from None
    except NoAnswer as silence:
        raise ByokError(f"{what}: {lower_first(silence.message)}") from None


def _taken(reply: Reply, *statuses: int) -> None:
    """Raises Refused, with the server's words, for a reply of another status."""
    if reply.status not in statuses:
        raise Refused(_said(reply.body), reply.status)


def _rows(http: Http, url: str, body: Json, clock: Deadline) -> Iterator[Mapping[str, Json]]:
    """The objects of a streamed reply up to `success`."""
    finished = False
    with http.stream("POST", url, body=body, deadline=clock, most_bytes=MOST_BYTES) as stream:
        if stream.status != 200:
            raise Refused(_said(stream.read()), stream.status)
        for line in stream.lines():
            row = _row(line)
            finished = finished or word(row, "status") == "success"
            if row:
                yield row
    if not finished:
        raise NoAnswer("protocol", "The server ended the stream before it was done")


def _row(line: str) -> Mapping[str, Json]:
    """One line's object; {} for an empty line. Raises Refused for an error, NoAnswer for noise."""
    if not line.strip():
        return {}
    row = parse_json(line)
    if not isinstance(row, dict):
        raise NoAnswer("json", "The reply is not a list of objects")
    if "error" in row:
        raise Refused(_short(row["error"]), 200)
    return row


def _said(body: bytes) -> str:
    """What a refusal says, from Ollama's `{"error": ...}` or as it stands."""
    try:
        row = parse_json(body)
    except NoAnswer:
        return _short(body.decode("utf-8", "replace")) or "the server gave no reason"
    if isinstance(row, dict) and "error" in row:
        return _short(row["error"])
    return _short(body.decode("utf-8", "replace"))


def _short(said: Json) -> str:
    """A server's words on one line and not too long."""
    words = said if isinstance(said, str) else json.dumps(said)
    return " ".join(words.split())[:LONGEST_LINE]
