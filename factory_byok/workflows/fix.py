"""What `byok fix` does: plans every repair in imagination, writes once, and looks again."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from factory_byok.core.actions import Edit
from factory_byok.core.errors import ByokError
from factory_byok.core.facts import Snapshot
from factory_byok.core.findings import Finding, Outcome
from factory_byok.core.world import World
from factory_byok.diagnosis.examine import examine
from factory_byok.droid.settings import change, jsonc
from factory_byok.droid.settings import edit as editing
from factory_byok.droid.settings.change import Preview
from factory_byok.droid.settings.document import read
from factory_byok.droid.settings.look import look

MOST_ROUNDS: Final = (
    60  # each round repairs all findings of one check; a mended file shows new ones
)

Texts = dict[Path, str | None]


@dataclass(frozen=True, slots=True)
class Repair:
    """What would be written, the modes to set, what was repaired by check, and what was refused."""

    previews: tuple[Preview, ...] = ()
    modes: tuple[Edit, ...] = ()
    repaired: tuple[tuple[str, Finding], ...] = ()
    refused: tuple[tuple[str, str], ...] = ()

    @property
    def changes(self) -> bool:
        """Whether there is anything to do."""
        return bool(self.previews or self.modes)


def plan_repair(world: World, snap: Snapshot, codes: Collection[str]) -> Repair:
    """Repairs in imagination, check by check, until no chosen check has an edit left."""
    texts: Texts = {}
    first: Texts = {}
    modes: dict[str, Edit] = {}
    repaired: list[tuple[str, Finding]] = []
    refused: dict[str, str] = {}
    for _ in range(MOST_ROUNDS):
        outcome = _next(_imagined(world, snap, texts), codes, modes, refused)
        if outcome is None:
            break
        for finding in outcome.findings:
            edits = [each for each in finding.remedy.edits if each.op != "mode"]
            modes |= {each.file: each for each in finding.remedy.edits if each.op == "mode"}
            if not finding.remedy.edits:
                continue
            try:
                _apply(edits, texts, first)
            except (ByokError, jsonc.Fault) as error:
                refused[outcome.check] = str(error)
                continue
            repaired.append((outcome.check, finding))
    previews = [Preview(path, first[path], text) for path, text in texts.items()]
    return Repair(
        tuple(preview for preview in previews if preview.changes),
        tuple(modes.values()),
        tuple(repaired),
        tuple(refused.items()),
    )


def _imagined(world: World, snap: Snapshot, texts: Mapping[Path, str | None]) -> Snapshot:
    """The snapshot as it would be with these texts in the files."""
    seen = look(world, texts)
    return replace(snap, files=seen.files, entries=seen.entries, defaults=seen.defaults)


def _next(
    snap: Snapshot, codes: Collection[str], modes: Mapping[str, Edit], refused: Collection[str]
) -> Outcome | None:
    """The first check that still has an edit to make."""
    for outcome in examine(snap, codes).outcomes:
        if outcome.check in refused:
            continue
        edits = [edit for finding in outcome.findings for edit in finding.remedy.edits]
        if any(edit.op != "mode" or edit.file not in modes for edit in edits):
            return outcome
    return None


def _apply(edits: list[Edit], texts: Texts, first: Texts) -> None:
    """Applies one finding's edits to the imagined texts, all or none."""
    new: Texts = {}
    for edit in edits:
        path = Path(edit.file)
        if path not in first:
            first[path] = read(path).text
        before = new.get(path, texts.get(path, first[path]))
        new[path] = editing.apply(before or "", [edit])
    texts.update(new)


def carry_out(world: World, repair: Repair) -> None:
    """Writes a repair as one step of undo. Raises ByokError when a file changed meanwhile."""
    change.put(world, repair.previews, verb="fix")
    for edit in repair.modes:
        try:
            Path(edit.file).chmod(int(str(edit.value)))
        except OSError as error:
            raise ByokError(f"{edit.file}: the mode could not be set: {error.strerror}") from None
