"""One question per file, cause before symptom; the file's name is the check's code."""

from importlib import import_module
from types import ModuleType
from typing import Final

# The checks that judge exercises of a running model (`byok test`, `byok doctor --deep`).
LIVE_CODES: Final = (
    "chat_fails",
    "stream_broken",
    "tool_call_broken",
    "prompt_cut",
    "load_slow",
    "too_slow",
    "reloads",
)

CODES: Final = (
    # droid's files, from what hides everything to what hides one entry
    "file_rejected",
    "key_repeated",
    "provider_unknown",
    "entry_dropped",
    "entry_unselectable",
    "entry_shadowed",
    "entry_duplicate",
    "entry_vanished",
    # what an entry says
    "base_url_wrong",
    "key_not_set",
    "key_unusable",
    "key_exposed",
    "key_claimed_by_ollama",
    "project_entry_untrusted",
    "host_mismatch",
    "setting_ignored",
    "default_model_unusable",
    # the server and its models
    "server_silent",
    "port_taken",
    "key_refused",
    "proxy_in_the_way",
    "server_outdated",
    "model_missing",
    "cloud_unavailable",
    "tools_unsupported",
    "tools_as_text",
    "reasoning_unsupported",
    "model_too_large",
    "gpu_unseen",
    "model_on_cpu",
    "disk_low",
    "window_setting_ignored",
    "window_too_small",
    "output_limit_wrong",
    "compaction_above_window",
    "compaction_elsewhere",
    "model_too_small",
    "sampling_overridden",
    # what exercising the models showed
    *LIVE_CODES,
    # droid itself
    "droid_missing",
    "droid_unmeasured",
    "droid_disagrees",
)

CHECKS: Final[tuple[ModuleType, ...]] = tuple(
    import_module(f"factory_byok.diagnosis.checks.{code}") for code in CODES
)
