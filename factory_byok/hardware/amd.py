"""AMD cards: through the kernel's files (amdgpu), else through the program rocm-smi."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from factory_byok.core.facts import Gpu, Known, Reading, Unknown
from factory_byok.core.units import GIB, Bytes
from factory_byok.core.world import World
from factory_byok.hardware import sysfs
from factory_byok.hardware.guard import never_raises, program
from factory_byok.hardware.visible import LEFT_OUT, Handle, chosen, integrated_wanted

PCI_VENDOR: Final = "0x1002"
KFD_VENDOR: Final = 4098  # the same number, as /sys/class/kfd writes it

# ROCr first, then HIP, which counts what ROCr left (rocm.docs.amd.com, GPU isolation techniques)
VARIABLES: Final = ("ROCR_VISIBLE_DEVICES", "HIP_VISIBLE_DEVICES")

# gfx1151 (Strix Halo) as the kernel writes it: major*10000 + minor*100 + step. Ollama takes it
# although it is integrated
TAKEN_TARGET: Final = 110501

# Ollama's rule for integrated parts (discover/amd.go): no maker of the memory is told, and the part
# has at most 4 GiB of its own beside at least 8 GiB, and 4 times as much, of the system's
MOST_OWN: Final = 4 * GIB
LEAST_SHARED: Final = 8 * GIB
LEAST_RATIO: Final = 4

# docs.kernel.org/gpu/amdgpu/driver-misc.html
FILES: Final = (
    "mem_info_vram_total",
    "mem_info_vram_used",
    "mem_info_gtt_total",
    "mem_info_gtt_used",
    "mem_info_vram_vendor",
    "board_info",
    "product_name",
    "unique_id",
)
NO_SIZE: Final = Unknown("its driver does not tell its memory (only amdgpu does)")
ROCM_SMI: Final = ("--showmeminfo", "vram", "--showproductname", "--json")


@dataclass(frozen=True, slots=True)
class Sight:
    """One AMD card as seen: the text of its FILES, its names, and its target (110501 or 0)."""

    files: Mapping[str, str]
    device: str = ""
    driver: str = ""
    listed: str = ""
    target: int = 0


@never_raises("the AMD cards")
def probe(world: World) -> Reading[tuple[Gpu, ...]]:
    """Reads all cards; those that Ollama would not use are told with the reason.

    Inside WSL Linux sees no AMD card, and neither does an Ollama that runs there: none.
    """
    if world.system != "linux":
        return Known(())
    seen = _look(world)
    variables = [world.env.get(name) for name in VARIABLES]
    gpus = parse(seen, integrated_wanted(world.env), variables)
    if any(isinstance(gpu.memory, Known) for gpu in gpus):
        return Known(gpus)
    if not gpus and not (world.root / "dev/kfd").exists():
        return Known(())
    told = _by_program(world)
    if told:
        return Known(hide(told, [""] * len(told), variables))
    return Known(gpus) if gpus else Unknown("there is an AMD card, but /sys does not show it")


def _look(world: World) -> list[Sight]:
    targets = _targets(world)
    sights = []
    for card in sysfs.cards(world, PCI_VENDOR):
        found = {name: sysfs.text(card.folder / name) for name in FILES}
        sights.append(
            Sight(
                {name: said.strip() for name, said in found.items() if said is not None},
                card.device,
                card.driver,
                sysfs.marketing_name(world, card),
                _target(card, targets),
            )
        )
    return sights


def parse(
    seen: Sequence[Sight], take_integrated: bool, variables: Sequence[str | None]
) -> tuple[Gpu, ...]:
    """The cards as facts; `variables` are the values of VARIABLES, in their order."""
    ids = [sight.files.get("unique_id", "") for sight in seen]
    return hide([parse_card(sight, take_integrated) for sight in seen], ids, variables)


def hide(
    gpus: Sequence[Gpu], ids: Sequence[str], variables: Sequence[str | None]
) -> tuple[Gpu, ...]:
    """Says of each card that a variable hides; `ids` are the cards' own numbers, "" for none.

    The second variable counts what the first one left.
    """
    left = list(range(len(gpus)))
    hidden: dict[int, str] = {}
    for name, value in zip(VARIABLES, variables, strict=True):
        handles = [
            Handle(place, (f"GPU-{ids[at]}",) if ids[at] else ()) for place, at in enumerate(left)
        ]
        order = chosen(value, handles)
        hidden |= {at: name for place, at in enumerate(left) if place not in order}
        left = [left[place] for place in order]
    return tuple(
        replace(gpu, left_out=f"{hidden[at]} hides it") if at in hidden else gpu
        for at, gpu in enumerate(gpus)
    )


def parse_card(sight: Sight, take_integrated: bool) -> Gpu:
    """One card: a discrete one by its own memory, an integrated one by the larger of its two pools.

    That pool is the one which the kernel gives to compute programs (amdgpu, `apu_prefer_gtt`). What
    the firmware carved out for the graphics is theirs alone; only the other pool is the system's.
    """
    sizes = {name: sysfs.whole(sight.files.get(name)) for name in FILES}
    own, shared = sizes["mem_info_vram_total"], sizes["mem_info_gtt_total"]
    integrated = is_integrated(sight)
    pool = "gtt" if integrated and (shared or 0) > (own or 0) else "vram"
    total, used = sizes[f"mem_info_{pool}_total"], sizes[f"mem_info_{pool}_used"]
    taken = not integrated or take_integrated or sight.target == TAKEN_TARGET
    return Gpu(
        _name(sight),
        "amd",
        Known(Bytes(total)) if total else NO_SIZE,
        NO_SIZE if not total or used is None else Known(Bytes(max(total - used, 0))),
        unified=pool == "gtt",
        driver=sight.driver,
        left_out="" if taken else LEFT_OUT,
    )


def is_integrated(sight: Sight) -> bool:
    """Ollama's rule, and every part of the kind that Ollama takes although it is integrated."""
    if sight.target == TAKEN_TARGET:
        return True
    maker = sight.files.get("mem_info_vram_vendor", "").removeprefix("unknown")
    if maker or sight.files.get("board_info"):
        return False
    own = sysfs.whole(sight.files.get("mem_info_vram_total"))
    shared = sysfs.whole(sight.files.get("mem_info_gtt_total"))
    if own is None or shared is None:
        return False
    return own <= MOST_OWN and shared >= max(LEAST_SHARED, LEAST_RATIO * own)


