"""The check model_on_cpu."""

from factory_byok.core.facts import Known, Loaded, Snapshot
from factory_byok.core.units import Bytes, Tokens
from factory_byok.diagnosis.checks.model_on_cpu import check
from tests.builders import ENDPOINT, a_machine, a_server, a_snapshot

NO_GPU = a_machine(gpus={"nvidia": Known(())})


def loaded(on_gpu: int, size: int = 20_000_000_000, window: int = 65_536) -> Snapshot:
    rows = (Loaded("qwen3-coder:30b", Bytes(size), Bytes(on_gpu), Known(Tokens(window))),)
    return a_snapshot(servers={ENDPOINT: Known(a_server(loaded=Known(rows)))})


def test_a_part_in_memory_is_a_warning_with_how_much() -> None:
    (finding,) = check(loaded(15_000_000_000))
    assert finding.level == "warning"
    assert "5.0 GB (25 %)" in finding.message
    assert "--set 32000" in finding.remedy.text


def test_all_of_it_in_memory_beside_a_gpu_is_a_warning() -> None:
    (finding,) = check(loaded(0))
    assert finding.message.startswith("All of")


def test_a_single_byte_beside_the_gpu_counts_and_none_is_silent() -> None:
    assert list(check(loaded(19_999_999_999)))
    assert not list(check(loaded(20_000_000_000)))


def test_a_machine_without_a_gpu_is_silent_unless_the_server_shows_one() -> None:
    from dataclasses import replace

    assert not list(check(replace(loaded(0), machine=NO_GPU)))
    assert list(check(replace(loaded(1), machine=NO_GPU)))


def test_a_small_window_is_not_told_to_shrink() -> None:
    (finding,) = check(loaded(0, window=32_000))
    assert "--set" not in finding.remedy.text
