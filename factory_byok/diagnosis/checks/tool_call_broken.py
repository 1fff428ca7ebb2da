"""Tool calls do not work end to end.

droid reads, edits and runs everything through tools. The exercise offers droid's own, checks the
call against the tool's schema, sends a result back and looks whether the answer uses it. A
call that the model only writes into its text, as JSON or as `<tool_call>`, is none for droid: it
prints the text and stops.
"""

from collections.abc import Iterator

from factory_byok.core.actions import by_command
from factory_byok.core.addresses import parse_address
from factory_byok.core.facts import Entry, Exercise, Snapshot
from factory_byok.core.findings import Finding, Remedy
from factory_byok.core.words import lower_first
from factory_byok.diagnosis.checks.chat_fails import exercised, fault_of, level_of
from factory_byok.diagnosis.refusal_advice import remedy_for

TITLE = "Tool calls in practice"
WHAT_TO_DO = (
    "Choose a model that is trained to call tools, or start the server with its tool parser"
)

_AS_TEXT = ("json_text", "tag_text", "function_text")
# How each kind of server is told to read the calls that a model writes; their own documentation.
_PARSERS = {
    "llama-cpp": "Start llama-server again with `--jinja`, and with a template that knows tools",
    "lm-studio": "Update LM Studio and its runtime, or choose another quantization of the model",
    "vllm": "Start vLLM again with `--enable-auto-tool-choice` and the model's own "
    "`--tool-call-parser`",
}
LM_STUDIO = 1234  # its usual port (lmstudio.ai/docs)


def check(snap: Snapshot) -> Iterator[Finding]:
    """One finding for each entry whose tool exercise failed."""
    for entry, done in exercised(snap, "tools"):
        if level := level_of(done):
            useless = f"Tool calls of `{entry.model}` do not work, so droid cannot act through it"
            message = f"{useless}: {lower_first(done.reason)}"
            yield Finding(level, entry.label, message, _remedy(snap, entry, done))


def _remedy(snap: Snapshot, entry: Entry, done: Exercise) -> Remedy:
    """The next step by what went wrong."""
    fault = fault_of(done)
    if fault in _AS_TEXT:
        return _unparsed(snap, entry)
    if fault == "only_whole":
        who = "LM Studio and its runtime" if _kind(snap, entry) == "lm-studio" else "the server"
        return Remedy(f"Update {who}, or choose another quantization of the model")
    if fault == "nothing":
        return Remedy("Update the server, which left the answer out, and read its log")
    return remedy_for(snap, entry, done)


def _kind(snap: Snapshot, entry: Entry) -> str:
    """What kind of server it is, by what it says or by its usual port."""
    server, address = snap.server(entry.endpoint), parse_address(entry.endpoint)
    told = server.provider if server else ""
    usual = address is not None and address.port == LM_STUDIO
    return "lm-studio" if usual and told != "ollama" else told


def _unparsed(snap: Snapshot, entry: Entry) -> Remedy:
    """The server did not read what the model wrote."""
    kind = _kind(snap, entry)
    if kind == "ollama":
        return Remedy(
            "Pull the model again, since newer templates fix this, or choose another model",
            by_command(("byok", "pull", entry.model)),
        )
    text = "Start the server with its tool parser for this model"
    return Remedy(_PARSERS.get(kind, f"{text} (llama.cpp: --jinja), or update it"))
