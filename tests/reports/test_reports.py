"""The Markdown and the HTML report: whole, inert, and made for every eye."""

import re
from html.parser import HTMLParser
from itertools import chain, pairwise

import pytest

from factory_byok.core.facts import Snapshot
from factory_byok.reports.html import html_lines, prose
from factory_byok.reports.html_style import CSS
from factory_byok.reports.markdown import code, markdown_lines, text
from tests.builders import a_snapshot
from tests.reports.reports import SMALL, a_hostile, a_lively, a_page, a_well

NASTY = (
    "<script>alert(1)</script>\"'><img src=x onerror=y>&amp; | `tick` @someone #12 \x1b[31m\udc80"
)
VOID = {"meta", "rect", "line", "path", "br"}
ALLOWED = {
    "html", "head", "meta", "title", "style", "body", "main", "header", "section", "article",
    "footer", "figure", "figcaption", "h1", "h2", "h3", "p", "div", "span", "ul", "li", "dl", "dt",
    "dd", "pre", "code", "details", "summary", "table", "caption", "thead", "tbody", "tr", "th",
    "td", "a", "svg", "defs", "pattern", "rect", "path", "line", "text", "desc",
}  # fmt: skip


def html(snap: Snapshot) -> str:
    """A page."""
    return "\n".join(html_lines(a_page(snap)))


def markdown(snap: Snapshot) -> str:
    """A report for an issue."""
    return "\n".join(markdown_lines(a_page(snap)))


class Reader(HTMLParser):
    """Reads a page and fails for tags that do not match."""

    def __init__(self) -> None:
        """Nothing is read yet."""
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Notes a tag."""
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]
        if tag != "meta":
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Notes a tag that is closed at once."""
        self.handle_starttag(tag, attrs)
        self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        """Closes a tag, which must be the last one opened."""
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        """Notes words."""
        self.words.append(data)


def read(page: str) -> Reader:
    """A page that is well formed."""
    reader = Reader()
    reader.feed(page)
    reader.close()
    assert reader.open == []
    return reader


SNAPSHOTS = {
    "lively": a_lively(),
    "well": a_well(),
    "empty": a_snapshot(entries=(), servers={}, files=()),
    "hostile": a_hostile(NASTY),
    "long": a_hostile("x" * 3000),
}


@pytest.mark.parametrize("name", SNAPSHOTS)
def test_a_page_is_well_formed_and_needs_nothing_else(name: str) -> None:
    page = html(SNAPSHOTS[name])
    reader = read(page)
    assert set(reader.tags) <= ALLOWED
    names = {attribute for attribute, _ in reader.attributes}
    assert not names & {"src", "href", "srcset", "action", "data"}
    assert not [each for each in names if each.startswith("on")]
    assert "url(" not in CSS
    assert "@import" not in CSS
    assert set(re.findall(r"url\(([^)]*)\)", page)) <= {f"#p-{part}" for part in PARTS}
    ids = [value for attribute, value in reader.attributes if attribute == "id"]
    assert len(ids) == len(set(ids))
    page.encode()


PARTS = ("weights", "cache", "compute", "overhead")


@pytest.mark.parametrize("name", SNAPSHOTS)
def test_headings_follow_each_other(name: str) -> None:
    levels = [int(tag[1]) for tag in read(html(SNAPSHOTS[name])).tags if tag in ("h1", "h2", "h3")]
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_pictures_have_text_alternatives_with_the_numbers() -> None:
    page = html(a_lively())
    pictures = re.findall(r'<svg [^>]*role="img" aria-labelledby="(\S+) (\S+)"', page)
    assert len(pictures) == 2
    for each in chain.from_iterable(pictures):
        assert f'id="{each}"' in page
    stories = re.findall(r"<desc[^>]*>([^<]*)</desc>", page)
    assert "qwen3-coder:30b: 19.5 GB at 4,096 tokens (on the GPU)" in stories[0]
    assert "first token after 0.42 s, 38.2 tokens/s" in stories[1]
    assert "droid&#x27;s first request of 11,500 tokens in 2 min 21 s" in stories[1]


def test_bars_end_where_their_sums_say_and_marks_stand_where_memory_ends() -> None:
    page = html(a_lively())
    svg = page[page.index('aria-labelledby="memory-t') : page.index("</figure>")]
    bars = re.findall(r'<rect x="([\d.]+)%" y="(\d+)" width="([\d.]+)%"[^>]*url\(#p-', svg)
    ends: dict[str, float] = {}
    for start, y, width in bars:
        assert float(start) == pytest.approx(ends.get(y, 0), abs=0.02)
        ends[y] = float(start) + float(width)
    assert max(ends.values()) <= 100
    (mark,) = set(re.findall(r'<line x1="([\d.]+)%"[^>]*class="limit"', svg))
    on_gpu = [end for end in ends.values() if end <= float(mark)]
    assert len(on_gpu) == svg.count("✓ on the GPU")
    assert len(ends) - len(on_gpu) == svg.count("~ GPU and memory") > 0


