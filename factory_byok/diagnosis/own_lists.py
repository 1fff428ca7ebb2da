"""What each entry's own address says, asked as droid would ask: its base URL, key and headers.

Two questions that cost nothing: the list of models beside `chat/completions`, and an empty chat,
which every server refuses, one with a wrong key by 401. Only entries of the user's own files are
asked for; a project's key goes nowhere.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from factory_byok.core.addresses import parse_address, root_of
from factory_byok.core.errors import ByokError
from factory_byok.core.facts import STRANGE, Entry, Known, Reading, Server, Unknown
from factory_byok.core.http import Deadline, Http, NoAnswer, Reply
from factory_byok.core.requirements import MOST_ASKED
from factory_byok.core.world import World
from factory_byok.droid.settings.target import Target, target
from factory_byok.exercises.dialects import DIALECTS, headers_of, sendable, url_of
from factory_byok.exercises.refusal import message
from factory_byok.providers import listed_models
from factory_byok.providers.hosted import service_of
from factory_byok.providers.openai_compatible import PROVIDER as ANY
from factory_byok.providers.provider import Listing

OLLAMA: Final = 11434  # asked through its own API, and it ignores every key
Servers = Mapping[str, Reading[Server]]


@dataclass(frozen=True, slots=True)
class Told:
    """What came: the server by its list, whether an API answers there at all, why the key was
    refused (None when it was not), and whether a chat was understood.
    """

    server: Reading[Server]
    api: bool = False
    refused: str | None = None
    chats: bool = False


def own_questions(
    world: World, entries: Iterable[Entry], default: str, clock: Deadline, *, keys: bool = True
) -> dict[Any, Callable[[], Told]]:
    """One question for all entries that say the same; keyed by the ids of these entries.

    Without `keys` only the lists are asked for.
    """
    groups: dict[tuple[Any, ...], tuple[Target, list[str]]] = {}
    for entry in entries:
        aim = _aim(world, entry, default)
        if aim is not None:
            same = (aim.base_url, aim.dialect, aim.key, *sorted(aim.headers.items()))
            if same in groups or len(groups) < MOST_ASKED:
                groups.setdefault(same, (aim, []))[1].append(entry.id)
    return {
        ("own", tuple(ids)): partial(_ask, world.http, aim, clock, keys=keys)
        for aim, ids in groups.values()
    }


def _aim(world: World, entry: Entry, default: str) -> Target | None:
    """What droid would send for an entry; None where nothing is to be asked."""
    address = parse_address(entry.endpoint) if entry.endpoint else None
    own = entry.level == "user" and entry.fate == "listed" and entry.dialect in DIALECTS
    if not own or address is None or address.port == OLLAMA or entry.endpoint == default:
        return None
    if entry.key.unset or entry.key.fault not in ("", "bearer"):
        return None  # what is wrong with such a key is known without asking
    try:
        aim = target(world, entry)
    except ByokError:
        return None
    return aim if sendable(headers_of(aim)) else None


def _ask(http: Http, aim: Target, clock: Deadline, *, keys: bool) -> Told:
    """The list, which many servers tell everybody, then the empty chat, which proves the key."""
    try:
        url = f"{aim.base_url.removesuffix('/')}{_list_path(aim)}"
        listed = http.send("GET", url, headers=headers_of(aim), deadline=clock.left() / 2)
    except NoAnswer as silence:
        return Told(Unknown(silence.message, silence.kind))
    root = root_of(aim.base_url)
    provider = (service_of(root.host) if root else None) or ANY
    server = listed_models.parse(listed, provider, Listing())
    told = isinstance(server, Known) and isinstance(server.value.models, Known)
    if not keys:
        return Told(server, api=told)
    try:
        chat = http.send("POST", url_of(aim), body={}, headers=headers_of(aim), deadline=clock)
    except NoAnswer:
        return Told(server, api=told)
    refused = aim.hide(message(chat.text)) if chat.status == 401 else None
    api = _is_api(chat)
    return Told(server, told or api, refused, api and chat.status not in (401, 403))


def _list_path(aim: Target) -> str:
    """Where the list stands: beside the dialect's own path."""
    return "/v1/models" if aim.dialect == "anthropic" else "/models"


def _is_api(chat: Reply) -> bool:
    """Whether an answer to an empty chat comes from a model server: JSON, and no unknown path."""
    if chat.status == 401:
        return True
    json = chat.body.lstrip()[:1] in (b"{", b"[") or chat.content_type == "text/event-stream"
    return json and chat.status not in (404, 405) and not 300 <= chat.status < 400


def with_own_lists(
    servers: Servers, entries: Iterable[Entry], answers: Mapping[Any, Any]
) -> dict[str, Reading[Server]]:
    """The servers, where an entry's own address told more than the server's root did."""
    found = dict(servers)
    endpoints = {entry.id: entry.endpoint for entry in entries if entry.fate == "listed"}
    for ids, told in _told(answers):
        endpoint = endpoints.get(ids[0], "")
        before = found.get(endpoint)
        if before is None or _tells_models(before):
            continue
        if _tells_models(told.server):
            found[endpoint] = told.server
        elif told.api and isinstance(before, Unknown) and before.kind in STRANGE:
            models = Unknown("the server tells no models")
            found[endpoint] = Known(Server(ANY.name, models=models))
    return found


def refused_keys(answers: Mapping[Any, Any]) -> dict[str, str]:
    """The ids of the entries whose key was refused, with the server's own words."""
    return {
        id_: told.refused for ids, told in _told(answers) for id_ in ids if told.refused is not None
    }


def understood_chats(answers: Mapping[Any, Any]) -> tuple[str, ...]:
    """The ids of the entries at whose own path a chat was understood."""
    return tuple(id_ for ids, told in _told(answers) for id_ in ids if told.chats)


def _told(answers: Mapping[Any, Any]) -> list[tuple[tuple[str, ...], Told]]:
    """What came for each group of entries; a question that hung or broke is left out."""
    return [(key[1], told) for key, told in answers.items() if isinstance(told, Told)]


def _tells_models(reading: Reading[Server]) -> bool:
    """Whether a server's models are known."""
    return isinstance(reading, Known) and isinstance(reading.value.models, Known)
