"""Secrets taken out of text that is shown: whole files, broken ones, comments and URLs.

Nothing of a secret is left, not its length either: each becomes `<secret-1>`, `<secret-2>` and so
on, the same secret the same label within one call. Where it is not clear what is meant, more is
masked rather than less. Words that are no secret (`not-needed`, `${NAME}`) stay readable.
"""

import re
from typing import Final

from factory_byok.settings.edit import diff

# A reader of tokens, not of JSON: it must also see through files that droid rejects.
_TOKEN: Final = re.compile(
    r"""(?P<comment>//[^\r\n]*|/\*.*?(?:\*/|\Z)|\#[^\r\n]*)"""
    r"""|(?P<string>"(?:\\.|[^"\\\r\n])*"?|'(?:\\.|[^'\\\r\n])*'?)"""
    r"""|(?P<open>[{\[])|(?P<close>[}\]])|(?P<colon>[:=])|(?P<comma>,)"""
    r"""|(?P<bare>[^\s"'{}\[\]:=,\#/]+|/)""",
    re.DOTALL,
)
_COLON: Final = re.compile(r"(?:\s|/\*.*?\*/|//[^\r\n]*)*[:=]", re.DOTALL)
_SECRET_NAME: Final = re.compile(
    r"key$|keyhelper$|headers?$|authorization$|token$|secrets?$|passw|passphrase|credentials?$"
    r"|bearer$|cookies?$|signature$|^(?:auth|pass|pwd|pw|sig)$|auth$"
)
_HARMLESS: Final = re.compile(
    r"(?i:(?:not[-_]needed|none|no-key|ollama|lm-studio|empty|dummy|placeholder|changeme|null|true"
    r"|false|your[_-]\w*|x+|\*+|(?:bearer\s+|basic\s+)?\$\{[a-z_][a-z0-9_]*\}|<secret-\d+>|))"
)
_UNICODE_ESCAPE: Final = re.compile(r"\\u([0-9a-fA-F]{4})")
_USERINFO: Final = re.compile(
    r"(?P<lead>[A-Za-z][A-Za-z0-9+.-]*:(?:\\?/){2})(?P<value>[^\s\"'/?#]+)@"
)
_QUERY: Final = re.compile(r"(?P<lead>[?&;])(?P<name>[^\s=&;#\"'?]+)=(?P<value>[^\s&;#\"'\\,]+)")
_SCHEME: Final = re.compile(r"(?P<lead>\b(?:Bearer|Basic)\s+)(?P<value>[^\s\"',;)}\]]+)", re.I)
_SHAPE: Final = re.compile(
    r"(?P<lead>(?<![A-Za-z0-9]))(?P<value>"
    r"(?:sk|pk|rk|fw|gsk|hf|r8|xai|csk|tgp|nvapi|pplx|glpat|fk|gh[opsur]|github_pat|xox[abeprs])"
    r"[-_][A-Za-z0-9_-]{10,}|AIza[A-Za-z0-9_-]{20,}|(?:AKIA|ASIA)[A-Z0-9]{12,}"
    r"|eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_.-]+)"
)
_IN_COMMENT: Final = re.compile(
    r"""(?P<lead>(?P<name>[\w$-]+)["']?\s*[:=]\s*["']?)(?P<value>[^\s"',}\]]+)"""
)


def mask(text: str) -> str:
    """The text without its secrets; lines stay lines, and masking twice changes nothing more."""
    return _Mask().text(text)


def masked_diff(before: str | None, after: str | None, path: str) -> str:
    """A unified diff (see `edit.diff`) without secrets; a changed secret still shows as changed."""
    one = _Mask()
    old = None if before is None else one.text(before)
    new = None if after is None else one.text(after)
    return diff(old, new, path)


class _Mask:
    """The labels of one call; reads tokens and remembers which member they belong to."""

    def __init__(self) -> None:
        """No secret is known yet."""
        self._labels: dict[str, str] = {}
        self._secret = False  # whether the value that comes next belongs to a secret name
        self._depth = 0  # how deep inside a container that belongs to a secret name

    def text(self, text: str) -> str:
        """Masks what looks like a secret by itself, then members by their names."""
        text = self._loose(text)
        self._secret, self._depth = False, 0
        parts, at = [], 0
        for found in _TOKEN.finditer(text):
            parts.append(text[at : found.start()])
            parts.append(self._token(str(found.lastgroup), found[0], text, found.end()))
            at = found.end()
        return "".join((*parts, text[at:]))

    def _token(self, kind: str, token: str, text: str, end: int) -> str:
        """One token, masked when its place or its look says so."""
        if kind == "comment":
            return self._comment(token)
        if kind in ("string", "bare"):
            return self._word(kind, token, is_name=_COLON.match(text, end) is not None)
        if kind == "open" and (self._depth or self._secret):
            self._depth += 1
        elif kind == "close" and self._depth:
            self._depth -= 1
        if kind != "colon":
            self._secret = False
        return token

    def _word(self, kind: str, token: str, *, is_name: bool) -> str:
        """A string or a bare word: a member's name, or a value that may be secret."""
        quote = token[0] if kind == "string" else ""
        inner = token[len(quote) :].removesuffix(quote) if quote else token
        hide = not is_name and (self._secret or self._depth > 0)
        shown = self._label(inner) if hide else inner
        self._secret = is_name and _names_a_secret(inner)
        if shown == inner:
            return token
        closed = quote if len(token) > 1 and token.endswith(quote) else ""
        return f"{quote}{shown}{closed}"

    def _comment(self, token: str) -> str:
        """A comment: what stands behind a secret's name."""

        def hidden(found: re.Match[str]) -> str:
            if not _names_a_secret(found["name"]):
                return found[0]
            return found["lead"] + self._label(found["value"])

        return _IN_COMMENT.sub(hidden, token)

    def _loose(self, text: str) -> str:
        """Logins in URLs, secret parameters of queries, and what has the shape of a key."""

        def hidden(found: re.Match[str]) -> str:
            label = self._label(found["value"])
            return found[0].replace(found["value"], label, 1) if label else found[0]

        def queried(found: re.Match[str]) -> str:
            name = found["name"]
            value = self._label(found["value"]) if _names_a_secret(name) else found["value"]
            return f"{found['lead']}{name}={value}"

        text = _QUERY.sub(queried, _USERINFO.sub(hidden, text))
        return _SHAPE.sub(hidden, _SCHEME.sub(hidden, text))

    def _label(self, secret: str) -> str:
        """The label of a secret; harmless words stay."""
        if _HARMLESS.fullmatch(secret):
            return secret
        return self._labels.setdefault(secret, f"<secret-{len(self._labels) + 1}>")


def _names_a_secret(raw: str) -> bool:
    """Whether a member of this name holds a secret: `apiKey`, `api_key`, `Authorization`."""
    name = _UNICODE_ESCAPE.sub(lambda found: chr(int(found[1], 16)), raw)
    return bool(_SECRET_NAME.search(re.sub(r"[^a-z0-9]+", "", name.lower())))
