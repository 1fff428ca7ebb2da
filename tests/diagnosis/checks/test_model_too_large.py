"""The check model_too_large."""

from dataclasses import replace
from typing import Any

import pytest

from factory_byok.core.facts import Gpu, Known, Memory, NotKnown, Snapshot, Unknown, Window
from factory_byok.core.units import Bytes, Tokens
from factory_byok.diagnosis.checks.model_too_large import check
from tests.builders import ENDPOINT, a_machine, a_model, a_server, a_snapshot, an_entry

SHAPE = {
    "general.architecture": "qwen3moe",
    "general.parameter_count": 30_532_122_624,
    "qwen3moe.block_count": 48,
    "qwen3moe.embedding_length": 2048,
    "qwen3moe.attention.head_count": 32,
    "qwen3moe.attention.head_count_kv": 4,
    "qwen3moe.attention.key_length": 128,
    "qwen3moe.attention.value_length": 128,
    "qwen3moe.context_length": 262_144,
}


def a_machine_with(memory: int, gpu: int = 0, window: int = 32_000, **model: Any) -> Snapshot:
    cards = (Gpu("RTX", "nvidia", Known(Bytes(gpu))),) if gpu else ()
    machine = a_machine(
        memory=Known(Memory(Bytes(memory), Bytes(memory))), gpus={"nvidia": Known(cards)}
    )
    told = a_model(shape=SHAPE, window=Known(Window(Tokens(window), "computed", "x")), **model)
    server = a_server(told, loaded=Known(()))
    return a_snapshot(machine=machine, servers={ENDPOINT: Known(server)})


def test_a_model_that_fits_nowhere_is_a_warning_with_the_numbers() -> None:
    (finding,) = check(a_machine_with(16_000_000_000))
    assert finding.level == "warning"
    assert "16.0 GB" in finding.message
    assert finding.remedy.command == ("byok", "fit", "qwen3-coder:30b")


def test_memory_and_gpu_together_hold_it() -> None:
    assert not list(check(a_machine_with(16_000_000_000, 24_000_000_000)))
    assert not list(check(a_machine_with(64_000_000_000)))


def test_a_larger_window_needs_more() -> None:
    assert not list(check(a_machine_with(26_000_000_000, window=32_000)))
    assert list(check(a_machine_with(26_000_000_000, window=262_144)))


def test_a_loaded_model_a_cloud_model_and_a_server_elsewhere_are_silent() -> None:
    small = a_machine_with(8_000_000_000)
    loaded = {ENDPOINT: Known(a_server(a_model(shape=SHAPE)))}
    assert not list(check(replace(small, servers=loaded)))
    assert not list(check(a_machine_with(8_000_000_000, remote_host="https://ollama.com:443")))
    far = "http://gpu.example:11434"
    entry = an_entry(endpoint=far, base_url=f"{far}/v1")
    servers = {far: small.servers[ENDPOINT]}
    assert not list(check(replace(small, entries=(entry,), servers=servers)))


def test_unknown_memory_is_skipped_with_the_reason() -> None:
    machine = a_machine(memory=Unknown("closed"))
    with pytest.raises(NotKnown):
        list(check(replace(a_machine_with(1), machine=machine)))
