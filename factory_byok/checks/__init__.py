"""One question per file, cause before symptom; the file's name is the check's code."""

from importlib import import_module
from types import ModuleType
from typing import Final

CODES: Final = (
    # droid's files, from what hides everything to what hides one entry
    "file_rejected",
    "provider_unknown",
    "entry_dropped",
    "entry_unselectable",
    "entry_shadowed",
    "entry_duplicate",
    # what an entry says
    "base_url_wrong",
    "key_not_set",
    "key_exposed",
    "key_claimed_by_ollama",
    "host_mismatch",
    # the server and its models
    "server_silent",
    "port_taken",
    "model_missing",
    "tools_unsupported",
    "window_too_small",
    "output_limit_wrong",
    "compaction_above_window",
    "model_too_small",
    # droid itself
    "droid_missing",
    "droid_unmeasured",
)

CHECKS: Final[tuple[ModuleType, ...]] = tuple(
    import_module(f"factory_byok.checks.{code}") for code in CODES
)
