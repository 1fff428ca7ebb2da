"""Secrets taken out of text that is shown: whole files, broken ones, comments, URLs and diffs.

Nothing of a secret is left, not its length either: each becomes `<secret-1>`, `<secret-2>` and so
on, the same secret the same label within one call. Where it is not clear what is meant, more is
masked rather than less. Words that are no secret (`not-needed`, `${NAME}`) stay readable.
"""

import json
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from factory_byok.droid.settings.edit.text_diff import diff

# Words that servers without a key are given, placeholders of documentation, and JSON's own.
_HARMLESS: Final = re.compile(
    r"(?i:not[-_]needed|none|no-key|ollama|lm-studio|llama\.cpp|vllm|empty|dummy|fake|placeholder"
    r"|changeme|null|true|false|bearer|basic|)"
)
_PLAIN: Final = re.compile(
    r"(?:(?:bearer|basic|token)\s+)?"
    r"(?:\$\{[a-z_][a-z0-9_]*\}|<secret-\d+>|your_[a-z_]*key|[.*x…]{3,})",
    re.IGNORECASE,
)
_SECRET_NAME: Final = re.compile(
    r"(?:api|access|private|secret|auth)keys?(?:id|helper)?$|headers?$|authorization$|token$"
    r"|secrets?$|passw|passphrase|credentials?$|bearer$|cookies?$|signature$"
    r"|^(?:auth|key|pass|pwd|pw|sig)$"
)
_ANY_KEY: Final = re.compile(r"[_-][Kk][Ee][Yy]$|[a-z]Key$")
_UNICODE_ESCAPE: Final = re.compile(r"\\u([0-9a-fA-F]{4})")
_ODD: Final = re.compile(r"[^a-z0-9]+")

# Comments between a name and its value are bounded, so that the cost stays in proportion.
_BETWEEN: Final = r"(?:\s|/\*(?s:.{0,300}?)\*/|//[^\r\n]{0,300}+[\r\n])*+"
_STRING: Final = r'"(?:\\.|[^"\\\r\n])*+"?'
_PAIR: Final = re.compile(
    r"(?<![\w\\$-])(?P<name>(?:[\w$-]|\\u[0-9a-fA-F]{4})++)"
    rf"""(?:["'`]{_BETWEEN}[:=]?>?|{_BETWEEN}[:=]>?(?!//)){_BETWEEN}"""
)
_VALUE: Final = re.compile(
    rf"(?P<quoted>{_STRING}|'[^'\r\n]*'?|`[^`\r\n]*`?)(?P<rest>[^\s,}}\]/][^,}}\]\r\n]*)?"
    r"|[^\s,}\]\"'`][^,}\]\"'`\r\n]*"
)
_UNCLOSED: Final = re.compile(r"[^\"'`]*")
_INSIDE: Final = (
    rf"|(?P<string>{_STRING}|'[^'\r\n]*')|(?P<open>[{{\[])|(?P<close>[}}\]])"
    r"|(?P<bare>[^\s,:{}\[\]\"']+)|(?P<other>[\s,:\"'])"
)
_TOKEN: Final = re.compile(rf"(?P<comment>//[^\r\n]*|/\*(?s:.*?)\*/){_INSIDE}")
_TOKEN_OF_COMMENT: Final = re.compile(rf"(?P<comment>(?!)){_INSIDE}")
_IS_NAME: Final = re.compile(rf"{_BETWEEN}:")
_COMMENT_LINE: Final = re.compile(r"[ \t]*(?://|#|/?\*)")

