"""Other addresses of an Ollama."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from factory_byok.core.addresses import Address
from factory_byok.core.http import Http, NoAnswer, Reply
from factory_byok.core.world import World
from factory_byok.providers.ollama.places import (
    instead_of,
    others_here,
    parse_gateway,
    refuses,
)
from tests.hardware.worlds import a_world

ROUTES = (
    "Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT\n"
    "eth0\t000014AC\t00000000\t0001\t0\t0\t0\t0000F0FF\t0\t0\t0\n"
    "eth0\t00000000\t010014AC\t0003\t0\t0\t0\t00000000\t0\t0\t0\n"
)


class Network(Http):
    """Addresses that answer, each with a body; all others refuse."""

    def __init__(self, answers: dict[str, str]) -> None:
        self.answers = answers

    def send(self, method: str, url: str, **_: Any) -> Reply:
        root, path = url.split("/api/")
        if root not in self.answers:
            raise NoAnswer("refused", "The connection was refused")
        told = '{"version":"0.33.0"}' if path == "version" else self.answers[root]
        return Reply(200, {}, told.encode())


def a_place(root: Path, answers: dict[str, str], **changes: Any) -> World:
    from dataclasses import replace

    path = root / "proc/net/route"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(ROUTES, "utf-8")
    return replace(a_world(root, **changes), open_http=lambda: Network(answers))


LOCAL = Address("http", "localhost", 11434)


def test_the_gateway_is_read_from_the_routes() -> None:
    assert parse_gateway(ROUTES) == "172.20.0.1"
    assert parse_gateway("") == ""


@given(st.text(max_size=200))
def test_no_text_breaks_the_reader_of_routes(text: str) -> None:
    parse_gateway(text)


def test_in_wsl_the_windows_machine_is_offered(tmp_path: Path) -> None:
    world = a_place(tmp_path, {"http://172.20.0.1:11434": "{}"}, env={"WSL_DISTRO_NAME": "Ubuntu"})
    assert str(instead_of(world, LOCAL)) == "http://172.20.0.1:11434"


def test_in_a_container_its_host_is_offered(tmp_path: Path) -> None:
    world = a_place(
        tmp_path, {"http://host.docker.internal:11434": "{}"}, env={"container": "docker"}
    )
    assert str(instead_of(world, LOCAL)) == "http://host.docker.internal:11434"


def test_on_a_plain_machine_only_the_other_loopback_address_is_tried(tmp_path: Path) -> None:
    answers = {"http://172.20.0.1:11434": "{}", "http://127.0.0.1:11434": "{}"}
    world = a_place(tmp_path, answers)
    assert instead_of(world, LOCAL) is None
    assert str(instead_of(world, LOCAL._replace(host="::1"))) == "http://127.0.0.1:11434"


def test_a_server_elsewhere_has_no_other_place(tmp_path: Path) -> None:
    assert instead_of(a_place(tmp_path, {}), LOCAL._replace(host="gpu.example")) is None


def test_only_a_refusal_counts_as_one(tmp_path: Path) -> None:
    network = Network({"http://127.0.0.1:11434": "{}"})
    assert not refuses(network, LOCAL._replace(host="127.0.0.1"))
    assert refuses(network, LOCAL._replace(host="::1"))


@pytest.mark.parametrize("body", ["", "[]", "nonsense"])
def test_other_servers_that_tell_nothing_are_left_out(tmp_path: Path, body: str) -> None:
    listed = '{"models":[{"name":"llama3.3:70b"}]}'
    answers = {"http://127.0.0.1:11500": listed, "http://127.0.0.1:11501": body}
    found = others_here(a_place(tmp_path, answers), (11500, 11501), (11434,))
    assert found == {"http://127.0.0.1:11500": ("llama3.3:70b",)}
