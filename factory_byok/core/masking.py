"""The one exit: what may leave byok of a text, whoever wrote it.

No secret: logins in addresses, values in queries, words with the shape of a key become `<secret-1>`
and so on, the same secret the same label within one call. No sign that steers a terminal either.
Patterns are kept as texts, since most outputs hold nothing for them: `re` compiles at first use.
"""

import re
from functools import lru_cache
from itertools import pairwise
from typing import Final

# Words that servers without a key are given, placeholders of documentation, and JSON's own.
_HARMLESS: Final = (
    r"(?i:not[-_]needed|none|no-key|ollama|lm-studio|llama\.cpp|vllm|empty|dummy|fake|placeholder"
    r"|changeme|null|true|false|bearer|basic|)"
)
_PLAIN: Final = r"(?i:(?:(?:bearer|basic|token)\s+)?(?:<secret-\d+>|your_[a-z_]*key|[.*x…]{3,}))"
_VARIABLE: Final = r"(?i:(?:(?:bearer|basic|token)\s+)?\$\{(?P<name>[a-z_][a-z0-9_]*)\})"
_SECRET_NAME: Final = (
    r"(?:api|access|private|secret|auth)keys?(?:id|helper)?$|headers?$|authorization$|token$"
    r"|secrets?$|^secret|passw|passphrase|credentials?$|bearer$|cookies?$|signature$"
    r"|^(?:auth|key|pass|pwd|pw|sig)$"
)
_ANY_KEY: Final = r"[_-][Kk][Ee][Yy]$|[a-z]Key$"
_UNICODE_ESCAPE: Final = r"\\u([0-9a-fA-F]{4})"

# A scheme may be missing before `//`, or a slash behind it; a password may hold spaces.
_USERINFO: Final = (
    r"(?P<name>[A-Za-z][A-Za-z0-9+.-]{0,20}:(?:\\?/){1,2}|(?<![:\w])//)"
    r"(?P<value>(?:[^\s\"'/?#\\@]{0,500}+@){1,4}+"
    r"|(?!\[)[^\s\"'/?#:\\@]{0,500}+:(?!\d+[\s/?#\\])(?:[^\r\n\t\"'`@]{0,300}+@){1,4}+)"
)
# `user:password@host` without a scheme, as OLLAMA_HOST may hold it.
_BARE_LOGIN: Final = r"(?<![\w/@:.+-])(?P<value>[\w.+%-]{1,64}:(?!/)[^\s\"'`@<>]{1,200}@)(?=[\w\[])"
# In a query every value may be a key, whatever its name; behind `;` only names that say so.
_QUERY: Final = r"(?P<sign>[?&;#])(?P<key>[^\s=&;#\"'?`<>]{1,100})=(?P<value>[^\s&;#\"'\\,`<>]+)"
_FRAGMENT: Final = (
    r"://(?:[^\s\"'`<>#]|<secret-\d+>){1,500}#(?P<value>[^\s\"'`<>=&]{6,})(?![^\s\"'`<>]*=)"
)
_NAMELESS: Final = r"://[^\s\"'`<>#?]{1,500}\?(?P<value>[^\s\"'`<>=&#]{6,})(?![^\s\"'`<>&]*=)"
_ANCHOR: Final = r"[a-z0-9]{1,20}(?:[-_.][a-z0-9]{0,20})*|[a-z-]*"  # as pages of documentation have
_TELLING: Final = frozenset(  # parameters that the services document, none of them a secret
    {"limit", "pagesize", "page_size", "page", "api-version", "version", "alt", "model", "beta"}
)
_REFERENCE: Final = r"\$\{(?P<value>[^}\s]{1,300})\}"
_SHAPES: Final = (
    r"(?:(?<![A-Za-z0-9])|(?<=[0-9;\[]m))(?P<value>"  # a colour of byok's own may stand before it
    r"(?:sk|pk|rk|fw|gsk|hf|r8|xai|csk|tgp|dapi|nvapi|pplx|glpat|fk|gh[opsur]|github_pat"
    r"|xox[abeprs])[-_][A-Za-z0-9_-]{10,}+"
    r"|AIza[A-Za-z0-9_-]{20,}+|(?:AKIA|ASIA)[A-Z0-9]{12,}+"
    r"|eyJ[A-Za-z0-9_-]{8,}+\.[A-Za-z0-9_-]++(?:\.[A-Za-z0-9_-]*+)?)"
)
_SHAPE_SIGNS: Final = re.compile(
    r"(?:sk|pk|rk|fw|hf|r8|ai|gp|pi|lx|at|fk|gh[opsur]|xox[abeprs])[-_]|AIza|AKIA|ASIA|eyJ"
)
_SCHEME: Final = (
    r"(?i:\bBearer\s+(?P<value>\$\{\w+\}|[^\s\"',;)}\]]+)"
    r"|\bBasic\s+(?P<basic>[a-z0-9+/]{8,}={0,2}))"
)
# A word alone in quotes, or a long one anywhere: a pasted key, when it is as mixed as no name is.
_WORD: Final = (
    r"(?<=[`\"'])(?P<value>[A-Za-z0-9_-]{16,200})(?=[`\"'])"
    r"|(?<![A-Za-z0-9])(?P<bare>[A-Za-z0-9]{20,200})(?![A-Za-z0-9])"
)
# `token=…` in somebody's sentence.
_NAMED: Final = r"(?P<key>\b[A-Za-z_-]{3,30})=(?P<value>[^\s&;,\"'`<>]{8,})"
_HEX_KEY: Final = r"(?=.*[0-9].*[0-9])(?=.*[a-fA-F])(?:[0-9a-f]{32}|[0-9A-F]{32})"  # Azure's
_SCHEME_SIGNS: Final = re.compile(r"(?i:bearer|basic)\s")
# Control characters but tab and line end, and what turns the direction of the text around.
_BIDI: Final = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
_STEERS: Final = re.compile(f"[\x00-\x08\x0b-\x1f\x7f-\x9f{_BIDI}\ufff9-\ufffb]")
_COLOR: Final = re.compile(r"(\x1b\[[0-9;]*m)")


