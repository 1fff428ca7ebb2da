"""Pulling a model: whether it will fit, the download layer by layer, and going on after a cut."""

import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final

from factory_byok.core.actions import PullModel, by_command
from factory_byok.core.addresses import Address
from factory_byok.core.errors import ByokError
from factory_byok.core.facts import Disk, Known, Server, Snapshot
from factory_byok.core.findings import Finding, Remedy
from factory_byok.core.http import NoAnswer
from factory_byok.core.model_names import is_cloud, refuse_no_name
from factory_byok.core.progress import Show, Transfer
from factory_byok.core.units import Bytes, show_bytes, show_tokens
from factory_byok.core.words import lower_first
from factory_byok.core.world import World
from factory_byok.diagnosis.collect import Ask, collect
from factory_byok.providers.ollama import calls as ollama_calls
from factory_byok.providers.ollama.calls import Refused, Step
from factory_byok.sizing.fitting.candidate import by_name
from factory_byok.sizing.fitting.free import free_memory
from factory_byok.sizing.fitting.one import asked_of, fit
from factory_byok.workflows.asked_server import server_at

MOST_CUTS: Final = 10  # connections that may break without any new byte before byok gives up
PAUSE: Final = 1.0  # seconds before it goes on
SPARE: Final = 500_000_000  # bytes that a pull must leave free
PACE_OVER: Final = 10.0  # seconds of the past that the speed is taken from


@dataclass(frozen=True, slots=True)
class Plan:
    """What will be pulled and where to, what speaks against it, and the disk that must hold it.

    `size` is an estimate in bytes, 0 when nothing tells; `disk` is None for a server elsewhere.
    """

    model: str
    address: Address
    size: Bytes
    disk: Disk | None
    present: bool
    findings: tuple[Finding, ...] = ()

    @property
    def action(self) -> PullModel:
        """The download."""
        return PullModel(self.model, str(self.address), self.size)


@dataclass(frozen=True, slots=True)
class Pulled:
    """A finished pull: bytes of all layers, those that came over the network, and seconds."""

    total: Bytes
    fetched: Bytes
    seconds: float
    cuts: int = 0


@dataclass(slots=True)
class _Tally:
    """The layers seen so far, and the pace of the last seconds."""

    totals: dict[str, int] = field(default_factory=dict)
    done: dict[str, int] = field(default_factory=dict)
    first: dict[str, int] = field(default_factory=dict)
    past: list[tuple[float, int]] = field(default_factory=list)

    def take(self, step: Step, now: float) -> Transfer:
        """Counts one line."""
        if step.digest and step.total:
            self.totals[step.digest] = step.total
            self.done[step.digest] = max(step.completed, self.done.get(step.digest, 0))
            self.first.setdefault(step.digest, step.completed)
        completed, total = sum(self.done.values()), sum(self.totals.values())
        fetched = self.fetched
        self.past = [(at, count) for at, count in self.past if now - at <= PACE_OVER]
        self.past.append((now, fetched))
        begin, before = self.past[0]
        speed = (fetched - before) / (now - begin) if now > begin else 0.0
        remaining = (total - completed) / speed if speed > 0 else None
        return Transfer(step.status, Bytes(completed), Bytes(total), speed, remaining)

    @property
    def fetched(self) -> Bytes:
        """The bytes that came in this run."""
        return Bytes(sum(self.done.values()) - sum(self.first.values()))


def plan_pull(world: World, model: str, address: Address, *, timeout: float = 2.0) -> Plan:
    """Looks at the server, the disk and the memory first. Raises ByokError when it cannot work."""
    refuse_no_name(model)
    snap = collect(world, Ask(endpoint=address, models=(model,), timeout=timeout, droid=False))
    server = _server(snap, address)
    there = server.model(model) if isinstance(server.models, Known) else None
    local = address.loopback
    disk = snap.machine.disks[0] if local and snap.machine.disks else None
    size = Bytes(0) if there is not None else _size(model)
    if disk is not None:
        _check_disk(model, disk, size)
    findings = tuple(_fit(snap, server, model)) if local and there is None else ()
    return Plan(model, address, size, disk, there is not None, findings)


