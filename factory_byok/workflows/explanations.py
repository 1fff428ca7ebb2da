"""What `byok explain` tells: the checks by their own words, and the pages of the documentation."""

import re
from difflib import get_close_matches
from pathlib import Path
from typing import Final

import factory_byok
from factory_byok.core.errors import UsageError
from factory_byok.diagnosis.checks import CHECKS, CODES
from factory_byok.diagnosis.examine import code_of

DOCS: Final = Path(factory_byok.__file__).parent / "docs"
TOPICS: Final[dict[str, str]] = {
    "checks": "Every check, and what is wrong when it fires",
    "failures": "The known failures, and the checks that find them",
    "providers": "Every provider: base URL, dialect, key variable",
    "droid": "What changed from version to version of droid",
    "files": "Which of droid's files byok writes, and how",
    "scripts": "JSON, exit codes and schemas",
    "manifest": "The file that `byok apply` reads",
    "fleet": "A script, an image, a CI job and a fleet",
    "verdicts": "Where byok test and the real droid agree, server by server",
    "benchmark": "Speed, as ratios",
    "architecture": "Where things live, and where a new one goes",
    "changelog": "What changed",
}


def known_topic(word: str, *, pages: bool = True) -> str:
    """The check, or the page, that a word names. Raises UsageError with the near one."""
    wanted = word.strip().lower().replace("-", "_")
    topics = [*CODES, *(TOPICS if pages else ())]
    if wanted in topics:
        return wanted
    near = get_close_matches(wanted, topics, 1)
    raise UsageError(
        f"There is no check{' or page' if pages else ''} `{word}`",
        f"Did you mean `{near[0]}`?" if near else "`byok explain` lists them",
    )


def read_page(topic: str) -> str:
    """A page as Markdown, without the marks that only tests read."""
    text = (DOCS / f"{topic}.md").read_text("utf-8")
    return re.sub(r"<!--.*?-->\n?", "", text)


def explained(code: str = "") -> list[dict[str, str]]:
    """What a check means and what to do; every check without a code."""
    return [
        {
            "check": code_of(module),
            "title": str(module.TITLE),
            "text": (module.__doc__ or "").strip(),
            "what_to_do": str(module.WHAT_TO_DO),
        }
        for module in CHECKS
        if code in ("", code_of(module))
    ]
