"""The output limit is unusable, or leaves too little of the window.

droid asks for that many tokens with each request, 32,000 when the entry does not say (other
numbers for model names that it knows). A limit that is not a positive whole number makes servers
refuse, as one does that fills the window where prompt and answer are added up beforehand; one above
half of the window crowds out the conversation. Factory's page suggests 16,000 for 32B models, 4,000
for 7B and 128,000 in the cloud.
"""

from collections.abc import Iterator

from factory_byok.core.actions import by_edits
from factory_byok.core.facts import Entry, Known, Model, Snapshot
from factory_byok.core.findings import Finding, Remedy
from factory_byok.core.model_names import is_cloud, parameters_in
from factory_byok.core.requirements import FLOOR, SMALLEST
from factory_byok.core.units import show_tokens
from factory_byok.droid.entry_edits import rename_key, set_field
from factory_byok.droid.field_names import FIELDS
from factory_byok.droid.known_models import DEFAULT_OUTPUT, default_output
from factory_byok.providers.hosted import HOSTED

TITLE = "Output limits"
WHAT_TO_DO = (
    "`byok fix output_limit_wrong` writes a limit that fits, `byok set ENTRY max_output=N` "
    "another one"
)
FIRST_REQUEST = 8_800  # tokens of the first request of `droid exec`, measured with 0.225.2
MOST = 300_000  # above the longest output of any model in the providers' lists (128,000 in 2026)
ADDS_UP = ("vllm",)  # docs.vllm.ai: prompt and max_tokens must fit into max_model_len together
LARGE, SMALL, CLOUD = 16_000, 4_000, 128_000  # docs.factory.ai/cli/byok/ollama


def check(snap: Snapshot) -> Iterator[Finding]:
    """One finding for each listed entry with a wrong limit, else with one too large to fit."""
    served = {id(entry): model for entry, _, model in snap.served()}
    for entry in snap.listed():
        model = served.get(id(entry))
        found = _wrong(entry, model) or _unread(entry)
        if model and not found:
            found = _full(snap, entry, model) or _large(entry, model)
        found = found or _absurd(entry, model)
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
    message = f"droid does not read `{wrong}` here and uses its own {show_tokens(DEFAULT_OUTPUT)}"
    rename = rename_key(entry, wrong, right)
    return Finding("warning", entry.label, message, Remedy(f"Write `{right}`", by_edits((rename,))))


def _large(entry: Entry, model: Model) -> Finding | None:
    """A limit above half of the window; a window below the floor is to be raised, not fitted."""
    if not isinstance(model.window, Known):
        return None
    half = max(model.window.value.tokens, FLOOR) // 2
    limit = sent(entry)
    if limit <= half:
        return None
    whose = "Its output limit" if entry.max_output else "droid's own output limit"
    message = f"{whose} of {show_tokens(limit)} is above half of its window"
    return Finding("warning", entry.label, message, _remedy(entry, fitting(entry, model)))


def _full(snap: Snapshot, entry: Entry, model: Model) -> Finding | None:
    """A limit that leaves no room for droid's first request, where the server adds both up."""
    if not isinstance(model.window, Known):
        return None
    window, limit = model.window.value.tokens, sent(entry)
    server = snap.server(entry.endpoint)
    strict = server is not None and server.provider in (*HOSTED, *ADDS_UP)
    if not strict or window < FLOOR or limit + FIRST_REQUEST <= window:
        return None
    message = (
        f"An output limit of {show_tokens(limit)} leaves no room for droid's first request in a "
        f"window of {window:,}, so every turn is refused"
    )
    return Finding("error", entry.label, message, _remedy(entry, fitting(entry, model)))


def _absurd(entry: Entry, model: Model | None) -> Finding | None:
    """A limit above that of any model."""
    if entry.max_output is None or entry.max_output <= MOST:
        return None
    message = f"No model writes {show_tokens(entry.max_output)} at once, and providers refuse that"
    return Finding("warning", entry.label, message, _remedy(entry, fitting(entry, model)))


def sent(entry: Entry) -> int:
    """The output limit that droid sends for an entry, in tokens."""
    return default_output(entry.model) if entry.max_output is None else entry.max_output


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
