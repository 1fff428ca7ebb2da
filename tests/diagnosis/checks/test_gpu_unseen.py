"""The check gpu_unseen."""

from typing import Any

import pytest

from factory_byok.core.facts import Gpu, Known, Loaded, ServerSettings, Snapshot
from factory_byok.core.units import Bytes
from factory_byok.diagnosis.checks.gpu_unseen import check
from tests.builders import ENDPOINT, a_machine, a_server, a_snapshot

SIZE = Bytes(20_000_000_000)


def a_card(left_out: str = "") -> Gpu:
    return Gpu("Radeon 780M", "amd", Known(Bytes(24_000_000_000)), left_out=left_out)


def a_load(on_gpu: int, card: Gpu, kind: Any = "service", system: Any = "linux") -> Snapshot:
    settings = Known(ServerSettings(started_by=kind))
    server = a_server(
        loaded=Known((Loaded("qwen3-coder:30b", SIZE, Bytes(on_gpu)),)), settings=settings
    )
    machine = a_machine(system=system, gpus={"amd": Known((card,))})
    return a_snapshot(machine=machine, servers={ENDPOINT: Known(server)})


def test_models_that_lie_in_memory_alone_beside_a_good_card_are_a_warning() -> None:
    (finding,) = check(a_load(0, a_card()))
    assert finding.level == "warning"
    assert "Radeon 780M" in finding.message
    assert "journalctl -u ollama" in finding.remedy.text


@pytest.mark.parametrize(
    ("kind", "system", "words"),
    [("container", "linux", "--gpus=all"), ("app", "windows", "server.log")],
)
def test_the_place_to_look_is_the_platforms_own(kind: Any, system: Any, words: str) -> None:
    (finding,) = check(a_load(0, a_card(), kind, system))
    assert words in finding.remedy.text


def test_an_integrated_card_that_is_left_out_can_be_switched_on() -> None:
    (finding,) = check(a_load(0, a_card("integrated GPUs are left out")))
    assert "OLLAMA_IGPU_ENABLE=1" in finding.remedy.text


def test_one_byte_on_the_card_no_load_and_no_card_are_silent() -> None:
    assert not list(check(a_load(1, a_card())))
    assert not list(check(a_snapshot(servers={ENDPOINT: Known(a_server(loaded=Known(())))})))
    assert not list(check(a_snapshot(machine=a_machine(gpus={}))))


def test_a_server_elsewhere_has_nothing_to_do_with_this_machines_card() -> None:
    far = "http://gpu.example:11434"
    server = a_server(loaded=Known((Loaded("m", SIZE, Bytes(0)),)))
    assert not list(check(a_snapshot(servers={far: Known(server)})))
