"""What has to happen at the Ollama servers: models to pull, and copies that carry a window."""

from collections.abc import Iterable
from dataclasses import replace

from factory_byok.core.actions import CopyModel
from factory_byok.core.errors import ByokError
from factory_byok.core.facts import Known, Snapshot
from factory_byok.core.findings import Finding
from factory_byok.core.model_names import with_window
from factory_byok.core.units import show_bytes, show_tokens
from factory_byok.core.world import World
from factory_byok.sizing.fitting.candidate import Candidate, by_name, installed
from factory_byok.sizing.fitting.free import whole_memory
from factory_byok.sizing.fitting.one import FIRST, Asked, fit
from factory_byok.workflows import model_copy as deriving
from factory_byok.workflows.apply.facts import (
    Change,
    Models,
    Placed,
    Resolved,
    Seen,
    problem,
)
from factory_byok.workflows.apply.survey import server_at
from factory_byok.workflows.pull import SPARE, plan_pull
from factory_byok.workflows.pull import Plan as PullPlan


def expected_names(resolved: Resolved) -> Models:
    """The plan without asking any server: only the names that droid will use."""
    return Models({each: _expected(each) for each in resolved.models})


def plan_models(world: World, resolved: Resolved, seen: Seen, *, timeout: float) -> Models:
    """Plans pulls and copies, and tells what is impossible. Nothing is done."""
    draft = expected_names(resolved)
    for placed in resolved.models:
        try:
            _plan_model(world, placed, seen, draft, timeout)
        except ByokError as error:
            draft.problems.append(problem(placed.wanted.name, error))
    draft.problems += _all_together(draft.pulls)
    return draft


def _expected(placed: Placed) -> str:
    """The name that droid will use, when nobody can be asked."""
    wanted = placed.wanted
    return with_window(wanted.name, wanted.window) if wanted.window else wanted.name


def _plan_model(world: World, placed: Placed, seen: Seen, draft: Models, timeout: float) -> None:
    """Adds what one model needs. Raises ByokError for what cannot be."""
    wanted = placed.wanted
    snap, server = server_at(seen, placed.address)
    there = server.model(wanted.name)
    if there is None:
        _plan_pull(world, placed, snap, draft, timeout)
        now = None
    else:
        if not wanted.window:
            return
        now = there.window.value.tokens if isinstance(there.window, Known) else None
        alone = replace(snap, entries=())  # apply touches only the entries that it names
        copy = deriving.plan(world, alone, server, there, placed.address, wanted.window)
        draft.names[placed] = copy.name
        if copy.exists:
            return
        _refuse_too_large(placed, snap, installed(there, server))
    if wanted.window:
        draft.copies.append(CopyModel(wanted.name, wanted.window, str(placed.address)))
        draft.changes.append(Change("window", wanted.name, now, wanted.window))


def _plan_pull(world: World, placed: Placed, snap: Snapshot, draft: Models, timeout: float) -> None:
    """Adds the pull of a model that is not there. Raises ByokError."""
    wanted = placed.wanted
    candidate = by_name(wanted.name)
    if candidate is not None and not candidate.cloud:
        longest = candidate.shape.longest_window
        if wanted.window and longest and wanted.window > longest:
            raise ByokError(
                f"`{wanted.name}` itself ends at {show_tokens(longest)}: no setting raises that to "
                f"{wanted.window:,}",
                "`byok fit` shows models with longer windows",
            )
        _refuse_too_large(placed, snap, candidate)
    draft.pulls.append(plan_pull(world, wanted.name, placed.address, timeout=timeout))
    draft.changes.append(Change("model", wanted.name, None, str(placed.address)))


def _refuse_too_large(placed: Placed, snap: Snapshot, candidate: Candidate) -> None:
    """Raises ByokError for a model that the whole machine could not hold, were nothing else on it.

    Only this machine's own server is judged.
    """
    if not placed.address.loopback:
        return
    window = placed.wanted.window or FIRST
    found = fit(candidate, whole_memory(snap.machine), Asked(window))
    if found.here.where != "nowhere" or found.here.placed is None:
        return
    missing = show_bytes(found.here.placed.missing)
    raise ByokError(
        f"`{placed.wanted.name}` at {show_tokens(found.asked.window)} is larger than this machine: "
        f"it needs about {show_bytes(found.here.need.total)}, {missing} more than there is",
        "`byok fit` shows what fits",
    )


def _all_together(pulls: Iterable[PullPlan]) -> list[Finding]:
    """Whether the disk holds all pulls; each by itself was judged before."""
    local = [pull for pull in pulls if pull.disk is not None]
    if len(local) < 2 or local[0].disk is None:
        return []
    disk, size = local[0].disk, sum(pull.size for pull in local)
    if size + SPARE <= disk.free:
        return []
    error = ByokError(
        f"The {len(local)} models to pull need about {show_bytes(size)} and the disk of "
        f"{disk.path} has {show_bytes(disk.free)} left",
        "Remove models with `ollama rm NAME`, or move the store with OLLAMA_MODELS",
    )
    return [problem(disk.path, error)]
