"""What `data` holds in each verb's JSON, for the schemas: its fields with their types.

A dict is an object with just these fields, a dataclass one with its own fields, and a list a
choice. `byok snapshot` has a schema of its own.
"""

from typing import Any, Final

from factory_byok.core.droid_facts import EntryFate, FileFate, FileLevel
from factory_byok.core.facts import Basis, Exercise, Machine
from factory_byok.core.findings import Outcome
from factory_byok.core.units import Bytes, Parameters, Tokens
from factory_byok.sizing.fitting.candidate import Source, ToolCalls
from factory_byok.sizing.fitting.one import Where
from factory_byok.sizing.recommendation import Place
from factory_byok.workflows.offered_models import Offered
from factory_byok.workflows.setup.steps import Step
from factory_byok.workflows.windows import Row

Texts = tuple[str, ...]


def several(shape: Any) -> tuple[str, Any]:
    """A list of such objects."""
    return ("several", shape)


def perhaps(shape: Any) -> tuple[str, Any]:
    """Such an object, or null."""
    return ("perhaps", shape)


# --- parts ---------------------------------------------------------------------------------------

ENTRY: Final = {
    "id": str,
    "name": str,
    "model": str,
    "base_url": str,
    "dialect": str,
    "max_output": int | None,
    "file": str,
    "level": FileLevel,
    "fate": EntryFate,
    "reason": str,
}
FILE: Final = {
    "path": str,
    "level": FileLevel,
    "fate": FileFate,
    "reason": str,
    "line": int | None,
    "column": int | None,
}
PULL: Final = {"model": str, "max_output": Tokens, "place": Place, "reason": str}
RECOMMENDATION: Final = {
    "gpu_row": str | None,
    "memory_row": str | None,
    "gpu_memory": Bytes | None,
    "memory": Bytes | None,
    "rows": several({"size": str, "place": Place}),
    "pulls": several(PULL),
    "best": PULL,
    "unread": Texts,
    "left_out": Texts,
    "own": perhaps({"model": str, "installed": bool, "reason": str, "why_not_the_pages": str}),
}
PARTS: Final = {
    "weights": Bytes, "kv_cache": Bytes, "compute": Bytes, "overhead": Bytes, "total": Bytes,
}  # fmt: skip
PLACEMENT: Final = {
    "where": Where,
    "on_gpu": Bytes | None,
    "in_memory": Bytes | None,
    "by_gpu": tuple[Bytes, ...] | None,
    "missing": Bytes | None,
    "beside": Bytes,
    "read_for_each_token": Bytes | None,
    "gpu_share": float | None,
    "total": Bytes,
}
MODEL: Final = {
    "model": str,
    "tools": ToolCalls,
    "parameters": Parameters | None,
    "cloud": bool,
    "basis": Basis,
}
LARGEST: Final = {
    "largest_window_on_gpu": Tokens | None,
    "largest_window_in_memory": Tokens | None,
}
ROOM: Final = {
    "gpus": tuple[Bytes, ...] | None,
    "usable_on_gpu": Bytes | None,
    "memory": Bytes | None,
    "notes": Texts,
}
TABLE: Final = {
    "row": str, "gpu_memory": Bytes, "memory": Bytes, "place": Place, "agrees": bool, "why": str,
}  # fmt: skip
AS_SERVED: Final = {
    "window": Tokens, "decided_by": str, "kv_type": str, "parallel": int, "total": Bytes,
}  # fmt: skip
CHECK: Final = {"check": str, "title": str, "text": str, "what_to_do": str}
DONE: Final = {"wanted": Tokens, "done": bool, "worked": bool | None, "models": tuple[Row, ...]}

# --- verbs ---------------------------------------------------------------------------------------