def mask_line(text: str) -> str:
    """A sentence or a URL without logins, values in queries and words with the shape of a key.

    It does not take `name: value` for a member (`droid.settings.mask` does), so prose stays prose.
    """
    return Masker().line(text)


def leaving(text: str) -> str:
    """A text as it may be shown: without secrets and without signs that steer a terminal."""
    return _STEERS.sub("\ufffd", mask_line(text))


def leaving_in_color(text: str) -> str:
    """The same for byok's own screens, whose colours stay."""
    if "\x1b" not in text:
        return leaving(text)
    pieces = _COLOR.split(mask_line(text))
    return "".join(
        piece if index % 2 else _STEERS.sub("\ufffd", piece) for index, piece in enumerate(pieces)
    )


def leaving_as_json(text: str) -> str:
    """JSON whose secrets are gone; what steers a terminal is escaped."""
    return escaped_json(mask_line(text))


def escaped_json(text: str) -> str:
    """JSON in which what steers a terminal is escaped, so that it says the same."""
    return _STEERS.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


class Masker:
    """The labels of one call, and the secrets that they stand for."""

    def __init__(self) -> None:
        """No secret is known yet."""
        self._labels: dict[str, str] = {}

    def line(self, text: str) -> str:
        """Masks logins, values in queries, fragments, references and what looks like a key."""
        if "@" in text:
            text = re.sub(_USERINFO, self._value_of, text)
            text = re.sub(_BARE_LOGIN, self._value_of, text)
        if "=" in text:
            text = re.sub(_QUERY, self._queried, text)
            text = re.sub(_NAMED, self._named, text)
        if "?" in text:
            text = re.sub(_NAMELESS, self._value_of, text)
        if "#" in text:
            text = re.sub(_FRAGMENT, self._fragment, text)
        if "${" in text:
            text = re.sub(_REFERENCE, self._reference, text)
        if _SCHEME_SIGNS.search(text):
            text = re.sub(_SCHEME, self._schemed, text)
        if _SHAPE_SIGNS.search(text):
            text = re.sub(_SHAPES, self._value_of, text)
        return re.sub(_WORD, self._mixed, text)

    def label(self, secret: str) -> str:
        """The label that stands for a secret."""
        return self._labels.setdefault(secret, f"<secret-{len(self._labels) + 1}>")

    def _queried(self, found: re.Match[str]) -> str:
        """One value of a query."""
        name = found["key"].lower()
        short = len(found["value"]) < 4  # no key is
        told = name in _TELLING or short or found["sign"] == ";"
        return found[0] if told and not names_a_secret(name) else self._value_of(found)

    def _fragment(self, found: re.Match[str]) -> str:
        """What stands behind `#` in a URL."""
        return found[0] if re.fullmatch(_ANCHOR, found["value"]) else self._value_of(found)

    def _reference(self, found: re.Match[str]) -> str:
        """`${NAME}`, unless what stands there is no name but a key."""
        return found[0] if is_variable(found["value"]) else self._value_of(found)

    def _schemed(self, found: re.Match[str]) -> str:
        """What follows `Bearer` or `Basic`."""
        return self._value_of(found, "value" if found["value"] else "basic")

    def _mixed(self, found: re.Match[str]) -> str:
        """A word in quotes, or a long one."""
        name = "value" if found["value"] else "bare"
        return self._value_of(found, name) if is_mixed(found[name]) else found[0]

    def _named(self, found: re.Match[str]) -> str:
        """What follows the name of a secret; the name of a variable is none."""
        shown = not names_a_secret(found["key"]) or found["value"].isupper()
        return found[0] if shown else self._value_of(found)

    def _value_of(self, found: re.Match[str], name: str = "value") -> str:
        """What was found, with one group masked."""
        value, start = found[name].removesuffix("@"), found.start(name) - found.start()
        if is_harmless(value):
            return found[0]
        return found[0][:start] + self.label(value) + found[0][start + len(value) :]


