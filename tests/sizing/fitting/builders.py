"""Machines and models for the tests of what fits."""

from typing import Any

from factory_byok.core.facts import Gpu, Known, Machine, Memory
from factory_byok.core.units import GIB, Bytes
from factory_byok.sizing.fitting.candidate import Candidate, by_name
from factory_byok.sizing.fitting.free import Card, Free

GB = 10**9


def free(*gpus: float, memory: float = 60, **changes: Any) -> Free:
    """So many free GiB on each card, and so many GB of memory beside them."""
    cards = tuple(
        Card(f"card {at}", Bytes(round(size * GIB)), Bytes(round(size * GIB)))
        for at, size in enumerate(gpus)
    )
    return Free(cards, Known(Bytes(round(memory * GB))), **changes)


def model(name: str = "qwen3-coder:30b") -> Candidate:
    """A model of the catalogue."""
    found = by_name(name)
    assert found is not None
    return found


def a_card(total: float = 24, left: float | None = None, **changes: Any) -> Gpu:
    """An NVIDIA card of so many GiB."""
    left = total if left is None else left
    given: dict[str, Any] = {
        "name": "NVIDIA GeForce RTX 4090",
        "vendor": "nvidia",
        "memory": Known(Bytes(round(total * GIB))),
        "free": Known(Bytes(round(left * GIB))),
    }
    return Gpu(**{**given, **changes})


def a_machine(*cards: Gpu, memory: float = 64, available: float = 60, **changes: Any) -> Machine:
    """A Linux machine with those cards, and memory in GB."""
    given: dict[str, Any] = {
        "system": "linux",
        "memory": Known(Memory(Bytes(round(memory * GB)), Bytes(round(available * GB)))),
        "gpus": {"nvidia": Known(cards), "amd": Known(())},
    }
    return Machine(**{**given, **changes})
