"""The probe of Ollama against the double, whole and with every fault at every endpoint."""

import time
from collections.abc import Callable
from typing import Any

import pytest

from factory_byok.core.facts import STRANGE, Known, Server, Unknown
from factory_byok.core.http import Deadline, Http
from factory_byok.providers.ollama import probe as ollama
from factory_byok.providers.ollama.replies import parse_ps, parse_tags
from tests.doubles.faults import fault
from tests.doubles.misbehaviour import FAULTS
from tests.doubles.ollama import Ollama, Reply, a_model

pytestmark = pytest.mark.outside

Make = Callable[..., Ollama]
NAME = "qwen2.5-coder:32b"
CLOUD = "qwen3-coder:480b-cloud"
SECONDS = 0.4
ENDLESS = 20_000_000


def look(url: str, *wanted: str, seconds: float = 2.0) -> Any:
    return ollama.probe(Http(), url, Deadline(seconds), wanted)


def known(url: str, *wanted: str) -> Server:
    reading = look(url, *wanted)
    assert isinstance(reading, Known), reading
    server: Server = reading.value
    return server


@pytest.mark.parametrize("version", ["0.9.0", "0.15.0", "0.30.0", "0.33.0"])
def test_every_version_is_read_as_far_as_it_tells(version: str, ollama: Make) -> None:
    double = ollama([NAME], version=version)
    server = known(double.url, NAME)
    model = server.model(NAME)
    assert server.version == version
    assert model is not None
    assert model.longest_window == Known(32_768)
    assert model.capabilities == Known(("completion", "tools"))


def test_only_wanted_models_are_shown_and_no_key_is_sent(ollama: Make) -> None:
    double = ollama([NAME, "qwen2.5-coder:7b"])
    known(double.url, NAME)
    assert len(double.asked("/api/show")) == 1
    assert not any("authorization" in map(str.lower, seen.headers) for seen in double.requests)


def test_the_account_is_asked_for_a_cloud_model_only(ollama: Make) -> None:
    double = ollama([NAME, CLOUD])
    known(double.url, NAME)
    assert not double.asked("/api/me")
    double.state.cloud = "signed_out"
    assert known(double.url, CLOUD).cloud == Known("signed out")


@pytest.mark.parametrize(
    ("state", "told"),
    [("offline", "unreachable"), ("signed_out", "signed out"), ("signed_in", "usable")],
)
@pytest.mark.parametrize("listed", [True, False])
def test_what_the_account_says(state: Any, told: str, listed: bool, ollama: Make) -> None:
    double = ollama([CLOUD] if listed else [NAME])
    double.state.cloud = state
    assert known(double.url, CLOUD).cloud == Known(told)


def test_a_cloud_that_is_switched_off_is_told_without_asking_ollama_com(ollama: Make) -> None:
    double = ollama([CLOUD], env={"OLLAMA_NO_CLOUD": "1"})
    assert known(double.url, CLOUD).cloud == Known("disabled")
    assert not double.asked("/api/me")


def test_windows_that_newer_servers_foretell_are_read(ollama: Make) -> None:
    double = ollama([NAME])
    double.replies["/api/status"] = Reply(200, b'{"cloud":{},"context_length":65536}')
    row = {"name": NAME, "size": 9, "digest": "d", "details": {"projected_context_length": 32768}}
    double.replies["/api/tags"] = Reply(200, _json({"models": [row]}))
    server = known(double.url)
    assert server.told_window == Known(65_536)
    assert isinstance(server.models, Known)
    assert server.models.value[0].told_window == Known(32_768)


def test_a_proxy_that_poses_as_ollama_is_seen_through(ollama: Make) -> None:
    double = ollama([NAME])
    double.replies["/api/tags"] = Reply(200, _json({"models": [{"name": NAME, "size": 0}]}))
    assert known(double.url).poses
    double.replies["/v1/models"] = Reply(404, b"404 page not found", "text/plain")
    reading = look(double.url)
    assert isinstance(reading, Unknown)
    assert reading.kind == "other"


def _json(body: Any) -> bytes:
    import json

    return json.dumps(body).encode()


def test_an_empty_403_is_a_stranger_to_this_host_name() -> None:
    with fault("empty_403") as url:
        assert look(url).kind == "forbidden"


def test_a_redirect_is_not_followed(ollama: Make) -> None:
    double = ollama([NAME])
    with fault("redirect_302", location=f"{double.url}/api/version") as url:
        assert look(url).kind == "redirect"
    assert not double.requests


@pytest.mark.parametrize("name", ["refused", *FAULTS])
def test_every_fault_at_the_front_door_is_unknown_in_bounded_time(name: str) -> None:
    with fault(name, size=ENDLESS, interval=0.05) as url:
        begin = time.monotonic()
        reading = look(url, NAME, seconds=SECONDS)
        assert time.monotonic() - begin < SECONDS + 0.5
    assert isinstance(reading, Unknown) or reading.value.provider == "openai-compatible"
    if isinstance(reading, Unknown):
        assert reading.kind in ("refused", "timeout", "reset", "forbidden", *STRANGE), reading


@pytest.mark.parametrize("path", ["/api/tags", "/api/ps", "/api/show", "/api/status", "/api/me"])
@pytest.mark.parametrize("name", FAULTS)
def test_every_fault_further_in_spoils_only_its_own_part(
    path: str, name: str, ollama: Make
) -> None:
    double = ollama([NAME, CLOUD])
    with fault(name, only=path, beyond=double.url, size=ENDLESS, interval=0.05) as url:
        begin = time.monotonic()
        reading = look(url, NAME, CLOUD, seconds=SECONDS)
        assert time.monotonic() - begin < SECONDS + 0.5
    assert isinstance(reading, Known)
    server = reading.value
    assert server.version == "0.33.0"
    model = server.model(NAME)
    if path == "/api/tags" and name not in ("drip_body", "length_too_short"):
        assert isinstance(server.models, Unknown) or not server.models.value
    elif path != "/api/tags":
        assert model is not None
        assert bool(model.shape) is (path != "/api/show")
    if path == "/api/me":
        assert isinstance(server.cloud, Unknown) or server.cloud.value in (
            "signed out", "unreachable",
        )  # fmt: skip


def test_many_wanted_models_are_asked_within_one_deadline(ollama: Make) -> None:
    names = [f"m{number}:7b" for number in range(60)]
    double = ollama([a_model(name, 7.6) for name in names])
    assert isinstance(look(double.url, *names, seconds=20), Known)
    assert len(double.asked("/api/show")) == 32


def test_what_no_server_could_mean_is_cut_or_left_out() -> None:
    (model,) = parse_tags({"models": [{"name": "n" * 1_000_000, "size": 10**4000}]})
    assert (len(model.name), model.weights) == (4096, 0)


def test_a_server_that_claims_thousands_of_loaded_models_is_cut() -> None:
    assert len(parse_ps({"models": [{"name": f"m{n}:1b"} for n in range(5_000)]})) == 128