def test_without_exercises_the_page_says_how_to_measure() -> None:
    for page in (html(a_well()), markdown(a_well())):
        assert "byok doctor --deep --output report." in page
    assert "byok doctor --deep" not in html(a_lively())


def test_a_machine_without_entries_shows_what_the_page_picks() -> None:
    snap = a_snapshot(entries=(), servers={})
    for page in (html(snap), markdown(snap)):
        assert "qwen2.5-coder:32b" in page
        assert "droid has no custom model" in page


def test_every_finding_stands_there_with_its_next_step() -> None:
    page = a_page(a_lively())
    assert {each.level for each in page.findings} >= {"error", "warning"}
    told, shown = markdown(a_lively()), " ".join(read(html(a_lively())).words)
    for each in page.findings:
        assert f"(`{each.check}`)" in told
        assert each.check in shown
        for words in (each.command, each.subject):
            assert words.replace("[", "\\[").replace("]", "\\]") in told or words in told
            assert words in shown
    assert SMALL in told


def test_prose_keeps_its_code_and_nothing_else() -> None:
    assert prose("use `a<b>` & <i>") == "use <code>a&lt;b&gt;</code> &amp; &lt;i&gt;"
    assert prose("one ` alone") == "one ` alone"


def test_what_is_outside_stays_words_in_both_forms() -> None:
    page = html(a_hostile(NASTY))
    assert "<script" not in page
    assert "<img" not in page
    assert "\x1b" not in page
    assert "\x1b" not in markdown(a_hostile(NASTY))
    outside_code = re.sub(r"(`+).*?\1", "", markdown(a_hostile("@someone #12 <b> [x](y)")))
    assert "someone" in outside_code
    assert not re.search(r"@someone|#12|(?<!\\)<b>|(?<!\\)\[x", outside_code)


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("@someone fixed #12", "@<!-- -->someone fixed #<!-- -->12"),
        ("a *b* _c_ [d](e) <f>", "a \\*b\\* \\_c\\_ \\[d\\](e) \\<f\\>"),
        ("see `x|y` and `@me`", "see `x|y` and `@me`"),
        ("one ` alone", "one \\` alone"),
        ("two\nlines", "two lines"),
    ],
)
def test_markdown_words_do_nothing(words: str, shown: str) -> None:
    assert text(words) == shown


def test_code_with_backticks_gets_more_of_them() -> None:
    assert code("a`b") == "``a`b``"
    assert code("`") == "`` ` ``"


@pytest.mark.parametrize("name", SNAPSHOTS)
def test_tables_have_the_same_number_of_cells_in_each_row(name: str) -> None:
    width = 0
    for line in markdown(SNAPSHOTS[name]).splitlines():
        cells = len(re.findall(r"(?<!\\)\|", line)) if line.startswith("|") else 0
        assert not (width and cells) or cells == width
        width = cells


def test_an_issue_takes_the_report() -> None:
    assert len(markdown(a_lively())) < 65_536  # GitHub's limit of one comment


# --- contrast (WCAG 2.2, 1.4.3 and 1.4.11) -------------------------------------------------------


def colours(part: str) -> dict[str, tuple[float, float, float]]:
    """The named colours of one scheme, from 0 to 1."""
    return {
        name: (int(hexa[:2], 16) / 255, int(hexa[2:4], 16) / 255, int(hexa[4:], 16) / 255)
        for name, hexa in re.findall(r"--([\w-]+): #([0-9a-f]{6})", part)
    }


def luminance(colour: tuple[float, float, float]) -> float:
    """Relative luminance as WCAG defines it."""
    red, green, blue = (
        each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in colour
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: tuple[float, float, float], other: tuple[float, float, float]) -> float:
    """The contrast of two colours, from 1 to 21."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


LIGHT, DARK = (colours(part) for part in CSS.split("@media (prefers-color-scheme: dark)")[:2])
WORDS = [
    (words, ground)
    for words in ("ink", "soft", "note")
    for ground in ("page", "card", "code")
] + [
    (tone, ground)
    for tone in ("error", "warning", "note", "ok")
    for ground in ("page", "card", f"{tone}-tint")
]  # fmt: skip
SHAPES = [(part, "card") for part in (*PARTS, "ink")]


@pytest.mark.parametrize("scheme", [LIGHT, DARK], ids=["light", "dark"])
def test_words_and_shapes_can_be_told_from_their_ground(
    scheme: dict[str, tuple[float, float, float]],
) -> None:
    low = [
        (one, other, round(found, 2))
        for pairs, least in ((WORDS, 4.5), (SHAPES, 3))
        for one, other in pairs
        if (found := contrast(scheme[one], scheme[other])) < least
    ]
    assert low == []


def test_only_known_pages_become_links() -> None:
    page = "https://docs.factory.ai/cli/getting-started/quickstart"
    assert prose(f"Install it from {page}.") == f'Install it from <a href="{page}">{page}</a>.'
    for other in ("https://evil.example/x", "http://localhost:11434", "javascript:alert(1)"):
        assert "<a" not in prose(f"See {other}")
