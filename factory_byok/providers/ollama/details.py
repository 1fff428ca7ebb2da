"""More of Ollama's `/api/show`: of many models at once, or of one in full."""

from collections.abc import Iterable
from dataclasses import replace
from functools import partial
from typing import Final

from factory_byok.core.concurrency import together
from factory_byok.core.facts import Json, Known, Model, Reading, Server
from factory_byok.core.http import MOST_BYTES, Deadline, Http, NoAnswer, Reply
from factory_byok.providers.ollama.replies import parse_show

MOST_SHOWS: Final = 48  # of more models only the first so many are asked about
MOST_VERBOSE: Final = 128 * 2**20  # bytes; the whole vocabulary comes along, tens of megabytes


def details(
    http: Http, endpoint: str, models: Iterable[Model], deadline: Deadline
) -> tuple[Model, ...]:
    """The models with what `/api/show` tells of each; one that fails stays as it was."""
    listed = tuple(models)
    asked = [each for each in listed if not each.shape][:MOST_SHOWS]
    answers = together(
        {each.name: partial(_show, http, endpoint, each, deadline) for each in asked}
    )
    return tuple(
        told if isinstance(told := answers.get(each.name), Model) else each for each in listed
    )


def detailed(
    http: Http, endpoint: str, told: Reading[Server], deadline: Deadline
) -> Reading[Server]:
    """A server as it was told, an Ollama with the details of all its models."""
    if not isinstance(told, Known) or not told.value.is_ollama:
        return told
    server = told.value
    models = server.models.value if isinstance(server.models, Known) else ()
    if not models:
        return told
    return Known(replace(server, models=Known(details(http, endpoint, models, deadline))))


def in_full(http: Http, endpoint: str, model: Model, deadline: Deadline) -> Model:
    """The model with the arrays that only a verbose `/api/show` tells; unchanged when it fails."""
    return _show(http, endpoint, model, deadline, verbose=True)


def _show(
    http: Http, endpoint: str, model: Model, deadline: Deadline, *, verbose: bool = False
) -> Model:
    """One exchange; whatever goes wrong leaves the model as it was."""
    body: dict[str, Json] = {"model": model.name}
    if verbose:
        body["verbose"] = True
    try:
        reply: Reply = http.send(
            "POST",
            f"{endpoint}/api/show",
            body=body,
            deadline=deadline,
            most_bytes=MOST_VERBOSE if verbose else MOST_BYTES,
        )
        return parse_show(model, reply.json()) if reply.status == 200 else model
    except NoAnswer:
        return model
