"""Ollama: asked through its own API (github.com/ollama/ollama server/routes.go)."""

from collections.abc import Callable, Collection
from dataclasses import replace
from typing import Any, Final

from factory_byok.core.concurrency import together
from factory_byok.core.facts import (
    NOT_READ,
    Cloud,
    Json,
    Known,
    Model,
    Reading,
    Server,
    Unknown,
)
from factory_byok.core.http import MOST_BYTES, Deadline, Http, NoAnswer, Reply
from factory_byok.core.model_names import EVERY, is_cloud, same_model
from factory_byok.providers import listed_models
from factory_byok.providers.ollama.details import shown
from factory_byok.providers.ollama.replies import (
    parse_account,
    parse_cloud_switch,
    parse_default_window,
    parse_ps,
    parse_tags,
    parse_version,
)

WINDOW_SETTING: Final = "OLLAMA_CONTEXT_LENGTH"
LITTLE: Final = 2**18  # bytes of an answer that is no list of all models
MOST_SHOWS: Final = 32  # more configured models than this are not asked about one by one


def probe(
    http: Http,
    endpoint: str,
    deadline: Deadline,
    wanted: Collection[str] = (),
    *,
    expected: bool = True,
) -> Reading[Server]:
    """Reads an Ollama server: version, models, what is loaded, and `/api/show` of the wanted.

    `expected` says that Ollama should be here; elsewhere a server that does not know
    `/api/version` is asked whether it speaks OpenAI's protocol.
    """
    try:
        version = _asking(http, f"{endpoint}/api/version", deadline, LITTLE)()
    except NoAnswer as silence:
        return Unknown(silence.message, silence.kind)
    known = parse_version(version)
    if known is None:
        return _stranger(http, endpoint, deadline, version, expected=expected)
    answers = together(
        {
            "tags": _asking(http, f"{endpoint}/api/tags", deadline),
            "ps": _asking(http, f"{endpoint}/api/ps", deadline, LITTLE, share=0.5),
            "status": _asking(http, f"{endpoint}/api/status", deadline, LITTLE, share=0.5),
        }
    )
    models = _reading(answers["tags"], parse_tags, "/api/tags")
    loaded = _reading(answers["ps"], parse_ps, "/api/ps")
    status = _status(answers["status"])
    if isinstance(models, Known) and _poses(models.value):
        return _posing(http, endpoint, deadline)
    cloud: Reading[Cloud] = NOT_READ
    if isinstance(models, Known):
        asked = [each for each in models.value if _is_wanted(each, wanted)][:MOST_SHOWS]
        told = shown(http, endpoint, asked, deadline)  # a failed one leaves the list's
        models = Known(tuple(told.get(each.name, each) for each in models.value))
        if _wants_cloud(models.value, wanted):
            cloud = _cloud(http, endpoint, deadline, status)
    window = parse_default_window(status)
    server = Server("ollama", known, WINDOW_SETTING, models, loaded, NOT_READ, window, cloud)
    return Known(replace(server, whole_list=True))


def _poses(models: tuple[Model, ...]) -> bool:
    """Whether the list is that of a proxy such as oai2ollama, which serves models of others."""
    return bool(models) and not any(each.digest or each.weights for each in models)


def _posing(http: Http, endpoint: str, deadline: Deadline) -> Reading[Server]:
    """A server that poses as Ollama: droid may still reach its models by OpenAI's protocol."""
    answer = listed_models.probe(http, endpoint, deadline)
    if isinstance(answer, Known) and isinstance(answer.value.models, Known):
        return Known(replace(answer.value, poses=True))
    return Unknown("It imitates Ollama: its models have no digest and no size", "other")


def _wants_cloud(models: tuple[Model, ...], wanted: Collection[str]) -> bool:
    """Whether one of the wanted models runs in Ollama's cloud, by its name or by the list."""
    return any(
        is_cloud(name) or any(same_model(m.name, name) and m.remote_host for m in models)
        for name in wanted
    )


def _cloud(http: Http, endpoint: str, deadline: Deadline, status: Json) -> Reading[Cloud]:
    """Whether the server may use the cloud; `/api/me` makes it ask ollama.com each time."""
    if parse_cloud_switch(status):
        return Known("disabled")
    try:
        reply = http.send("POST", f"{endpoint}/api/me", deadline=deadline)
    except NoAnswer as silence:
        return Unknown(f"/api/me: {silence.message}", silence.kind)
    return parse_account(reply)


def _status(answer: object) -> Json:
    """The body of `/api/status`; null from servers before 0.16.2, which do not have it."""
    if not isinstance(answer, Reply) or answer.status != 200:
        return None
    try:
        return answer.json()
    except NoAnswer:
        return None


def _stranger(
    http: Http, endpoint: str, deadline: Deadline, version: Reply, *, expected: bool
) -> Reading[Server]:
    """What answers where `/api/version` is not Ollama's: an OpenAI-compatible server, or who?"""
    silent = listed_models.not_an_api(version)
    if expected and silent and silent.kind in ("forbidden", "html", "redirect"):
        return silent
    answer = listed_models.probe(http, endpoint, deadline)
    if isinstance(answer, Known) and isinstance(answer.value.models, Unknown) and expected:
        unknown = version.status in (200, 404, 405)
        told = "is unknown there" if unknown else f"answers {version.status}"
        return Unknown(f"It is not Ollama: /api/version {told}", "other")
    return answer


def _is_wanted(model: Model, wanted: Collection[str]) -> bool:
    """Whether a model is one of the wanted."""
    return any(name == EVERY or same_model(model.name, name) for name in wanted)


def _asking(
    http: Http, url: str, deadline: Deadline, most: int = MOST_BYTES, *, share: float = 1.0
) -> Callable[[], Reply]:
    """A question for `together`, which may take a share of what is left of the deadline."""

    def ask() -> Reply:
        clock = deadline if share == 1 else Deadline(deadline.left() * share)
        return http.send("GET", url, deadline=clock, most_bytes=most)

    return ask


def _reading(answer: object, parse: Callable[[Json], Any], path: str) -> Reading[Any]:
    """A parsed reply, or why there is none."""
    if isinstance(answer, NoAnswer):
        return Unknown(f"{path}: {answer.message}", answer.kind)
    if not isinstance(answer, Reply):
        return Unknown(f"{path} could not be asked", "other")
    if answer.status != 200:
        return Unknown(f"{path} answers {answer.status}", "status")
    try:
        return Known(parse(answer.json()))
    except NoAnswer as fault:
        return Unknown(f"{path}: {fault.message}", "json")
