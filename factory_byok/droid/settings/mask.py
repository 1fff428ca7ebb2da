"""Secrets taken out of text that is shown: whole files, broken ones, comments, URLs and diffs.

Nothing of a secret is left, not its length either: each becomes `<secret-1>`, `<secret-2>` and so
on, the same secret the same label within one call. Where it is not clear what is meant, more is
masked rather than less. Words that are no secret (`not-needed`, `${NAME}`) stay readable.
"""

import json
import re
from collections.abc import Iterator
from typing import Final

from factory_byok.core.masking import Masker, is_harmless, names_a_secret
from factory_byok.droid.settings.edit.text_diff import diff

# Comments between a name and its value are bounded in length and number, so that the cost stays in
# proportion.
_BETWEEN: Final = r"(?:\s++|/\*(?s:.{0,300}?)\*/|//[^\r\n]{0,300}+[\r\n]){0,50}+"
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
_TOKEN: Final = re.compile(rf"(?P<comment>//[^\r\n]*|/\*(?s:.*?)(?:\*/|\Z)){_INSIDE}")
_TOKEN_OF_COMMENT: Final = re.compile(rf"(?P<comment>(?!)){_INSIDE}")
_IS_NAME: Final = re.compile(rf"{_BETWEEN}:")
# Members whose values are numbers or short words: a long text there is something pasted.
_PLAIN_VALUES: Final = ("maxOutputTokens", "max_tokens", "reasoningEffort", "reasoning_effort")
_LONG: Final = re.compile(r"[\"'][^\"'\r\n]{16,}")
_COMMENT_LINE: Final = re.compile(r"[ \t]*(?://|#|/?\*)")


def mask(text: str) -> str:
    """The text without its secrets; lines stay lines, and masking twice changes nothing more."""
    return _Mask().text(text)


def masked_diff(before: str | None, after: str | None, path: str) -> str:
    """A unified diff (see `text_diff`) without secrets; a changed secret still shows as changed.

    Texts are masked from their beginning, since a header may stand many lines below its name.
    """
    return diff(before, after, path, mask=_Mask().text)


class _Mask(Masker):
    """The same for whole files, whose members tell by their names what is a secret."""

    def text(self, text: str) -> str:
        """Masks members by their names, then whatever looks like a secret by itself."""
        parts: list[str] = []
        done = at = 0
        while pair := _PAIR.search(text, at):
            at = pair.end()
            odd = pair["name"] in _PLAIN_VALUES and _LONG.match(text, at)
            if not odd and not names_a_secret(pair["name"]):
                continue
            parts.append(text[done:at])
            if text[at : at + 1] in ("{", "["):
                end = _end_of_container(text, at)
                parts.append(self._values(text[at:end]))
            else:
                masked, end = self._value(text, at)
                parts.append(masked)
            done = at = end
        return self.line("".join((*parts, text[done:])))

    def _value(self, text: str, at: int) -> tuple[str, int]:
        """One value masked, and where it ends; a string that is not closed takes what follows."""
        found = _VALUE.match(text, at)
        if found is None:
            return "", at
        quoted, end = found["quoted"], found.end()
        if quoted is None:
            return self._bare(found[0]), end
        if found["rest"]:
            return quoted[0] + self.label(found[0]) + quoted[0], end
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
        return inner if is_harmless(plain) else self.label(plain)

    def _bare(self, raw: str) -> str:
        """A value without quotes, masked unless it is harmless; a comment behind it goes too."""
        word, _, rest = raw.partition(" ")
        if is_harmless(raw) or (is_harmless(word) and rest.lstrip()[:1] in ("", "/", "#")):
            return raw
        return self.label(raw.rstrip()) + raw[len(raw.rstrip()) :]

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
