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
from factory_byok.core.addresses import root_of
from factory_byok.core.facts import Entry, Snapshot
from factory_byok.core.findings import Finding, Remedy
from factory_byok.droid.entry_edits import set_field
from factory_byok.droid.field_names import DIALECTS

TITLE = "Dialects"
WHAT_TO_DO = (
    "`byok fix provider_unknown` writes the dialect that was probably meant; `byok set ENTRY "
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
    """The dialect that was meant: a close word, else by where the entry points."""
    meant = nearest(entry.dialect) or _by_address(entry)
    edit = set_field(entry, "dialect", meant, entry.dialect or None)
    return Remedy(f"Write `{meant}`", by_edits((edit,)))


def _by_address(entry: Entry) -> str:
    """The dialect by the base URL and the model: most servers and gateways speak the generic one.

    Anthropic's protocol is meant by its own host or path, and by a Claude behind a bare host, since
    droid adds `/v1/messages` there.
    """
    root = root_of(entry.base_url)
    path = entry.base_url.rstrip("/").partition("://")[2].partition("/")[2]
    named = "anthropic" in path or (root is not None and "anthropic" in root.host)
    return "anthropic" if named or ("claude" in entry.model.lower() and not path) else GENERIC


def nearest(dialect: str) -> str:
    """The dialect that a word most likely means; "" when none is close."""
    word = "-".join(dialect.lower().replace("_", "-").split())
    if word in SERVERS or word.startswith(("generic", "chat-completion")):
        return GENERIC
    if word in ("claude", "open-ai"):
        return "anthropic" if word == "claude" else "openai"
    return next(iter(get_close_matches(word, DIALECTS, 1, 0.75)), "")