_USERINFO: Final = re.compile(
    r"(?P<name>[A-Za-z][A-Za-z0-9+.-]{0,20}:(?:\\?/){2})"
    r"(?P<value>(?:[^\s\"'/?#\\@]{0,500}+@){1,4}+"
    r"|(?!\[)[^\s\"'/?#:\\@]{0,500}+:(?!\d+[/?#\\])(?:[^\s\"'@]{0,300}+@){1,4}+)"
)
_QUERY: Final = re.compile(r"[?&;#](?P<key>[^\s=&;#\"'?]{1,100})=(?P<value>[^\s&;#\"'\\,]+)")
_SHAPES: Final = re.compile(
    r"(?<![A-Za-z0-9])(?P<value>"
    r"(?:sk|pk|rk|fw|gsk|hf|r8|xai|csk|tgp|dapi|nvapi|pplx|glpat|fk|gh[opsur]|github_pat"
    r"|xox[abeprs])[-_][A-Za-z0-9_-]{10,}+"
    r"|AIza[A-Za-z0-9_-]{20,}+|(?:AKIA|ASIA)[A-Z0-9]{12,}+"
    r"|eyJ[A-Za-z0-9_-]{8,}+\.[A-Za-z0-9_-]++(?:\.[A-Za-z0-9_-]*+)?)"
)
_SCHEME: Final = re.compile(
    r"(?i:\bBearer\s+(?P<value>\$\{\w+\}|[^\s\"',;)}\]]+)"
    r"|\bBasic\s+(?P<basic>[a-z0-9+/]{8,}={0,2}))"
)


def mask(text: str) -> str:
    """The text without its secrets; lines stay lines, and masking twice changes nothing more."""
    return _Mask().text(text)


def mask_line(text: str) -> str:
    """A sentence or a URL without logins, keys in queries and words with the shape of a key.

    Unlike `mask` it does not take `name: value` for a member, so that prose stays prose.
    """
    return _Mask().loose(text)


def masked_diff(before: str | None, after: str | None, path: str) -> str:
    """A unified diff (see `text_diff`) without secrets; a changed secret still shows as changed.

    Both texts are masked whole, since a header may stand many lines below its name.
    """
    one = _Mask()
    old = None if before is None else one.text(before)
    new = None if after is None else one.text(after)
    return diff(old, new, path)


