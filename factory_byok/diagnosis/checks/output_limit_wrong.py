"""The output limit is unusable, or leaves too little of the window.

droid asks for that many tokens with each request, 32,000 when the entry does not say. A limit that
is not a positive whole number makes servers refuse, and one above half of the window crowds out
the conversation. Factory's page suggests 16,000 for 32B models, 4,000 for 7B and 128,000 in the
cloud.
"""

from collections.abc import Iterator

from factory_byok.core.actions import Edit, by_edits
from factory_byok.core.facts import Entry, Known, Model, Snapshot
from factory_byok.core.findings import Finding, Remedy
from factory_byok.core.model_names import is_cloud, parameters_in
from factory_byok.core.requirements import FLOOR, SMALLEST
from factory_byok.core.units import show_tokens
from factory_byok.droid.entry_edits import set_field
from factory_byok.droid.field_names import FIELDS

TITLE = "Output limits"
WHAT_TO_DO = (
    "`byok fix output-limit-wrong` writes a limit that fits, `byok set ENTRY max_output=N` "
    "another one"
)
DROIDS_OWN = 32_000  # measured with droid 0.225.2
LARGE, SMALL, CLOUD = 16_000, 4_000, 128_000  # docs.factory.ai/cli/byok/ollama


def check(snap: Snapshot) -> Iterator[Finding]:
    """One finding for each listed entry with a wrong limit, else with one too large to fit."""
    served = {id(entry): model for entry, _, model in snap.served()}
    for entry in snap.listed():
        model = served.get(id(entry))
        found = _wrong(entry, model) or _unread(entry) or (_large(entry, model) if model else None)
        if found:
            yield found


def _wrong(entry: Entry, model: Model | None) -> Finding | None:
    """A limit that is not a positive whole number."""
    limit = entry.max_output
    if not entry.max_output_odd and (limit is None or limit > 0):
        return None
    shown = entry.max_output_odd or str(limit)
    digits = shown.isascii() and shown.isdigit() and int(shown) > 0
    better = int(shown) if digits else fitting(entry, model)
    message = f"Its output limit `{shown}` is not a positive whole number"
    return Finding("error", entry.label, message, _remedy(entry, better))


def _unread(entry: Entry) -> Finding | None:
    """A limit under a key that this file does not have."""
    right = FIELDS[entry.kind]["max_output"]
    wrong = next((wrong for wrong, meant in entry.misspelt if meant == right), "")
    if not wrong:
        return None
    message = f"droid does not read `{wrong}` here and uses its own {show_tokens(DROIDS_OWN)}"
    rename = Edit("rename", entry.file, f"{entry.pointer}/{wrong}", right, seen=entry.seen)
    return Finding("warning", entry.label, message, Remedy(f"Write `{right}`", by_edits((rename,))))


def _large(entry: Entry, model: Model) -> Finding | None:
    """A limit above half of the window; a window below the floor is to be raised, not fitted."""
    if not isinstance(model.window, Known):
        return None
    half = max(model.window.value.tokens, FLOOR) // 2
    limit = DROIDS_OWN if entry.max_output is None else entry.max_output
    if limit <= half:
        return None
    whose = "Its output limit" if entry.max_output else "droid's own output limit"
    message = f"{whose} of {show_tokens(limit)} is above half of its window"
    return Finding("warning", entry.label, message, _remedy(entry, fitting(entry, model)))


def _remedy(entry: Entry, better: int) -> Remedy:
    """The new limit."""
    return Remedy(f"Make it {better}", by_edits((set_field(entry, "max_output", better),)))


def fitting(entry: Entry, model: Model | None) -> int:
    """The page's limit for a model, and at most half of its window where that is known."""
    parameters = parameters_in(entry.model)
    if model and isinstance(model.parameters, Known):
        parameters = model.parameters.value
    page = LARGE if parameters is None or parameters >= SMALLEST else SMALL
    if is_cloud(entry.model) or (model and model.remote_host):
        page = CLOUD
    if model and isinstance(model.window, Known):
        return min(page, max(model.window.value.tokens, FLOOR) // 2)
    return page
