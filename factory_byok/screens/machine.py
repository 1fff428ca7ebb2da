"""The machine and the hardware table in words."""

from collections.abc import Iterator
from typing import Final

from factory_byok.core.facts import Cpu, Known, Machine, Unknown
from factory_byok.core.words import gpu_phrases, memory_phrase

SYSTEMS: Final = {"linux": "Linux", "darwin": "macOS", "windows": "Windows"}


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
