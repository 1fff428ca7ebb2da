"""A model's name outside the list of a server that is not Ollama's; pure.

Such a server may take it all the same: gateways know wildcards and suffixes, and a llama-server
with one model takes any name. So it is a warning at most, and never repaired by itself.
"""

import re
from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase

from factory_byok.core.actions import by_command
from factory_byok.core.facts import Entry, Known, Server
from factory_byok.core.findings import Finding, Remedy

# Suffixes that gateways take off before they look a name up: thinking levels and budgets
# (help.router-for.me/configuration/thinking), OpenRouter's variants.
SUFFIX = re.compile(
    r"\([^()]*\)$|-thinking(?:-\d+)?$|-(?:minimal|low|medium|high|xhigh|max)$|"
    r":(?:free|online|nitro|floor|exacto|extended|thinking|beta)$"
)


def unlisted(entry: Entry, server: Server, near: Sequence[str]) -> Iterator[Finding]:
    """What to say of an entry's name that a server does not list; `near` are names like it."""
    models = server.models.value if isinstance(server.models, Known) else ()
    listed = [model.name for model in models]
    if not listed or is_taken(entry.model, listed):
        return
    if server.provider == "llama-cpp" and len(listed) == 1:
        message = f"llama-server serves only `{listed[0]}`, and takes any name for it"
        yield Finding("note", entry.label, message, _write(entry, listed[0]))
        return
    also = f"; closest: {', '.join(f'`{each}`' for each in near)}" if near else ""
    message = f"`{entry.model}` isn't in the list of {entry.endpoint}{also}"
    name = near[0] if near else listed[0] if len(listed) == 1 else ""
    again = by_command(("byok", "test", entry.id, "--only", "chat"))
    remedy = Remedy("See with `byok test` whether the server takes the name", again)
    yield Finding("warning", entry.label, message, _write(entry, name) if name else remedy)


def _write(entry: Entry, name: str) -> Remedy:
    """Another name, as a command that the user may run."""
    text = f"If `byok test` fails, write `{name}` into the entry"
    return Remedy(text, by_command(("byok", "set", entry.id, f"model={name}")))


def is_taken(name: str, listed: Sequence[str]) -> bool:
    """Whether a list covers a name: by a wildcard, or without a suffix that gateways know.

    Google lists `models/NAME` and takes NAME (ai.google.dev/gemini-api/docs/openai).
    """
    bare = SUFFIX.sub("", name)
    return any(fnmatchcase(name, each.removeprefix("models/")) or each == bare for each in listed)