def carry_out(
    world: World,
    plan: Plan,
    show: Show,
    *,
    stall: float = ollama_calls.STALL,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> Pulled:
    """Pulls, and goes on by itself when the connection breaks. Raises ByokError."""
    tally, begin = _Tally(), clock()
    cuts = vain = 0
    while True:
        before = sum(tally.done.values())
        try:
            for step in ollama_calls.pull(world.http, str(plan.address), plan.model, stall):
                transfer = tally.take(step, clock())
                _check_room(plan, tally)
                show(transfer)
            return Pulled(_total(tally), tally.fetched, clock() - begin, cuts)
        except NoAnswer as cut:
            cuts += 1
            vain = 0 if sum(tally.done.values()) > before else vain + 1
            if vain >= _patience(cut, begun=bool(tally.totals)):
                raise _given_up(plan, cut, begun=any(tally.done.values())) from None
            show(Transfer("going on after a cut", Bytes(before), _total(tally)))
            sleep(PAUSE)
        except Refused as refusal:
            raise _refused(plan, refusal, begun=any(tally.done.values())) from None


def _patience(cut: NoAnswer, *, begun: bool) -> int:
    """How many cuts in a row without a new byte are too many: one before anything came."""
    if not begun or cut.kind in ("json", "url", "flood"):
        return 1
    return 2 if cut.kind == "timeout" else MOST_CUTS


def _total(tally: _Tally) -> Bytes:
    """The bytes of all layers that were named."""
    return Bytes(sum(tally.totals.values()))


def _server(snap: Snapshot, address: Address) -> Server:
    """The Ollama that is to pull. Raises ByokError."""
    server = server_at(snap, address)
    if not server.is_ollama:
        raise ByokError(f"The server at {address} is not Ollama, so it cannot pull models")
    return server


def _size(model: str) -> Bytes:
    """The download's size by the catalogue or the name; 0 when neither tells, or for the cloud."""
    candidate = None if is_cloud(model) else by_name(model)
    return candidate.shape.weights if candidate is not None else Bytes(0)


def _check_disk(model: str, disk: Disk, size: Bytes) -> None:
    """Raises ByokError when the disk of the model store cannot hold a model of that size."""
    if size + SPARE <= disk.free or not size:
        return
    raise ByokError(
        f"`{model}` needs about {show_bytes(size)} with {show_bytes(SPARE)} to spare, and the disk "
        f"of {disk.path} has {show_bytes(disk.free)} left",
        "Remove models with `ollama rm NAME`, or move the store with OLLAMA_MODELS",
    )


def _check_room(plan: Plan, tally: _Tally) -> None:
    """Raises ByokError as soon as the server tells sizes that the disk cannot hold."""
    wanted = sum(tally.totals.values()) - sum(tally.first.values())
    if plan.disk is not None and wanted > plan.disk.free:
        raise ByokError(
            f"`{plan.model}` needs {show_bytes(wanted)} more and the disk of {plan.disk.path} had "
            f"{show_bytes(plan.disk.free)} left; the pull was stopped",
            "Remove models with `ollama rm NAME`, then pull again: it goes on where it stopped",
        )


def _fit(snap: Snapshot, server: Server, model: str) -> Iterator[Finding]:
    """A warning when the model would not fit into this machine's memory."""
    candidate = by_name(model)
    if candidate is None or candidate.cloud:
        return
    loaded = server.loaded.value if isinstance(server.loaded, Known) else ()
    found = fit(candidate, free_memory(snap.machine, loaded), asked_of(server))
    if found.here.where == "nowhere":
        yield Finding(
            "warning",
            model,
            f"`{model}` will need about {show_bytes(found.here.need.total)} at "
            f"{show_tokens(found.asked.window)}, which this machine's memory does not hold",
            Remedy("See what fits", by_command(("byok", "fit", model))),
        )


def _refused(plan: Plan, refusal: Refused, *, begun: bool) -> ByokError:
    """What the server said, with what helps."""
    said = refusal.message
    if "file does not exist" in said or refusal.status == 404:
        return ByokError(
            f"Ollama's registry has no `{plan.model}` ({said})",
            "Look for the exact name at https://ollama.com/search",
        )
    if "no space" in said.lower():
        return ByokError(f"The disk of the model store is full: {said}", "Remove models first")
    offline = _UNREACHED.search(said)
    if offline:
        host = offline["host"]
        hint = f"The server's machine must reach {host}, perhaps through HTTPS_PROXY in the "
        return ByokError(
            f"The server at {plan.address} can't reach {host}: {said.rpartition(': ')[2]}",
            f"{hint}server's environment{_again(plan, begun=begun)}",
        )
    if refusal.status == 200 or said:
        return ByokError(
            f"The pull of `{plan.model}` failed: {said}", _again(plan, begun=begun, first=True)
        )
    return ByokError(f"The pull of `{plan.model}` failed", _again(plan, begun=begun, first=True))


def _again(plan: Plan, *, begun: bool, first: bool = False) -> str:
    """That the next pull goes on, when there is something to go on from."""
    if not begun:
        return ""
    told = f"`byok pull {plan.model}` goes on where it stopped"
    return told if first else f"; {told}"


# Go's words for a request that got no reply (net/url, Error): `Get "https://host/path": dial tcp`
_UNREACHED: Final = re.compile(r'(?:Get|Head|Post) "https?://(?P<host>[^/"\s]+)[^"\s]*": ')


def _given_up(plan: Plan, cut: NoAnswer, *, begun: bool) -> ByokError:
    """The connection broke too often, or nothing came."""
    why = lower_first(cut.message)
    return ByokError(
        f"The pull of `{plan.model}` stopped: {why}", _again(plan, begun=begun, first=True)
    )
