"""byok add PROVIDER without a model: what the server offers, and `--all` and `--prune` of it."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from factory_byok.commands.consent import agreed
from factory_byok.screens.answer import Answer

if TYPE_CHECKING:
    from factory_byok.core.progress import Progress
    from factory_byok.core.world import World
    from factory_byok.screens.style import Style
    from factory_byok.workflows.add import Wanted
    from factory_byok.workflows.choice import Choice
    from factory_byok.workflows.whole_server import Sync


def offers(world: "World", choice: "Choice", secret: str, *, timeout: float, quiet: bool) -> Answer:
    """The models that the server offers; nothing is written."""
    from factory_byok.screens.progress import progress_on
    from factory_byok.workflows.choice import place
    from factory_byok.workflows.offered_models import offered

    progress = progress_on(quiet=quiet)
    told = offered(world, choice, timeout=timeout, progress=progress, secret=secret)
    models = [each for each in told if each.installed]
    data = {
        "provider": choice.provider,
        "endpoint": str(choice.address),
        "base_url": choice.base_url,
        "models": models,
    }

    def words(style: "Style") -> Iterable[str]:
        from factory_byok.screens.offered import offered_lines

        return offered_lines(choice, models, style)

    from factory_byok.workflows.next_step import after_offer

    usual = str(place(world, choice.provider, "").address) if choice.about.fixed else ""
    where = () if str(choice.address) == usual else ("--endpoint", str(choice.address))
    new = (each.name for each in models if not each.used and each.tools is not False)
    first, had = next(new, ""), any(each.used for each in models)
    step = after_offer(choice.provider, choice.about.title, first, *where, had=had)
    return Answer(data, words, next=step)


def whole_server(
    world: "World", choice: "Choice", wanted: "Wanted", progress: "Progress",
    *, add: bool, prune: bool, yes: bool, dry_run: bool, timeout: float, secret: str,
) -> Answer:  # fmt: skip
    """Adds what the server offers and removes what is gone there. Raises ByokError."""
    from factory_byok.screens.added_all import planned_lines
    from factory_byok.workflows.plan import write_files
    from factory_byok.workflows.whole_server import plan, see

    seen = see(world, choice, timeout=timeout, progress=progress, secret=secret)
    sync = plan(world, choice, seen, wanted, add=add, prune=prune)

    def shown(style: "Style") -> Iterable[str]:
        return planned_lines(sync, style)

    if not sync.files.changes or not agreed("nobody", shown, yes=yes, dry_run=dry_run):
        return _answer(sync, done=False)
    write_files(world, "add", sync.files)
    return _answer(sync, done=True)


def _answer(sync: "Sync", *, done: bool) -> Answer:
    """The result for scripts and for people."""
    from factory_byok.commands.list import entry_row
    from factory_byok.workflows.next_step import after_add_all

    def data() -> dict[str, Any]:
        return {
            "provider": sync.choice.provider,
            "endpoint": str(sync.choice.address),
            "added": [entry_row(each) for each in sync.added],
            "removed": [entry_row(each) for each in sync.removed],
            "already": list(sync.already),
            "left_out": [{"name": name, "why": why} for name, why in sync.left_out],
            "written": done,
            "diff": sync.files.diff,
            "read_by": sync.files.read_by,
        }

    def words(style: "Style") -> Iterable[str]:
        from factory_byok.screens.added_all import added_all_lines

        return added_all_lines(sync, style, done=done)

    findings = sync.report.findings
    step = after_add_all(
        findings, planned=sync.files.changes and not done, added=len(sync.added), done=done
    )
    return Answer(data, words, findings, next=step, read_by=sync.files.read_by)
