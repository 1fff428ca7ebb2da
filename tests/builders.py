"""A healthy machine as data; a test says only what it changes."""

from dataclasses import replace
from typing import Any

from factory_byok.core.facts import (
    Cpu,
    Defaults,
    Droid,
    Entry,
    Gpu,
    Key,
    Known,
    Loaded,
    Machine,
    Memory,
    Model,
    OllamaInstall,
    Server,
    SettingsFile,
    Snapshot,
    Window,
)
from factory_byok.core.units import Bytes, Parameters, Tokens
from factory_byok.version import MEASURED_DROID

ENDPOINT = "http://localhost:11434"
CONFIG = "/home/u/.factory/config.json"
SETTINGS = "/home/u/.factory/settings.json"


def an_entry(**changes: Any) -> Entry:
    """The page's own entry, listed."""
    entry = Entry(
        id="custom:Qwen-3-Coder-30B-[Local]-0",
        name="Qwen 3 Coder 30B [Local]",
        model="qwen3-coder:30b",
        base_url=f"{ENDPOINT}/v1",
        dialect="generic-chat-completion-api",
        file=CONFIG,
        level="user",
        kind="config",
        index=0,
        pointer="/custom_models/0",
        key=Key("literal", marker="not-needed"),
        max_output=16_000,
        endpoint=ENDPOINT,
    )
    return replace(entry, **changes)


def a_file(**changes: Any) -> SettingsFile:
    """A config.json that droid reads."""
    return replace(SettingsFile(CONFIG, "user", "config", "read", mode=0o600), **changes)


def a_model(**changes: Any) -> Model:
    """A model that is large enough, calls tools and has a good window."""
    model = Model(
        name="qwen3-coder:30b",
        digest="d" * 64,
        weights=Bytes(18_556_701_140),
        parameters=Known(Parameters(30_532_122_624)),
        quantization="Q4_K_M",
        family="qwen3moe",
        capabilities=Known(("completion", "tools")),
        longest_window=Known(Tokens(262_144)),
        window=Known(Window(Tokens(65_536), "measured", "the loaded model")),
    )
    return replace(model, **changes)


def a_server(*models: Model, **changes: Any) -> Server:
    """An Ollama that has the model loaded on the GPU."""
    size = Bytes(26_000_000_000)
    server = Server(
        provider="ollama",
        version="0.33.0",
        window_setting="OLLAMA_CONTEXT_LENGTH",
        models=Known(models or (a_model(),)),
        loaded=Known((Loaded("qwen3-coder:30b", size, size, Known(Tokens(65_536))),)),
    )
    return replace(server, **changes)


def a_machine(**changes: Any) -> Machine:
    """A workstation with one 48 GB card."""
    card = Gpu("NVIDIA RTX A6000", "nvidia", Known(Bytes(51_527_024_640)))
    machine = Machine(
        system="linux",
        memory=Known(Memory(Bytes(67_000_000_000), Bytes(60_000_000_000))),
        cpu=Known(Cpu("AMD Ryzen 9 7950X", 32, ("avx2", "avx512f"))),
        gpus={"nvidia": Known((card,)), "amd": Known(())},
    )
    return replace(machine, **changes)


def a_snapshot(**changes: Any) -> Snapshot:
    """A machine on which nothing is wrong."""
    snap = Snapshot(
        taken_at="2026-11-23T12:00:00+00:00",
        machine=a_machine(),
        files=(a_file(),),
        entries=(an_entry(),),
        defaults=Defaults(compaction_for={an_entry().id: 49_536}),
        default_endpoint=ENDPOINT,
        servers={ENDPOINT: Known(a_server())},
        ollama=Known(OllamaInstall("/usr/local/bin/ollama", "by hand", True)),
        droid=Known(Droid("/usr/local/bin/droid", Known(MEASURED_DROID))),
    )
    return replace(snap, **changes)
