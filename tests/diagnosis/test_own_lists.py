"""A server is known by its entries' own addresses; its list proves nothing about chat."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from factory_byok.core.facts import Known, Snapshot
from factory_byok.core.world import World
from factory_byok.diagnosis.checks import key_refused, model_missing, port_taken
from factory_byok.diagnosis.collect import Ask, collect
from tests.doubles.ollama.server import Server
from tests.verdicts.behaviour import KEY, MODEL, Behaviour
from tests.verdicts.catalogue import BEHAVIOURS

pytestmark = pytest.mark.outside
BY_NAME = {each.name: each for each in BEHAVIOURS}


@contextmanager
def running(behaviour: Behaviour) -> Iterator[str]:
    """The server of a behaviour; gives the entry's base URL."""
    server = Server("127.0.0.1", 0, behaviour.answer)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}{behaviour.path}"
    finally:
        server.shutdown()
        server.server_close()


def seen(home: Path, name: str, **changes: str) -> Snapshot:
    """What a diagnosis sees of the server of a behaviour."""
    behaviour = BY_NAME[name]
    with running(behaviour) as url:
        entry = {
            "model": MODEL, "displayName": "M", "apiKey": "k", "baseUrl": url,
            "provider": "generic-chat-completion-api", **behaviour.entry, **changes,
        }  # fmt: skip
        (home / ".factory").mkdir()
        (home / ".factory/settings.json").write_text(json.dumps({"customModels": [entry]}))
        return collect(World.real(), Ask(timeout=5.0, machine=False, droid=False))


@pytest.mark.parametrize(
    "name",
    ["healthy", "another version in the path", "key right", "list refused", "list forbidden",
     "list absent", "list broken", "healthy messages", "healthy responses"],
)  # fmt: skip
def test_a_server_with_which_droid_works_is_no_stranger(name: str, empty_home: Path) -> None:
    snap = seen(empty_home, name)
    assert [*port_taken.check(snap), *key_refused.check(snap), *model_missing.check(snap)] == []


def test_the_list_beside_the_chat_is_read(empty_home: Path) -> None:
    snap = seen(empty_home, "another version in the path")
    server = snap.servers[snap.entries[0].endpoint]
    assert isinstance(server, Known)
    assert server.value.model(MODEL) is not None


@pytest.mark.parametrize("name", ["key wrong", "key missing", "key wrong messages"])
def test_a_refused_key_is_found(name: str, empty_home: Path) -> None:
    snap = seen(empty_home, name)
    (finding,) = key_refused.check(snap)
    assert "Incorrect API key" in finding.message
    assert list(port_taken.check(snap)) == []


def test_the_right_key_is_silent(empty_home: Path) -> None:
    assert list(key_refused.check(seen(empty_home, "key wrong", apiKey=KEY))) == []


def test_a_name_outside_the_list_is_no_error(empty_home: Path) -> None:
    (finding,) = model_missing.check(seen(empty_home, "list of others"))
    assert finding.level == "warning"


@pytest.mark.parametrize(("name", "understood"), [("healthy", True), ("no responses", False)])
def test_a_chat_at_the_entrys_own_path_is_understood(
    name: str, understood: bool, empty_home: Path
) -> None:
    assert bool(seen(empty_home, name).chats) is understood


def test_a_web_page_stays_a_stranger(empty_home: Path) -> None:
    snap = seen(empty_home, "html")
    assert snap.refused_keys == {}