class _Mask:
    """The labels of one call, and the secrets that they stand for."""

    def __init__(self) -> None:
        """No secret is known yet."""
        self._labels: dict[str, str] = {}

    def text(self, text: str) -> str:
        """Masks members by their names, then whatever looks like a secret by itself."""
        parts: list[str] = []
        done = at = 0
        while pair := _PAIR.search(text, at):
            at = pair.end()
            if not _names_a_secret(pair["name"]):
                continue
            parts.append(text[done:at])
            if text[at : at + 1] in ("{", "["):
                end = _end_of_container(text, at)
                parts.append(self._values(text[at:end]))
            else:
                masked, end = self._value(text, at)
                parts.append(masked)
            done = at = end
        return self.loose("".join((*parts, text[done:])))

    def _value(self, text: str, at: int) -> tuple[str, int]:
        """One value masked, and where it ends; a string that is not closed takes what follows."""
        found = _VALUE.match(text, at)
        if found is None:
            return "", at
        quoted, end = found["quoted"], found.end()
        if quoted is None:
            return self._bare(found[0]), end
        if found["rest"]:
            return quoted[0] + self._label(found[0]) + quoted[0], end
        if len(quoted) > 1 and quoted[-1] == quoted[0]:
            return quoted[0] + self._inner(quoted[1:-1]) + quoted[0], end
        more = _UNCLOSED.match(text, end)
        tail = more[0] if more else ""
        hidden = re.sub(r"[^\s][^\r\n]*", lambda line: self._bare(line[0]), tail)
        return quoted[0] + self._inner(quoted[1:]) + hidden, end + len(tail)

    def _inner(self, inner: str) -> str:
        """What stands between quotes, masked unless it is harmless."""
        try:
            plain = str(json.loads(f'"{inner}"'))
        except ValueError:
            plain = inner
        return inner if _is_harmless(plain) else self._label(plain)

    def _bare(self, raw: str) -> str:
        """A value without quotes, masked unless it is harmless; a comment behind it goes too."""
        word, _, rest = raw.partition(" ")
        if _is_harmless(raw) or (_is_harmless(word) and rest.lstrip()[:1] in ("", "/", "#")):
            return raw
        return self._label(raw.rstrip()) + raw[len(raw.rstrip()) :]

    def _values(self, text: str) -> str:
        """Every value in the text of an object or array masked; names stay."""
        parts: list[str] = []
        for token in _TOKEN.finditer(text):
            raw = token[0]
            if token["comment"]:
                parts += self._in_comment(raw)
            elif (token["string"] or token["bare"]) and not _IS_NAME.match(text, token.end()):
                parts.append(self._quoted_or_bare(raw))
            else:
                parts.append(raw)
        return "".join(parts)

    def _in_comment(self, text: str) -> Iterator[str]:
        """The parts of a comment among secrets, with its values masked as well."""
        for token in _TOKEN_OF_COMMENT.finditer(text):
            is_value = token["string"] or re.search(r"\w", token["bare"] or "")
            named = _IS_NAME.match(text, token.end())
            yield self._quoted_or_bare(token[0]) if is_value and not named else token[0]

    def _quoted_or_bare(self, raw: str) -> str:
        """One token masked, its quotes kept."""
        if raw[0] not in "\"'":
            return self._bare(raw)
        closed = raw[0] if len(raw) > 1 and raw[-1] == raw[0] else ""
        return raw[0] + self._inner(raw[1 : len(raw) - len(closed)]) + closed

    def loose(self, text: str) -> str:
        """Masks user names and passwords and keys in URLs, and words with the shape of a key."""
        text = _USERINFO.sub(lambda found: self._group(found, "value"), text)
        text = _QUERY.sub(self._queried, text)
        text = _SCHEME.sub(
            lambda found: self._group(found, "value" if found["value"] else "basic"), text
        )
        return _SHAPES.sub(lambda found: self._group(found, "value"), text)

    def _queried(self, found: re.Match[str]) -> str:
        """One part of a URL's query, masked when its name says secret."""
        return self._group(found, "value") if _names_a_secret(found["key"]) else found[0]

    def _group(self, found: re.Match[str], name: str) -> str:
        """What was found, with one group masked."""
        value, start = found[name].removesuffix("@"), found.start(name) - found.start()
        if _is_harmless(value):
            return found[0]
        return found[0][:start] + self._label(value) + found[0][start + len(value) :]

    def _label(self, secret: str) -> str:
        """The label that stands for a secret."""
        return self._labels.setdefault(secret, f"<secret-{len(self._labels) + 1}>")


@lru_cache(maxsize=1024)
def _names_a_secret(raw: str) -> bool:
    """Whether a member of that name (as written, escapes and all) holds a secret."""
    name = _UNICODE_ESCAPE.sub(lambda found: chr(int(found[1], 16)), raw)
    plain = _ODD.sub("", name.lower())
    return bool(_SECRET_NAME.search(plain) or _ANY_KEY.search(name))


def _is_harmless(value: str) -> bool:
    """Whether a value may be shown although its name says secret."""
    plain = value.strip()
    return bool(_HARMLESS.fullmatch(plain) or _PLAIN.fullmatch(plain))


def _end_of_container(text: str, at: int) -> int:
    """Behind the bracket that closes the one at `at`; the end of the text when none does.

    Brackets in comments count only when the opening one stands in a comment itself.
    """
    line = 1 + max(text.rfind("\n", 0, at), text.rfind("\r", 0, at))
    commented = _COMMENT_LINE.match(text, line) is not None
    depth = 0
    for token in (_TOKEN_OF_COMMENT if commented else _TOKEN).finditer(text, at):
        depth += bool(token["open"]) - bool(token["close"])
        if depth == 0 and token["close"]:
            return token.end()
    return len(text)