SHAPES: Final[dict[str, list[dict[str, Any]]]] = {
    "setup": [
        {
            "steps": tuple[Step, ...],
            "entry": perhaps(ENTRY),
            "changed": bool,
            "results": tuple[Exercise, ...],
            "go_on": Texts | None,
            "plan": Texts | None,
            "diff": str,
        }
    ],
    "doctor": [
        {
            "outcomes": tuple[Outcome, ...],
            "machine": Machine,
            "recommendation": RECOMMENDATION,
            "results": tuple[Exercise, ...],
        }
    ],
    "list": [
        {
            "entries": several({**ENTRY, "default": bool, "last_window": Tokens | None}),
            "files": several(FILE),
            "droid": {"version": str | None, "rules": str},
        }
    ],
    "fit": [
        {
            "machine": Machine,
            "recommendation": RECOMMENDATION,
            "models": several(
                {
                    **MODEL,
                    **LARGEST,
                    "source": str,
                    "place": Where,
                    "reaches_32k": bool,
                    "reaches_64k": bool,
                    "reason": str,
                }
            ),
        },
        {
            **MODEL,
            **LARGEST,
            "source": Source,
            "longest_window": Tokens | None,
            "file": Bytes,
            "quantization": str,
            "loaded_window": Tokens | None,
            "loaded_bytes": Bytes | None,
            "server_now": perhaps(AS_SERVED),
            "window": Tokens,
            "kv_type": str,
            "parallel": int,
            "demand": {**PARTS, "gpus": int},
            "least": Bytes | None,
            "placement": PLACEMENT,
            "free": ROOM,
            "windows": several({"window": Tokens, **PARTS, "placement": PLACEMENT}),
            "with_q8_0": perhaps({**PARTS, "largest_window_on_gpu": Tokens | None}),
            "table": perhaps(TABLE),
            "assumptions": Texts,
            "machine": Machine,
        },
    ],
    "explain": [
        {"checks": several(CHECK), "topics": Texts},
        {"checks": several(CHECK)},
        {"topic": str, "text": str},
    ],
    "add": [
        {
            "entry": ENTRY,
            "changed": bool,
            "written": bool,
            "copy": str | None,
            "file": str,
            "why_there": str,
            "compaction_limit": Tokens | None,
            "diff": str,
            "results": tuple[Exercise, ...],
            "read_by": str,
        },
        {"provider": str, "endpoint": str, "base_url": str, "models": tuple[Offered, ...]},
        {
            "provider": str,
            "endpoint": str,
            "added": several(ENTRY),
            "removed": several(ENTRY),
            "already": Texts,
            "left_out": several({"name": str, "why": str}),
            "written": bool,
            "diff": str,
            "read_by": str,
        },
    ],
    "set": [{"id": str, "changed": bool, "written": bool, "diff": str, "read_by": str}],
    "remove": [
        {
            "id": str,
            "files": Texts,
            "removed": bool,
            "was_default": bool,
            "read_by": str,
            "diff": str,
        }
    ],
    "fix": [
        {
            "repaired": several({"check": str, "subject": str, "message": str}),
            "actions": Texts,
            "refused": several({"check": str, "reason": str}),
            "by_hand": tuple[Texts, ...],
            "written": bool,
            "diff": str,
        }
    ],
    "undo": [
        {"steps": several({"step": str, "at": str, "verb": str, "path": str, "what": str})},
        {"files": Texts, "diff": str, "verb": str, "also": Texts, "kept": Texts},
    ],
    "pull": [
        {
            "model": str,
            "endpoint": str,
            "was_present": bool,
            "expected_bytes": Bytes | None,
            "pulled": bool,
            "bytes": Bytes | None,
            "fetched_bytes": Bytes | None,
            "seconds": float | None,
            "cuts": int,
        }
    ],
    "window": [
        {"models": tuple[Row, ...]},
        {**DONE, "model": str, "base": str, "entries": Texts, "already": bool, "diff": str},
        {**DONE, "endpoint": str, "by_hand": str, "commands": tuple[Texts, ...]},
    ],
    "apply": [
        {
            "manifest": str,
            "check": bool,
            "changes": several({"what": str, "subject": str, "from": Any, "to": Any, "done": bool}),
            "entries": dict[str, str],
            "diff": str,
            "read_by": str,
        }
    ],
    "test": [{"results": tuple[Exercise, ...], "interrupted": bool}],
    "completion": [{"shell": str, "script": str, "installed": str | None, "changed": Texts}],
}
