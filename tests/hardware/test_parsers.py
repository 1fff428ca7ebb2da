"""Whatever a file, a program or a module says: no parser raises, and no size is made up."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from factory_byok.core.facts import Gpu, Memory, Unknown
from factory_byok.core.units import Bytes
from factory_byok.hardware import amd, apple, cpu, nvidia, ram, sysfs, windows

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)
TEXT_PARSERS: list[Callable[[str], Any]] = [
    ram.parse_meminfo,
    ram.parse_reserved,
    ram.parse_groups,
    lambda text: ram.parse_stat(text, "inactive_file"),
    cpu.parse_proc,
    sysfs.whole,
    lambda text: sysfs.parse_name(text, "0x1002", "0x744c"),
    nvidia.parse_table,
    amd.parse_node,
    amd.parse_rocm_smi,
    apple.parse_displays,
    apple.parse_size,
]
PIECES = ["MemTotal:", "memory:/", "0::", "kB", "\n", "\t", "card0", "{", "[", '"', "9" * 5000, ","]


@pytest.mark.parametrize("parser", TEXT_PARSERS)
@given(written=st.text() | st.lists(st.sampled_from(PIECES) | st.text(max_size=4)).map("".join))
def test_no_parser_of_text_raises(parser: Callable[[str], Any], written: str) -> None:
    parser(written)


CPU_WORDS = ("brand_raw", "hardware_raw", "arch", "count", "flags")


@given(JSON | st.dictionaries(st.sampled_from(CPU_WORDS), JSON))
def test_no_answer_of_py_cpuinfo_raises(told: Any) -> None:
    found = cpu.parse(told)
    assert isinstance(found, Unknown) or found.value.cores > 0


@given(JSON)
def test_no_remembered_processor_raises(kept: Any) -> None:
    cpu.parse_remembered(kept, "AMD EPYC")


@given(st.dictionaries(st.sampled_from(windows.VALUES), JSON | st.binary()))
def test_no_registry_value_raises(values: dict[str, object]) -> None:
    adapter = windows.parse_values(values)
    assert adapter is None or positive(windows.parse(adapter, take_integrated=False))


@given(st.dictionaries(st.sampled_from(amd.FILES), st.text()), st.text(), st.integers())
def test_no_amd_file_raises(files: dict[str, str], device: str, target: int) -> None:
    assert positive(amd.parse_card(amd.Sight(files, device, target=target), False))


@given(st.dictionaries(st.sampled_from(apple.SYSCTLS), st.text() | st.integers().map(str)))
def test_no_sysctl_raises(told: dict[str, str]) -> None:
    assert positive(apple.parse_silicon(told, Unknown("")))


def positive(gpu: Gpu) -> bool:
    """Whether a card has some memory, or says that this is unknown: never a made-up nothing."""
    return isinstance(gpu.memory, Unknown) or gpu.memory.value > 0


SIZES = st.integers(0, 2**50)
LIMITS = st.lists(st.builds(ram.Limit, st.integers(1, 2**62), st.none() | SIZES))


@given(SIZES, SIZES, SIZES, LIMITS)
def test_limits_only_ever_take_away(
    total: int, available: int, reserved: int, limits: list[ram.Limit]
) -> None:
    host = Memory(Bytes(total), Bytes(min(available, total)))
    found = ram.within(host, reserved, limits)
    assert 0 <= found.available <= found.total <= host.total
    assert found.available <= host.available
    tighter = ram.within(host, reserved, [*limits, ram.Limit(2**30, 2**20)])
    assert tighter.total <= found.total
    assert tighter.available <= found.available
