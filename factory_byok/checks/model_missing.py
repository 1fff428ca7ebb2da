"""The server does not have the model.

Ollama answers 404 for a name that `ollama list` does not show; a forgotten tag means `:latest`.
droid never asks whether a model exists, so the entry looks fine until the first message.
"""

from collections.abc import Iterator
from difflib import get_close_matches

from factory_byok.facts import Entry, Known, Server, Snapshot
from factory_byok.findings import Edit, Finding, Remedy
from factory_byok.names import is_cloud

TITLE = "Model is installed"

MOST_NAMES = 3


def check(snap: Snapshot) -> Iterator[Finding]:
    """One finding for each listed entry whose server lists its models without it."""
    for entry, server in snap.answered():
        if isinstance(server.models, Known) and server.model(entry.model) is None:
            near = nearest(entry.model, [model.name for model in server.models.value])
            yield Finding(
                "error",
                entry.label,
                f"The server at {entry.endpoint} has no model `{entry.model}`{_like(near)}",
                _remedy(entry, server, near),
            )


def nearest(name: str, names: list[str]) -> list[str]:
    """The names most like one, best first: of the same family, else of similar spelling."""
    base = name.rpartition("/")[2].partition(":")[0].lower()
    family = [each for each in names if each.rpartition("/")[2].partition(":")[0].lower() == base]
    lowered = {each.lower(): each for each in names}
    similar = get_close_matches(name.lower(), list(lowered), MOST_NAMES, 0.6)
    return list(dict.fromkeys([*family, *(lowered[each] for each in similar)]))[:MOST_NAMES]


def _like(near: list[str]) -> str:
    """The nearest names as the rest of a sentence."""
    return f"; it has {', '.join(f'`{each}`' for each in near)}" if near else ""


def _remedy(entry: Entry, server: Server, near: list[str]) -> Remedy:
    """Download it where that is possible, else correct the name."""
    if server.provider == "ollama" and (not near or not is_cloud(entry.model)):
        return Remedy("Download it", ("byok", "pull", entry.model))
    if near:
        field = "model"
        edit = Edit(
            "replace", entry.file, f"{entry.pointer}/{field}", near[0], expected=entry.model
        )
        return Remedy(
            f"Write `{near[0]}` into the entry", ("byok", "fix", "model-missing"), (edit,)
        )
    return Remedy("Write a name from the server's `/v1/models` into the entry")
