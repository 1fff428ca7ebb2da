"""Keys of an entry that droid does not read, and what their writers meant by them; pure.

droid's own keys were measured with 0.225.2; the others are seen in guides of other tools and in
what `ollama launch droid` writes (`supportsImages`).
"""

from typing import Final, NamedTuple

from factory_byok.core.droid_facts import FileKind
from factory_byok.droid.field_names import FIELDS

# What droid reads beside the named fields.
ALSO: Final = (
    "id", "index", "bedrock", "authMode", "apiKeyHelper", "apiKeyHelperTtlMs", "baseModelId",
    "useInRouter", "fileEditToolProfile", "auth_mode",
)  # fmt: skip
_WINDOW: Final = ("the window is set at the server: `byok window MODEL --set 32000`", "")
_SAMPLING: Final = ("droid sends it only from within `extraArgs`", "")
# A plain spelling → why it has no effect, and the meaning of the key that does.
_MEANT: Final = {
    **dict.fromkeys(
        ("maxtokens", "maxoutput", "maxcompletiontokens", "outputlimit", "outputtokens"),
        ("", "max_output"),
    ),
    **dict.fromkeys(("title", "label", "modelname"), ("", "name")),
    **dict.fromkeys(("headers", "customheaders"), ("", "headers")),
    **dict.fromkeys(("extrabody", "extraparams", "requestbody"), ("", "arguments")),
    **dict.fromkeys(("effort", "thinkinglevel"), ("", "reasoning_effort")),
    **dict.fromkeys(("token", "key", "apitoken"), ("", "key")),
    **dict.fromkeys(
        (
            "maxcontextlimit", "contextwindow", "contextlength", "contextlimit", "maxcontext",
            "maxcontexttokens", "numctx", "contextsize", "maxinputtokens",
        ),
        _WINDOW,
    ),
    **dict.fromkeys(("temperature", "topp", "topk", "seed", "options", "keepalive"), _SAMPLING),
    "supportsimages": ("the key is `noImageSupport`, which says the opposite", ""),
}  # fmt: skip


class Meant(NamedTuple):
    """Why a key has no effect (the rest of a sentence), and the right key of the same value."""

    why: str
    right: str = ""


def meaning_of(key: str, kind: FileKind) -> Meant | None:
    """What a key that droid does not read was meant for; None where that cannot be told."""
    plain = "".join(key.split()).replace("-", "").replace("_", "").lower()
    if plain not in _MEANT:
        return None
    why, meaning = _MEANT[plain]
    right = FIELDS[kind].get(meaning, "")
    return Meant(f"; the key is `{right}`" if right else f": {why}", right)


def is_read(key: str, kind: FileKind) -> bool:
    """Whether droid reads a key in this kind of file."""
    return key in FIELDS[kind].values() or key in ALSO
