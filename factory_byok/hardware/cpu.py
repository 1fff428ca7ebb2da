"""The processor: py-cpuinfo's slow answer, and a quick one for those who cannot wait for it."""

import os
import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from factory_byok.core import cache
from factory_byok.core.facts import Cpu, Json, Known, Reading, Unknown
from factory_byok.core.world import World
from factory_byok.hardware.guard import never_raises
from factory_byok.hardware.sysfs import text

# Flags of /proc/cpuinfo and py-cpuinfo that matter to llama.cpp's kernels, by the name we show
FEATURES: Final = {
    "avx": "avx",
    "avx2": "avx2",
    "avx512f": "avx512f",
    "amx_tile": "amx",
    "neon": "neon",
    "asimd": "neon",  # how 64-bit Arm kernels write it
    "sve": "sve",
}
ARM_64: Final = frozenset({"aarch64", "arm64", "ARM_8"})  # NEON is part of it

LONGEST_NAME: Final = 200


@never_raises("the processor")
def probe(world: World) -> Reading[Cpu]:
    """Asks py-cpuinfo (1.2 s) and remembers the answer for `quick`."""
    told = parse(world.load("cpuinfo").get_cpu_info())
    if isinstance(told, Known):
        remember(world, told.value)
    return told


@never_raises("the processor")
def quick(world: World) -> Reading[Cpu]:
    """The remembered answer when it is about this processor, else the system's own name for it."""
    own = _own(world)
    remembered = recall(world, own.name if own else "")
    if remembered:
        return Known(remembered)
    return Known(own) if own else Unknown("the system does not name its processor")


def parse(told: Any) -> Reading[Cpu]:
    """Takes name, logical cores and features from py-cpuinfo's answer."""
    told = told if isinstance(told, Mapping) else {}
    name = _clean(told.get("brand_raw")) or _clean(told.get("hardware_raw"))
    if not name:
        return Unknown("py-cpuinfo could not name the processor")
    count, flags = told.get("count"), told.get("flags")
    words = [word for word in flags if isinstance(word, str)] if isinstance(flags, list) else []
    if str(told.get("arch")) in ARM_64:
        words.append("neon")
    counted = isinstance(count, int) and count > 0
    return Known(Cpu(name, int(count) if counted else os.cpu_count() or 1, known(words)))


def known(flags: Iterable[str]) -> tuple[str, ...]:
    """The features among the flags that matter, each once, in the order of FEATURES."""
    had = set(flags)
    return tuple(dict.fromkeys(name for flag, name in FEATURES.items() if flag in had))


def parse_proc(written: str) -> Cpu | None:
    """Takes name, logical cores and features from /proc/cpuinfo (x86, Arm); None without a name."""
    name = ""
    for key in ("model name", "Model", "Hardware", "cpu model", "cpu"):
        found = re.search(rf"^{key}[ \t]*:[ \t]*(\S.*)$", written, re.MULTILINE)
        name = name or (_clean(found[1]) if found else "")
    if not name:
        return None
    cores = len(re.findall(r"^processor[ \t]*:", written, re.MULTILINE))
    flags = re.search(r"^(?:flags|Features)[ \t]*:(.*)$", written, re.MULTILINE)
    return Cpu(name, cores or os.cpu_count() or 1, known(flags[1].split() if flags else ()))


def _own(world: World) -> Cpu | None:
    """What the system says without waiting; None when it says nothing."""
    if world.system == "linux":
        return parse_proc(text(world.root / "proc/cpuinfo") or "")
    if world.system == "darwin":
        name = _clean(world.printed(["sysctl", "-n", "machdep.cpu.brand_string"]))
        features = ("neon",) if name.startswith("Apple") else ()
    else:
        name, features = _clean(world.env.get("PROCESSOR_IDENTIFIER")), ()
    return Cpu(name, os.cpu_count() or 1, features) if name else None


def _clean(name: object) -> str:
    """A name on one line, single-spaced and not too long; "" for anything that is no text."""
    return " ".join(name.split())[:LONGEST_NAME] if isinstance(name, str) else ""


# --- the remembered answer -----------------------------------------------------------------------


def remember(world: World, cpu: Cpu) -> None:
    """Writes the answer to the user's cache (0600 in 0700); a cache that cannot be had is no harm.

    The system's own name goes with it, since a home folder may be shared by several machines.
    """
    own = _own(world)
    kept: dict[str, Json] = {"name": cpu.name, "cores": cpu.cores, "features": list(cpu.features)}
    cache.keep(world, "cpu", {**kept, "of": own.name if own else ""})


def recall(world: World, own_name: str) -> Cpu | None:
    """The remembered answer, None when there is none, it is broken or about another processor."""
    return parse_remembered(cache.recall(world, "cpu"), own_name)


def parse_remembered(kept: Json, own_name: str) -> Cpu | None:
    """Takes a remembered answer apart; None unless every part is as `remember` writes it."""
    match kept:
        case {"name": str(name), "cores": int(cores), "features": list(features), "of": str(of)}:
            words = tuple(each for each in features if isinstance(each, str))
            if _clean(name) and cores > 0 and of == own_name and len(words) == len(features):
                return Cpu(_clean(name), cores, words)
    return None
