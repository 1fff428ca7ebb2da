"""Made-up machines: folders of settings files, valid, odd and broken, and what byok lists there."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from factory_byok.core.facts import Entry
from factory_byok.core.world import World
from factory_byok.droid.rules import NEWEST, Followed, rules_of
from factory_byok.droid.settings.effective import Effective, Source, effective
from factory_byok.droid.settings.locate import places

ORGANISATION = "etc/factory/settings.json"


@dataclass(frozen=True)
class MadeUp:
    """Files by relative path (their bytes), the working folder, and folders to make."""

    files: Mapping[str, bytes]
    cwd: str = "home"
    folders: tuple[str, ...] = field(default=())

    def write(self, root: Path) -> None:
        """Makes the machine below `root`."""
        for folder in ("home", self.cwd, *self.folders):
            (root / folder).mkdir(parents=True, exist_ok=True)
        for name, content in self.files.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)


def world_of(root: Path, cwd: str) -> World:
    """The world of a made-up machine, its own `/etc` included."""
    home = root / "home"
    return World("linux", home, home, root / cwd, {}, root=root)


def judged(world: World, version: str = NEWEST.versions[-1]) -> Effective:
    """What byok makes of a made-up machine by the rules of one version of droid."""
    sources = []
    for place in places(world):
        exists = place.path.is_file()
        raw = place.path.read_bytes() if exists else b""
        text = raw.decode("utf-8", "surrogateescape") if exists else None
        sources.append(Source(place, text))
    return effective(sources, {}, Followed(rules_of(version), version, "pinned"))


def help_block(entries: tuple[Entry, ...], version: str = NEWEST.versions[-1]) -> str:
    """The rows of `droid exec --help` for the listed entries, as droid lays them out."""
    rows = [(entry.id, entry.name or "(custom)") for entry in entries if entry.fate == "listed"]
    least = 27 if rules_of(version).needs_key else 0  # the older droids' narrowest column
    width = max(max((_js_length(row[0]) for row in rows), default=0) + 1, least)
    return "".join(f"  {id_}{' ' * (width - _js_length(id_))}  {name}\n" for id_, name in rows)


def block_of(help_text: str) -> str:
    """The rows below "Custom Models:" in droid's own help; "" without that heading."""
    _, found, rest = help_text.partition("Custom Models:\n")
    return rest.partition("\nModel details:")[0] if found else ""


def _js_length(text: str) -> int:
    """The length as JavaScript counts it, in UTF-16 units."""
    return len(text.encode("utf-16-le")) // 2


# --- making machines up ---------------------------------------------------------------------------

