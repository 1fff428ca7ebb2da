"""Which file a new entry goes into so that droid honours it, and why."""

from pathlib import Path
from typing import Literal, NamedTuple

from factory_byok.core.errors import ByokError
from factory_byok.core.facts import FileKind, Json
from factory_byok.core.world import World
from factory_byok.droid.settings import jsonc
from factory_byok.droid.settings.document import read
from factory_byok.droid.settings.entry import LIST_NAMES
from factory_byok.droid.settings.locate import user_place

FileChoice = Literal["settings", "config"]


class Destination(NamedTuple):
    """The file, its kind (which decides the spelling), and the reason as a phrase."""

    path: Path
    kind: FileKind
    why: str

    @property
    def array(self) -> str:
        """The key of the array of entries."""
        return LIST_NAMES[self.kind]


def destination(world: World, *, rich: bool, choice: FileChoice | None) -> Destination:
    """Where a new entry of the user's goes.

    `rich` says that the entry needs what only `settings.json` can do (a `${VAR}` key, images, extra
    headers); `choice` is the user's own. Raises ByokError when a file that decides does not parse.
    """
    local, settings, config = (
        user_place(world, kind).path for kind in ("local", "settings", "config")
    )
    if choice == "config":
        if rich:
            raise ByokError(
                "config.json cannot hold this entry: droid expands no `${VAR}` there",
                "Leave out `--file config`",
            )
        return Destination(config, "config", "you chose it")
    if has_array(local):
        return Destination(local, "local", "droid reads its `customModels` instead of the others")
    if choice == "settings":
        return Destination(settings, "settings", "you chose it")
    if has_array(settings):
        return Destination(settings, "settings", "it already holds custom models")
    if rich:
        return Destination(settings, "settings", "only this file can hold such an entry")
    return Destination(config, "config", "that is the file of Factory's pages")


def has_array(path: Path) -> bool:
    """Whether a settings file holds a `customModels` array. Raises ByokError for a broken file."""
    text = read(path).text
    if text is None:
        return False
    try:
        body: Json = jsonc.load(text)
    except jsonc.Fault as fault:
        raise broken(path, fault) from None
    return isinstance(body, dict) and isinstance(body.get("customModels"), list)


def broken(path: Path, fault: jsonc.Fault) -> ByokError:
    """The refusal to write beside a file that droid rejects."""
    return ByokError(
        f"droid ignores this whole file: {path}, line {fault.line}, column {fault.column}: "
        f"{fault.message}",
        "Nothing was written; see what `byok fix file_rejected --dry-run` would repair",
    )
