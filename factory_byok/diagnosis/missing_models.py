"""Names of models that a server does not have: the ones like them, and what to do; pure.

A server that is not Ollama may take a name outside its list all the same: gateways know wildcards
and suffixes, and a llama-server with one model takes any name. So there it is a warning at most,
and never repaired by itself.
"""

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher, get_close_matches
from fnmatch import fnmatchcase

from factory_byok.core.actions import CopyModel, PullModel, by_command, by_edits
from factory_byok.core.addresses import base_url_of, is_here, parse_address
from factory_byok.core.facts import Entry, Known, Model, Server, Snapshot
from factory_byok.core.findings import Finding, Remedy
from factory_byok.core.model_names import (
    DEFAULT_HOST,
    LONGEST,
    derived_from,
    parameters_in,
    parse_name,
    same_model,
)
from factory_byok.core.units import Tokens
from factory_byok.droid.entry_edits import set_field
from factory_byok.sizing.catalogue import lookup, rows

MOST_NAMES = 3
LEAST_PART = 3  # letters of a name that may stand for the whole
LEAST_BYTES = 0.5  # for each parameter, at four bits
# Large models that Ollama's cloud offers (its cmd/launch/models.go, 0.33).
IN_CLOUD = ("qwen3-coder:480b", "gpt-oss:120b", "deepseek-v3.1:671b", "kimi-k2:1t")
LEAST_ALIKE = (
    0.8  # of the letters, as difflib counts them: `codr` for `coder`, not `code` for `chat`
)
# Suffixes that gateways take off before they look a name up: thinking levels and budgets
# (help.router-for.me/configuration/thinking), OpenRouter's variants.
SUFFIX = re.compile(
    r"\([^()]*\)$|-thinking(?:-\d+)?$|-(?:minimal|low|medium|high|xhigh|max)$|"
    r":(?:free|online|nitro|floor|exacto|extended|thinking|beta)$"
)


def is_absent(provider: str) -> str:
    """How one says that a server lacks a model."""
    return "isn't installed" if provider == "ollama" else "isn't served"


def nearest(name: str, names: list[str]) -> list[str]:
    """The names most like one, best first: of the same family, of similar spelling, else with it.

    `gemma` is in `google/gemma-4-e4b`, however little of it.
    """
    family = [each for each in names if same_family(each, name)]
    lowered = {each[:LONGEST].lower(): each for each in names}
    similar = get_close_matches(name[:LONGEST].lower(), list(lowered), MOST_NAMES, 0.6)
    wanted = name.lower() if LEAST_PART <= len(name) <= LONGEST else "\0"
    parts = [each for each in lowered if wanted in each]
    return list(dict.fromkeys([*family, *(lowered[each] for each in (*similar, *parts))]))[
        :MOST_NAMES
    ]


def meant(name: str, names: list[str]) -> str:
    """The name that a misspelt one was probably meant to be, "" when it may well be right.

    Of the server's names, else of those that the library is known to have. Numbers are no slip of
    the pen: `qwen2` is another model than `qwen3`.
    """
    parts = parse_name(name)
    if parts is None:
        return names[0] if names else ""  # there can be none of that name
    if lookup(name) is not None or parts.host != DEFAULT_HOST:
        return ""
    family = _family(name)
    known = any(row.model == family for row in rows())
    for each in names:
        if (known and _family(each) == family) or _is_slip(name, each):
            return each
    return next((row.name for row in rows() if _is_slip(name, row.name)), "")


def _is_slip(name: str, other: str) -> bool:
    """Whether two names differ only in a few letters of the family."""
    first, second = _family(name), _family(other)
    if first == second or re.findall(r"\d+", first) != re.findall(r"\d+", second):
        return False
    sizes = {parameters_in(name), parameters_in(other)} - {None}
    return len(sizes) < 2 and SequenceMatcher(None, first, second).ratio() >= LEAST_ALIKE


def _family(name: str) -> str:
    """A name without its place and its tag."""
    return name.rpartition("/")[2].partition(":")[0].lower()


def same_family(one: str, other: str) -> bool:
    """Whether two names differ at most in their tag and their place."""
    return _family(one) == _family(other)


def near_names(name: str, server: Server) -> list[str]:
    """The names of a server's models that are most like one."""
    models = server.models.value if isinstance(server.models, Known) else ()
    return nearest(name, [model.name for model in models])


