"""The machine and the hardware table in words."""

from collections.abc import Iterator
from typing import Final

from factory_byok.core.facts import Cpu, Gpu, Known, Machine, Memory, Unknown
from factory_byok.core.units import show_bytes

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


def memory_phrase(memory: Memory) -> str:
    """Memory as `25.2 GB, 24.1 GB available`, with the container's limit said."""
    limit = ", the container's limit" if memory.limited_by == "container" else ""
    return f"{show_bytes(memory.total)}{limit}, {show_bytes(memory.available)} available"


def gpu_phrases(machine: Machine) -> list[str]:
    """Each card, and each vendor whose cards could not be read; `none found` when all is known."""
    phrases: list[str] = []
    for vendor, reading in machine.gpus.items():
        if isinstance(reading, Unknown):
            phrases.append(f"{vendor}: could not be read ({reading.why})")
        else:
            phrases += [_gpu(gpu) for gpu in reading.value]
    return phrases or ["none found"]


def _gpu(gpu: Gpu) -> str:
    """One card with its memory."""
    if isinstance(gpu.memory, Unknown):
        return f"{gpu.name}, memory not known: {gpu.memory.why}"
    kind = "shared with the system" if gpu.unified else "GPU memory"
    free = f", {show_bytes(gpu.free.value)} free" if isinstance(gpu.free, Known) else ""
    return f"{gpu.name}, {show_bytes(gpu.memory.value)} {kind}{free}"