def _name(sight: Sight) -> str:
    """By the card itself, else by the list of PCI names, else by its number."""
    own = " ".join(sight.files.get("product_name", "").split())
    found = own or sight.listed
    if not found:
        return f"AMD graphics ({sight.device})" if sight.device else "AMD graphics"
    return found if found.startswith("AMD") else f"AMD {found}"


# --- the compute driver's list -------------------------------------------------------------------


def _targets(world: World) -> list[dict[str, int]]:
    """The properties of every AMD node that the compute driver (KFD) lists."""
    folder = world.root / "sys/class/kfd/kfd/topology/nodes"
    nodes = [
        parse_node(sysfs.text(folder / name / "properties")) for name in sysfs.names_in(folder)
    ]
    return [node for node in nodes if node.get("vendor_id") == KFD_VENDOR]


def parse_node(written: str | None) -> dict[str, int]:
    """Lines `gfx_target_version 110000` (docs.kernel.org/gpu/amdgpu, KFD topology)."""
    found = re.findall(r"^(\w+) ([0-9]{1,19})$", written or "", re.MULTILINE)
    return {name: int(digits) for name, digits in found}


def _target(card: sysfs.Card, nodes: Sequence[Mapping[str, int]]) -> int:
    """The card's target by its render node, else by its device number; 0 when it has none."""
    for node in nodes:
        if (card.folder / "drm" / f"renderD{node.get('drm_render_minor', 0)}").exists():
            return node.get("gfx_target_version", 0)
    same = [node for node in nodes if f"0x{node.get('device_id', 0):04x}" == card.device]
    return same[0].get("gfx_target_version", 0) if same else 0


# --- without the files ---------------------------------------------------------------------------


def _by_program(world: World) -> tuple[Gpu, ...]:
    """What rocm-smi says, nothing when it is not there or says nothing usable."""
    found = program(world, "rocm-smi", "opt/rocm/bin")
    return parse_rocm_smi(world.printed([found, *ROCM_SMI])) if found else ()


def parse_rocm_smi(written: str) -> tuple[Gpu, ...]:
    """Cards of `rocm-smi --json`: `{"card0": {"VRAM Total Memory (B)": "25753026560", …}}`.

    The names of the keys differ in case from release to release; warnings may stand before.
    """
    try:
        told = json.loads(written[max(written.find("{"), 0) :])
    except (ValueError, RecursionError):
        return ()
    if not isinstance(told, dict):
        return ()
    cards = {name: values for name, values in told.items() if re.fullmatch(r"card[0-9]+", name)}
    return tuple(_told(values) for values in cards.values() if isinstance(values, dict))


def _told(values: Mapping[str, object]) -> Gpu:
    said = {key.lower(): str(value) for key, value in values.items()}
    total = sysfs.whole(said.get("vram total memory (b)"))
    used = sysfs.whole(said.get("vram total used memory (b)"))
    names = (said.get("card series", ""), said.get("card model", ""))
    return Gpu(
        next((name for name in names if name and not name.startswith("0x")), "AMD graphics"),
        "amd",
        Known(Bytes(total)) if total else NO_SIZE,
        NO_SIZE if not total or used is None else Known(Bytes(max(total - used, 0))),
    )
