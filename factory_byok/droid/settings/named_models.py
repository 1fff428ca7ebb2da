"""The settings beside the entries that name a model, and where they stand.

The keys are droid 0.225.2's own: its settings schema, read in the program.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from factory_byok.core.droid_facts import Json, NamedModel

# For what, and the pointers at which droid looks for it, the newer form first.
_PLACES: Final = {
    "default model": ("/sessionDefaultSettings/model", "/model"),
    "model for spec mode": ("/sessionDefaultSettings/specModeModel", "/specModeModel"),
    "model for compaction": ("/compactionModel",),
    "light model for subagents": ("/subagentModelSettings/lightModel",),
    "medium model for subagents": ("/subagentModelSettings/mediumModel",),
    "heavy model for subagents": ("/subagentModelSettings/heavyModel",),
    "orchestrator of missions": ("/missionOrchestratorModel",),
    "worker of missions": ("/missionModelSettings/workerModel",),
    "validator of missions": ("/missionModelSettings/validationWorkerModel",),
}


def named_models(files: Iterable[tuple[str, Mapping[str, Json]]]) -> tuple[NamedModel, ...]:
    """The models that the files name, given as paths and values, the highest precedence first."""
    known = list(files)
    return tuple(
        named for role in _PLACES if (named := next(_named(role, known), None)) is not None
    )


def _named(role: str, files: list[tuple[str, Mapping[str, Json]]]) -> Iterator[NamedModel]:
    """What each file says for one role."""
    for file, values in files:
        for pointer in _PLACES[role]:
            found: Json = dict(values)
            for step in pointer[1:].split("/"):
                found = found.get(step) if isinstance(found, dict) else None
            if isinstance(found, str) and found:
                yield NamedModel(role, found, file, pointer)
