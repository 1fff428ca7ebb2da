"""The whole of an apply, planned before anything is done."""

from factory_byok.core.findings import Finding, Remedy
from factory_byok.core.progress import SILENT, Progress
from factory_byok.core.world import World
from factory_byok.workflows.apply.entries import plan_entries
from factory_byok.workflows.apply.facts import Plan
from factory_byok.workflows.apply.manifest.facts import Manifest
from factory_byok.workflows.apply.models import expected_names, plan_models
from factory_byok.workflows.apply.survey import look_around, too_small
from factory_byok.workflows.apply.wanted_entries import asked, keyless, named, resolve


def make_plan(
    world: World,
    manifest: Manifest,
    *,
    timeout: float = 2.0,
    progress: Progress = SILENT,
    offline: bool = False,
    force: bool = False,
) -> Plan:
    """Looks at the machine, the servers and droid's files, and plans; nothing is changed.

    `offline` asks no server: only entries are planned. Raises ByokError for a manifest or a file
    that makes no sense.
    """
    resolved = resolve(world, manifest)
    found: tuple[Finding, ...] = ()
    if offline:
        models = expected_names(resolved)
        wishes = named(resolved, models)
    else:
        seen = look_around(world, resolved, timeout=timeout)
        models = plan_models(world, resolved, seen, timeout=timeout)
        wishes, found = asked(world, resolved, models, seen, timeout=timeout, progress=progress)
        found = (*too_small(manifest, seen), *models.problems, *found)
    entries = plan_entries(world, wishes, manifest.default, force=force)
    found = (*found, *entries.problems)
    errors = {each.message: each for each in found if each.level == "error"}  # each said once
    notes = [each for each in found if each.level != "error"]
    notes += [*keyless(world, wishes), *entries.notes]
    notes += [_unasked(manifest)] if offline and _left_out(manifest) else []
    return Plan(manifest, models, entries, tuple(errors.values()), tuple(notes))


def _left_out(manifest: Manifest) -> bool:
    """Whether there is something that only servers and the machine can tell."""
    return bool(manifest.models or manifest.memory or manifest.gpu_memory)


def _unasked(manifest: Manifest) -> Finding:
    """What `--offline` leaves out."""
    return Finding(
        "note",
        manifest.file,
        "No server was asked: models, windows and the hardware were not looked at",
        Remedy("Without `--offline`"),
    )