def what_to_do(snap: Snapshot, endpoint: str, name: str, *, pulls: bool) -> str:
    """The sentence for a verb that was given a name which the server there does not have.

    `pulls` says that the server can download it.
    """
    other = elsewhere(snap, name, endpoint) if pulls else ""
    if other:
        return f"Another Ollama on this machine has it: `--endpoint {other}` asks there"
    server = snap.server(endpoint)
    told = server.models if server else None
    names = [model.name for model in told.value] if isinstance(told, Known) else []
    near = nearest(name, names)
    right = meant(name, near) if pulls else ""
    if right:
        return f"Did you mean `{right}`?"
    near = near or (names if len(names) <= MOST_NAMES else [])
    like = f"It has {', '.join(f'`{each}`' for each in near)}" if near else ""
    get = f"`byok pull {name}` downloads it" if pulls and parse_name(name) else ""
    return "; ".join(filter(None, (like, get)))


def like(near: list[str]) -> str:
    """The nearest names as the rest of a sentence."""
    return f"; closest: {', '.join(f'`{each}`' for each in near)}" if near else ""


def elsewhere(snap: Snapshot, model: str, endpoint: str) -> str:
    """The address of another Ollama on this machine that has a model, "" when there is none."""
    for address, names in snap.elsewhere.items():
        if any(same_model(name, model) for name in names):
            return address
    for other, reading in snap.servers.items():
        if other == endpoint or not is_here(other) or not isinstance(reading, Known):
            continue
        if reading.value.is_ollama and reading.value.model(model) is not None:
            return other
    return ""


def remedy_for(snap: Snapshot, entry: Entry, server: Server) -> Remedy:
    """Follow the model, download it where that is possible, else correct the name."""
    near, other = near_names(entry.model, server), elsewhere(snap, entry.model, entry.endpoint)
    if other:
        edit = set_field(entry, "base_url", base_url_of(other), entry.base_url)
        return Remedy(
            f"Point the entry at {other}, and keep only one server running", by_edits((edit,))
        )
    base, window = derived_from(entry.model)
    there = server.model(base) if base else None
    if there is not None and _reaches(there, int(window)):
        again = CopyModel(base, Tokens(int(window)), _at(snap, entry))
        return Remedy(f"Make that copy of `{base}` again", (again,))
    if near and ":" not in entry.model and same_family(near[0], entry.model):
        # The tag was forgotten: `:latest` is what Ollama then looks for, and hardly what is meant.
        edit = set_field(entry, "model", near[0], entry.model)
        return Remedy(f"Write `{near[0]}`, with its tag, into the entry", by_edits((edit,)))
    if entry.model in IN_CLOUD and _too_large(snap, entry):
        name = f"{entry.model}-cloud"
        edit = set_field(entry, "model", name, entry.model)
        return Remedy(f"Write `{name}`: it runs in Ollama's cloud", by_edits((edit,)))
    right = meant(entry.model, near)
    if right:
        edit = set_field(entry, "model", right, entry.model)
        return Remedy(f"Write `{right}` into the entry", by_edits((edit,)))
    if _too_large(snap, entry):
        text = "Choose a model that fits: this one is too large for the machine"
        return Remedy(text, by_command(("byok", "fit")))
    if parse_name(entry.model) is None:
        return Remedy(f"Correct the name: Ollama knows none such as `{entry.model}`")
    in_library = any(row.model == _family(entry.model) for row in rows())
    text = "Download it" if in_library else "Download it, if Ollama's library has that name"
    return Remedy(text, (PullModel(entry.model, _at(snap, entry)),))


def _too_large(snap: Snapshot, entry: Entry) -> bool:
    """Whether a model's name says that it cannot fit into this machine's memories together."""
    parameters, memory = parameters_in(entry.model), snap.machine.memory
    if parameters is None or not isinstance(memory, Known) or not is_here(entry.endpoint):
        return False
    cards = [each.value for each in snap.machine.gpus.values() if isinstance(each, Known)]
    known = [gpu.memory.value for gpus in cards for gpu in gpus if isinstance(gpu.memory, Known)]
    return parameters * LEAST_BYTES > memory.value.total + sum(known)


def _reaches(model: Model, window: int) -> bool:
    """Whether a model can have a window, as far as its end is known."""
    longest = model.longest_window
    return not isinstance(longest, Known) or longest.value >= window


def _at(snap: Snapshot, entry: Entry) -> str:
    """The entry's server, "" when it is the one that byok asks anyway."""
    address = parse_address(snap.default_endpoint)
    if address is not None and address.identity() == entry.endpoint:
        return ""
    return entry.endpoint


# --- servers that are no Ollama ------------------------------------------------------------------


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
