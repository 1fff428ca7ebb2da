"""An entry names a dialect that droid does not know.

The field `provider` says how to speak to the server, not who runs it: droid accepts
`generic-chat-completion-api` (Ollama, LM Studio and most others), `openai`, `anthropic` and
`bedrock-converse`. For one other word it discards the whole `settings.json`, every other setting
in it included; from `config.json` it drops the entry. Up to 0.117.0 it lists such an entry, and
speaks to its server as to Anthropic's.
"""

from collections.abc import Iterator
from difflib import get_close_matches

from factory_byok.core.actions import by_edits
from factory_byok.core.facts import Entry, Snapshot
from factory_byok.core.findings import Finding, Remedy
from factory_byok.droid.entry_edits import set_field
from factory_byok.droid.field_names import DIALECTS

TITLE = "Dialects"
WHAT_TO_DO = (
    "`byok fix provider-unknown` writes the dialect that was probably meant; `byok set ENTRY "
    "dialect=WORD` any other"
)
GENERIC = DIALECTS[0]
# Who serves, where the field asks for the dialect: all of these speak the generic one.
SERVERS = (
    *("ollama", "lmstudio", "lm-studio", "llama.cpp", "llamacpp", "llama-cpp", "vllm", "litellm"),
    *("openrouter", "fireworks", "baseten", "deepinfra", "huggingface", "groq", "generic"),
    *("openai-compatible", "openai-compat", "openai-like", "local", "custom", "google", "gemini"),
)


def check(snap: Snapshot) -> Iterator[Finding]:
    """One finding for each entry of unknown dialect that droid gets to see."""
    rejected = {file.path for file in snap.files if file.fate == "rejected"}
    for entry in snap.entries:
        if entry.fault == "provider_unknown":
            lost = "drops this entry"
            if entry.kind != "config" or entry.file in rejected:
                lost = f"discards everything in `{entry.file}`"
        elif entry.fate == "listed" and entry.dialect not in DIALECTS:
            lost = "speaks to its server as to Anthropic's"
        else:
            continue
        message = f"droid does not know the dialect `{entry.dialect}` and {lost}"
        yield Finding("error", entry.label, message, _remedy(entry))


def _remedy(entry: Entry) -> Remedy:
    """The dialect that was meant, where one is close."""
    meant = nearest(entry.dialect)
    if not meant:
        return Remedy(f"Write one of {', '.join(f'`{each}`' for each in DIALECTS)}")
    edit = set_field(entry, "dialect", meant, entry.dialect or None)
    return Remedy(f"Write `{meant}`", by_edits((edit,)))


def nearest(dialect: str) -> str:
    """The dialect that a word most likely means; "" when none is close."""
    word = "-".join(dialect.lower().replace("_", "-").split())
    if word in SERVERS or word.startswith(("generic", "chat-completion")):
        return GENERIC
    if word in ("claude", "open-ai"):
        return "anthropic" if word == "claude" else "openai"
    return next(iter(get_close_matches(word, DIALECTS, 1, 0.75)), "")
