"""System memory that programs here may use: the machine's own, cut by what a container allows."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from factory_byok.core.facts import Known, Memory, Reading, Unknown
from factory_byok.core.units import Bytes
from factory_byok.core.world import World
from factory_byok.hardware.guard import never_raises, reason_of
from factory_byok.hardware.sysfs import number, text, whole


@dataclass(frozen=True, slots=True)
class Limit:
    """What one control group allows and uses, in bytes; `used` is None when it does not tell."""

    allowed: int
    used: int | None = None


@never_raises("the memory")
def probe(world: World) -> Reading[Memory]:
    """Reads total and available memory, in bytes.

    Under WSL /proc/meminfo shows the share that Windows gives, so nothing else is needed there.
    """
    host = _host(world)
    if isinstance(host, Unknown) or world.system != "linux":
        return host
    reserved = parse_reserved(text(world.root / "proc/meminfo") or "")
    return Known(within(host.value, reserved, tuple(_limits(world))))


def within(host: Memory, reserved: int, limits: Sequence[Limit]) -> Memory:
    """The smallest of host and limits; every group above this one cuts what is left, too.

    `reserved` (bytes) lies in huge pages: it is part of the total, never of what is available.
    """
    total = max(host.total - reserved, 0)
    available = min(host.available, total)
    for limit in limits:
        left = limit.allowed if limit.used is None else max(limit.allowed - limit.used, 0)
        available = min(available, left)
    allowed = min((limit.allowed for limit in limits), default=total)
    if allowed < total:
        return Memory(Bytes(allowed), Bytes(available), "container")
    return Memory(Bytes(total), Bytes(available), "machine")


# --- the machine ---------------------------------------------------------------------------------


def _host(world: World) -> Reading[Memory]:
    """What psutil says, else on Linux what /proc/meminfo says."""
    try:
        return parse_host(_virtual_memory(world))
    except Exception as error:  # noqa: BLE001 - psutil fails in many ways where /proc is unusual
        if world.system != "linux":
            return Unknown(f"the memory could not be read: {reason_of(error)}")
    return parse_meminfo(text(world.root / "proc/meminfo"))


def _virtual_memory(world: World) -> Any:
    """psutil's answer; it is told where /proc lies when that is not the usual place."""
    psutil = world.load("psutil")
    if world.system != "linux" or world.root == Path("/"):
        return psutil.virtual_memory()
    usual = psutil.PROCFS_PATH
    psutil.PROCFS_PATH = str(world.root / "proc")
    try:
        return psutil.virtual_memory()
    finally:
        psutil.PROCFS_PATH = usual


def parse_host(told: Any) -> Reading[Memory]:
    """Takes `total` and `available` from psutil's answer; a total of nothing is no answer."""
    total, available = int(told.total), int(told.available)
    if total <= 0:
        return Unknown("the system says that it has no memory at all")
    return Known(Memory(Bytes(total), Bytes(min(max(available, 0), total))))


def parse_meminfo(written: str | None) -> Reading[Memory]:
    """Takes MemTotal and MemAvailable (kB) from /proc/meminfo."""
    lines = _meminfo(written or "")
    total = lines.get("MemTotal", 0)
    if total == 0:
        return Unknown("/proc/meminfo does not tell how much memory there is")
    available = lines.get("MemAvailable", lines.get("MemFree", 0))
    return Known(Memory(Bytes(total), Bytes(min(available, total))))


def parse_reserved(meminfo: str) -> int:
    """Bytes that lie in huge pages, which other programs cannot use (proc_meminfo(5)).

    `Hugetlb` counts pages of every size, the older lines only those of the default size.
    """
    lines = _meminfo(meminfo)
    default = lines.get("HugePages_Total", 0) * lines.get("Hugepagesize", 0)
    return max(lines.get("Hugetlb", 0), default)


def _meminfo(written: str) -> dict[str, int]:
    """Each line's number: bytes where the line says kB, else a count."""
    found = re.findall(r"^(\w+):[ \t]*([0-9]{1,15})([ \t]+kB)?[ \t]*$", written, re.MULTILINE)
    return {name: int(digits) * (1024 if unit else 1) for name, digits, unit in found}


# --- control groups ------------------------------------------------------------------------------


def _limits(world: World) -> Iterator[Limit]:
    """The limits of this process's groups and of all groups above them, both versions.

    In a container the path may be the host's and not exist here; the top of the tree is then the
    container's own group, so it is always looked at.
    """
    first, second = parse_groups(text(world.root / "proc/self/cgroup") or "")
    tree = world.root / "sys/fs/cgroup"
    for folder in _upwards(tree / "memory", first):
        yield from _version_one(folder)
    for folder in _upwards(tree, second):
        yield from _version_two(folder)


def parse_groups(written: str) -> tuple[str, str]:
    """The paths of the version 1 memory group and the version 2 group, "" for the top (cgroups(7)).

    A line is `4:memory:/docker/ab12` (version 1) or `0::/user.slice` (version 2).
    """
    first = re.search(r"^[0-9]+:(?:[^:\n]*,)?memory(?:,[^:\n]*)?:(/.*)$", written, re.MULTILINE)
    second = re.search(r"^0::(/.*)$", written, re.MULTILINE)
    return first[1] if first else "", second[1] if second else ""


def _upwards(top: Path, path: str) -> Iterator[Path]:
    """The group's folder and every folder above it up to the top."""
    parts = [part for part in PurePosixPath(path).parts if part not in ("/", "..", ".")]
    for length in range(len(parts), -1, -1):
        yield top.joinpath(*parts[:length])


def _version_two(folder: Path) -> Iterator[Limit]:
    """`memory.max` is `max` or bytes (docs.kernel.org/admin-guide/cgroup-v2.html)."""
    allowed = number(folder / "memory.max")
    if allowed:
        used = number(folder / "memory.current")
        cache = parse_stat(text(folder / "memory.stat") or "", "inactive_file")
        yield Limit(allowed, None if used is None else max(used - cache, 0))


def _version_one(folder: Path) -> Iterator[Limit]:
    """`memory.limit_in_bytes` is about 2^63 without a limit (docs.kernel.org, cgroup-v1/memory)."""
    stat = text(folder / "memory.stat") or ""
    own = number(folder / "memory.limit_in_bytes")
    above = parse_stat(stat, "hierarchical_memory_limit")
    allowed = min((each for each in (own, above) if each), default=0)
    if allowed:
        used = number(folder / "memory.usage_in_bytes")
        cache = parse_stat(stat, "total_inactive_file")
        yield Limit(allowed, None if used is None else max(used - cache, 0))


def parse_stat(written: str, name: str) -> int:
    """One number of `memory.stat`, 0 when it is not there.

    Inactive file pages are given back when memory runs short, so they do not count as used; that is
    how the kubelet reckons a working set, too (kubernetes.io, node-pressure eviction).
    """
    found = re.search(rf"^{re.escape(name)} ([0-9]+)$", written, re.MULTILINE)
    return (whole(found[1]) or 0) if found else 0
