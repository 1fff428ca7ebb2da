"""The machine, and how Ollama is present on it, in words."""

from collections.abc import Iterator
from typing import Final

from factory_byok.core.facts import (
    Cpu,
    InstallKind,
    Known,
    Machine,
    OllamaInstall,
    Reading,
    Unknown,
)
from factory_byok.core.words import gpu_phrases, memory_phrase

SYSTEMS: Final = {"linux": "Linux", "darwin": "macOS", "windows": "Windows"}
KINDS: Final[dict[InstallKind, str]] = {
    "service": "a service",
    "app": "the desktop app",
    "homebrew": "Homebrew's",
    "container": "in a container",
    "by hand": "started by hand",
}


def machine_rows(machine: Machine) -> Iterator[tuple[str, str]]:
    """What was read of the machine, a name and a sentence for each part."""
    yield "System", _system(machine)
    yield "Memory", _memory(machine)
    yield "GPU", "; ".join(gpu_phrases(machine))


def _system(machine: Machine) -> str:
    """The operating system and the processor."""
    where = " (WSL)" if machine.wsl else " (container)" if machine.container else ""
    cpu = machine.cpu
    if isinstance(cpu, Known):
        return f"{SYSTEMS[machine.system]}{where}, {_cpu(cpu.value)}"
    return f"{SYSTEMS[machine.system]}{where}"


def _cpu(cpu: Cpu) -> str:
    """The processor with what engines like about it."""
    told = {"avx512f": "AVX-512", "avx2": "AVX2", "neon": "NEON"}
    features = [name for word, name in told.items() if word in cpu.features]
    return ", ".join([cpu.name, f"{cpu.cores} threads", *features[:1]])


def _memory(machine: Machine) -> str:
    """Total and available memory, or why they are unknown."""
    memory = machine.memory
    if isinstance(memory, Unknown):
        return f"not known: {memory.why}"
    return memory_phrase(memory.value)


def ollama_phrase(reading: Reading[OllamaInstall]) -> str:
    """`a service (/usr/local/bin/ollama), runs on port 11434`, or why it is not known."""
    if isinstance(reading, Unknown):
        return f"not known: {reading.why}"
    install = reading.value
    ports = ", ".join(str(port) for port in install.ports)
    runs = f"runs on port {ports}" if ports else "runs"
    if install.kind == "absent":
        return f"no program found, but one {runs}" if install.running else "not installed"
    where = f" ({install.program})" if install.program else ""
    if install.running:
        return f"{KINDS[install.kind]}{where}, {runs}"
    kind = "installed" if install.kind == "by hand" else KINDS[install.kind]
    return f"{kind}{where}, does not run"