@lru_cache(maxsize=1024)
def names_a_secret(raw: str) -> bool:
    """Whether a member of that name (as written, escapes and all) holds a secret."""
    name = re.sub(_UNICODE_ESCAPE, lambda found: chr(int(found[1], 16)), raw)
    plain = re.sub(r"[^a-z0-9]+", "", name.lower())
    return bool(re.search(_SECRET_NAME, plain) or re.search(_ANY_KEY, name))


def is_harmless(value: str) -> bool:
    """Whether a value may be shown although its name says secret."""
    plain = value.strip()
    if re.fullmatch(_HARMLESS, plain) or re.fullmatch(_PLAIN, plain):
        return True
    found = re.fullmatch(_VARIABLE, plain)
    return found is not None and is_variable(found["name"])


def is_variable(word: str) -> bool:
    """Whether a word may be the name of a variable, rather than a key pasted where one belongs."""
    if not re.match(r"[A-Za-z_][A-Za-z0-9_]*(?:[\[:]|\Z)", word):
        return False
    return not (re.match(_SHAPES, word) or looks_like_a_key(word))


def is_mixed(word: str) -> bool:
    """Whether small letters, capitals and digits take turns as often as they do by chance.

    Of random letters and digits 62 % differ in kind from the one before, and few small letters
    follow on each other; of names that people write without spaces (`GptOss20bLocalModel`) about
    half differ, and their words are longer.
    """
    if len(word) < 16 or not re.fullmatch(r"[A-Za-z0-9_+=-]+", word):
        return False
    if re.fullmatch(_HEX_KEY, word):
        return True
    kinds = ["A" if each.isupper() else "a" if each.islower() else "1" for each in word]
    if len(set(kinds)) < 3:
        return False
    turns = sum(one != other for one, other in pairwise(kinds)) / (len(word) - 1)
    numbers = len(re.findall(r"[0-9]+", word))  # a name has two or three at most
    small = re.findall(r"[a-z]+", word)
    odd = sum(map(len, small)) < 2.5 * len(small) or (len(word) >= 20 and numbers > 2)
    return turns > (0.55 if not odd else 0.42 if len(word) < 24 else 0.38)


def looks_like_a_key(word: str) -> bool:
    """Whether a word is long and mixes letters and digits as no word of a language does."""
    return any(
        len(part) >= 12
        and re.search(r"[0-9].*[A-Za-z].*[0-9]|[A-Za-z].*[0-9].*[A-Za-z]", part) is not None
        for part in re.split(r"[_-]", word[:300])
    )