_SPACES = "\t\n\v\f\r \u00a0\u1680\u2003\u2028\u202f\u3000\ufeff\u0085\u180e\u200b\x1c"
_NAMES = [
    "m",
    "M",
    "m-0",
    "m 0",
    "",
    " ",
    "Qwen 2.5 [Local]",
    "é",
    "e\u0301",
    "模型",
    "😀",
    "a/b:c",
]
_COMMON = st.sampled_from(["m", "n", "m 0"])  # so that files often speak of the same model
_names = st.one_of(
    _COMMON,
    _COMMON,
    st.sampled_from(_NAMES),
    st.text(st.sampled_from("mx-0 " + _SPACES), max_size=5),
    st.text(st.characters(), max_size=6),
)
_odd = st.sampled_from(
    [None, True, False, 0, -5, 1.5, "4000", "", [], {}, [1], {"a": 1}, {"a": "b"}]
)
_dialects = st.sampled_from(
    ["openai"] * 6
    + [
        "anthropic",
        "generic-chat-completion-api",
        "GENERIC_CHAT_COMPLETION_API",
        "bedrock-converse",
    ]
)
_bad_dialects = st.sampled_from(["ollama", "google", " openai", "openai ", "", "generic"])
_keys = st.sampled_from(
    ["k", "", "ollama", "${K}", "YOUR_API_KEY", "YOUR_OPENAI_API_KEY", "YOUR_KEY"]
)
_ids = st.sampled_from(
    ["custom:m-0", "custom:m-1", "custom:x", "x", "", "custom:a b", "custom:é-0"]
)
_CAMEL = {
    "model": _names,
    "provider": _dialects,
    "baseUrl": st.sampled_from(["http://localhost:11434/v1", "", "nope", "${X}"]),
    "displayName": _names,
    "apiKey": _keys,
    "id": _ids,
    "maxOutputTokens": st.sampled_from([4000, 0, -1, 1e400, 12.5]),
    "index": st.integers(0, 3),
    "noImageSupport": st.booleans(),
    "extraHeaders": st.just({"a": "b"}),
    "extraArgs": st.just({"num_ctx": 5}),
    "reasoningEffort": st.sampled_from(["high", "bogus"]),
    "enableThinking": st.booleans(),
    "thinkingMaxTokens": st.just(5),
    "maxContextLimit": st.just(5),
    "bedrock": st.sampled_from([{}, {"awsRegion": "x"}, {"awsRegion": 5}]),
    "__proto__": st.just({"model": "lent", "baseUrl": "u", "base_url": "u"}),
}
_SNAKE = {
    "model": _names,
    "provider": _dialects,
    "base_url": _CAMEL["baseUrl"],
    "model_display_name": _names,
    "api_key": _keys,
    "id": _ids,
    "max_tokens": _CAMEL["maxOutputTokens"],
    "supports_images": st.booleans(),
    "extra_headers": _CAMEL["extraHeaders"],
    "extra_args": _CAMEL["extraArgs"],
    "reasoning_effort": _CAMEL["reasoningEffort"],
    "enable_thinking": st.booleans(),
    "thinking_max_tokens": st.just(5),
    "max_context_limit": st.just(5),
    "bedrock": st.sampled_from(
        [{}, {"awsRegion": "x"}, {"awsRegion": 5}, {"requestMetadata": {"a": 1}}]
    ),
    "__proto__": _CAMEL["__proto__"],
}
_ORGANISATION = _CAMEL | {
    "provider": st.sampled_from(
        ["openai"] * 9 + ["anthropic", "bedrock-converse", "google", "xai"]
    ),
    "baseUrl": st.sampled_from(["http://localhost:11434/v1", "nope", "${X}"]),
    "reasoningEffort": st.sampled_from(["high", "max"]),
    "bedrock": st.sampled_from(
        [{}, {"awsRegion": "x"}, {"awsRegion": ""}, {"bedrockBaseUrl": "http://"}]
    ),
    "apiKeyHelper": st.just("true"),
    "apiKeyHelperTtlMs": st.sampled_from([1, 0, 1.5]),
    "authMode": st.sampled_from(["bearer", "provider-default"]),
    "fileEditToolProfile": st.sampled_from(["apply-patch", "create-edit", "other"]),
}
_BREAKS = [
    "#x\n",
    ",",
    "\ufeff",
    "{",
    "]",
    "'",
    "\0",
    "\f",
    "\u00a0",
    "\u2028",
    "/*",
    "//",
    "x",
    '"',
    "\\",
    "1",
]


@st.composite
def entries(draw: st.DrawFn, fields: Mapping[str, st.SearchStrategy[Any]]) -> Any:
    """One item of a list of models: mostly good, sometimes odd in one way."""
    required = list(fields)[:3]
    optional = draw(st.lists(st.sampled_from(list(fields)[3:]), max_size=3, unique=True))
    entry = {key: draw(fields[key]) for key in [*required, *optional]}
    fate = draw(st.integers(0, 15))
    if fate == 0:
        return draw(_odd)
    if fate in (1, 2):
        entry[draw(st.sampled_from(list(fields)))] = draw(_odd)
    if fate == 3:
        del entry[draw(st.sampled_from(required))]
    if fate == 4 and draw(st.booleans()):
        entry["provider"] = draw(_bad_dialects)
    return entry


@st.composite
def files(draw: st.DrawFn, config: bool) -> bytes:
    """The bytes of one file."""
    key, fields = ("custom_models", _SNAKE) if config else ("customModels", _CAMEL)
    wrong = ("customModels", _CAMEL) if config else ("custom_models", _SNAKE)
    values: Any = {"other": draw(_odd), key: draw(st.lists(entries(fields), max_size=6))}
    odd = draw(st.integers(0, 24))
    if odd == 0:
        values[key] = draw(_odd)
    if odd == 1:
        values[wrong[0]] = values.pop(key)
    if odd == 2:
        values[key] = draw(st.lists(entries(wrong[1]), max_size=3))
    if odd == 3:
        values = draw(_odd)
    if odd == 4:
        values = {"__proto__": values}
    if odd == 5:
        del values[key]
    return _written(draw, values)


