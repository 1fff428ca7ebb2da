"""What `byok explain` says of each check is whole, and names only what there is."""

import re

import pytest

from factory_byok.commands import VERBS
from factory_byok.completion.offer import parameters
from factory_byok.diagnosis.checks import CHECKS, CODES
from factory_byok.diagnosis.examine import code_of
from factory_byok.providers import PROVIDERS
from factory_byok.screens.page import page_lines
from factory_byok.screens.style import Style
from factory_byok.workflows.explanations import DOCS, TOPICS, read_page
from tests.commands.conftest import Byok

COMMAND = re.compile(r"`byok ([a-z]+)([^`]*)`")
TEXTS = {code_of(each): f"{each.__doc__}\n{each.WHAT_TO_DO}" for each in CHECKS}


@pytest.mark.parametrize("code", CODES)
def test_a_check_is_explained_in_full(byok: Byok, code: str) -> None:
    for spelled in (code, code.replace("_", "-")):
        ran = byok("explain", spelled)
        assert ran.code == 0
        head, *paragraphs = ran.out.strip().split("\n\n")
        assert head.startswith(f"{code}: ")
        assert head.endswith(".")
        assert len(paragraphs) >= 2
        assert paragraphs[-2].startswith("What to do: ")
        assert paragraphs[-1] == "Next: byok doctor"
        assert not paragraphs[-1].endswith(".")


@pytest.mark.parametrize("code", CODES)
def test_the_commands_that_it_names_exist(code: str) -> None:
    for verb, words in COMMAND.findall(TEXTS[code]):
        assert verb in VERBS
        known = {name for each in parameters(verb) for name in each.names}
        assert {word for word in words.split() if word.startswith("--")} <= known
        named = [word.replace("-", "_") for word in words.split() if verb in ("fix", "explain")]
        assert set(named) <= {*CODES}


def test_all_checks_stand_on_one_line_each(byok: Byok) -> None:
    ran = byok("explain").out
    checks, pages, last = ran.strip().split("\n\n")
    assert last == "Next: byok explain CHECK"
    assert [line.partition(":")[0] for line in checks.splitlines()] == list(CODES)
    assert [line.partition(":")[0] for line in pages.splitlines()] == list(TOPICS)
    rows = byok("explain", "--json").data["checks"]
    assert all(row["title"] and row["text"] and row["what_to_do"] for row in rows)


def test_a_misspelt_check_is_guessed(byok: Byok) -> None:
    ran = byok("explain", "windw-too-smal")
    assert ran.code == 2
    assert "Did you mean `window_too_small`?" in ran.err


def test_every_page_is_a_topic() -> None:
    assert {path.stem for path in DOCS.glob("*.md")} == set(TOPICS)


@pytest.mark.parametrize("topic", TOPICS)
def test_a_page_is_shown_without_the_marks_of_tests(
    byok: Byok, monkeypatch: pytest.MonkeyPatch, topic: str
) -> None:
    ran = byok("explain", topic)
    assert ran.code == 0
    assert ran.out.startswith("# ")
    assert "<!--" not in ran.out
    assert byok("explain", topic, "--json").data == {"topic": topic, "text": read_page(topic)}
    monkeypatch.setenv("COLUMNS", "60")
    assert max(map(len, byok("explain", topic).out.splitlines())) <= 60


@pytest.mark.parametrize("width", [80, 120])
def test_a_table_of_a_page_shows_every_address_whole(width: int) -> None:
    shown = "\n".join(page_lines(read_page("providers"), Style(color=False, width=width)))
    urls = [each.base_url for each in PROVIDERS.values() if each.fixed]
    assert urls and all(url in shown for url in urls) and "…" not in shown.replace("add …", "")
    assert max(map(len, shown.splitlines())) <= width
