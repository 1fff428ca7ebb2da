"""Entries of a project's own file: a cloned repository is not trusted to be sent anything."""

from collections.abc import Iterable, Sequence

from factory_byok.core.errors import ByokError
from factory_byok.core.facts import Entry
from factory_byok.core.findings import Finding, Remedy
from factory_byok.core.world import World
from factory_byok.droid.settings.look import look

FLAG = "--project"


def project_entries(entries: Iterable[Entry]) -> list[Entry]:
    """The entries that droid offers because of a project's file."""
    return [each for each in entries if each.fate == "listed" and each.level == "project"]


def in_reach(world: World) -> list[Entry]:
    """The same as the files say now."""
    return project_entries(look(world).entries)


def left_out(entries: Sequence[Entry]) -> tuple[Finding, ...]:
    """A note for each entry that is not exercised without a yes."""
    return tuple(
        Finding(
            "note",
            each.label,
            f"Not tried: it stands in the project's file {each.file}, and trying it sends your "
            f"requests and keys to {each.endpoint or each.base_url}",
            Remedy(f"`{FLAG}` tries the project's entries too"),
        )
        for each in entries
    )


def refuse(entry: Entry) -> None:
    """Raises ByokError for an entry of a project that was named without a yes."""
    if entry.level == "project":
        where = entry.endpoint or entry.base_url
        raise ByokError(
            f"`{entry.label}` stands in the project's file {entry.file}; trying it sends your "
            f"requests and keys to {where}",
            f"`{FLAG}` does it, if you trust that server",
        )