def _written(draw: st.DrawFn, values: Any) -> bytes:
    """A value as text, in one of many hands, now and then broken."""
    text = json.dumps(
        values, indent=draw(st.sampled_from([None, 2])), ensure_ascii=draw(st.booleans())
    )
    if draw(st.integers(0, 5)) == 0:
        text = "// a comment\n" + text.replace("[", "[/* , */", 1) + "\n//"
    if draw(st.integers(0, 5)) == 0:
        text = text.replace("\n", "\r\n")
    if draw(st.integers(0, 7)) == 0:
        at = draw(st.integers(0, len(text)))
        text = text[:at] + draw(st.sampled_from(_BREAKS)) + text[at:]
    if draw(st.integers(0, 30)) == 0:
        text = text[: draw(st.integers(0, len(text)))]
    content = text.encode("utf-8", "surrogatepass")
    if draw(st.integers(0, 15)) == 0:
        content = content.replace(b"m", b"\xf0\x9f\x98", 1)
    return content


@st.composite
def organisation_files(draw: st.DrawFn) -> bytes:
    """The bytes of an organisation's file, sound more often than not since one fault rejects it."""
    values: Any = {"customModels": draw(st.lists(entries(_ORGANISATION), max_size=2))}
    if draw(st.integers(0, 7)) == 0:
        setting = draw(st.sampled_from(["hooks", "env", "modelPolicy", "commandAllowlist"]))
        values[setting] = draw(st.sampled_from([{}, [], 5]))
    if draw(st.integers(0, 11)) == 0:
        values = {"__proto__": values}
    return _written(draw, values)


@st.composite
def machines(draw: st.DrawFn) -> MadeUp:
    """A machine with files at one to four levels, seen from one of several working folders."""
    cwd = draw(st.sampled_from(["home", "work", "work/a", "work/a/b", "home/p", "home/p/q"]))
    marks = draw(st.lists(st.sampled_from(["work", "home/p", "home", "work/a"]), max_size=2))
    written: dict[str, bytes] = {}
    for folder in ("home", "work", "work/a", "work/a/b", "home/p", "home/p/q"):
        if folder != "home" and draw(st.integers(0, 2)):
            continue
        for name in ("settings.json", "settings.local.json", "config.json"):
            often = folder == "home" and name != "settings.local.json"
            if draw(st.integers(0, 3)) == 0 or (often and draw(st.integers(0, 3))):
                written[f"{folder}/.factory/{name}"] = draw(files(name == "config.json"))
    if draw(st.integers(0, 4)) == 0:
        written[ORGANISATION] = draw(organisation_files())
    return MadeUp(written, cwd, tuple(f"{mark}/.git" for mark in marks))


# --- sound machines: many entries survive, so that it shows which of them hides which -------------


@st.composite
def _sound_entries(draw: st.DrawFn, config: bool) -> Any:
    """One entry of few words, with at most one thing that some version minds."""
    name, url, key = (
        ("model_display_name", "base_url", "api_key")
        if config
        else ("displayName", "baseUrl", "apiKey")
    )
    word = st.sampled_from(["m", "n", "m 0", "M"])
    entry: dict[str, Any] = {"model": draw(word), "provider": "openai", url: "http://h/v1"}
    entry[key] = draw(st.sampled_from(["k", "k", "k", "", "YOUR_API_KEY", 5]))
    if draw(st.booleans()):
        entry[name] = draw(word)
    odd: list[tuple[str, Any]] = [("provider", "zz")]
    odd += (
        [("reasoning_effort", 5), ("max_tokens", "5"), ("model_display_name", True)]
        if config
        else [("id", "custom:m-0"), ("id", "custom:n-1"), ("id", ""), ("id", "x")]
    )
    if draw(st.integers(0, 4)) == 0:
        entry.update([draw(st.sampled_from(odd))])
    return entry


@st.composite
def sound_machines(draw: st.DrawFn) -> MadeUp:
    """A machine whose three levels all hold entries of the same few models."""
    written: dict[str, bytes] = {}
    for folder in ("home", "work", "work/a"):
        for name in ("settings.json", "settings.local.json", "config.json"):
            if draw(st.integers(0, 3)) >= (1 if "local" in name else 3):
                continue
            config = name == "config.json"
            value: Any = draw(st.lists(_sound_entries(config), max_size=4))
            if draw(st.integers(0, 15)) == 0:
                value = draw(st.sampled_from([None, {}, 5]))
            body = {"custom_models" if config else "customModels": value}
            written[f"{folder}/.factory/{name}"] = json.dumps(body).encode()
    if draw(st.integers(0, 3)) == 0:
        models = draw(st.lists(_sound_entries(False), max_size=2))
        written[ORGANISATION] = json.dumps({"customModels": models}).encode()
    cwd = draw(st.sampled_from(["home", "work", "work/a"]))
    return MadeUp(written, cwd, ("work/.git",) if draw(st.booleans()) else ())
