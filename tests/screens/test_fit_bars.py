"""Bars: never wider than their width, ending where their sum says, told apart without colour."""

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from factory_byok.core.facts import Unknown
from factory_byok.core.units import Bytes, Tokens
from factory_byok.screens.bars import FAR_MARK, MARK, bar, cells, legend
from factory_byok.screens.fit_bars import bars_lines
from factory_byok.screens.style import Style
from factory_byok.sizing.fitting.free import Free
from factory_byok.sizing.fitting.one import Asked, fit
from tests.sizing.fitting.builders import free, model

PLAIN = Style(color=False, width=80)
COLOR = Style(color=True, width=80)
ASCII = Style(color=False, width=80, unicode=False)
sizes = st.integers(0, 10**12)
four = st.tuples(sizes, sizes, sizes, sizes)


def visible(text: str) -> str:
    return re.sub(r"\x1b\[[\d;]*m", "", text)


@given(four, st.integers(0, 10**13), st.integers(0, 120), st.lists(sizes, max_size=2))
def test_a_bar_has_exactly_its_width(
    parts: tuple[int, int, int, int], scale: int, width: int, limits: list[int]
) -> None:
    marks = [(limit, MARK) for limit in limits]

    for style in (PLAIN, COLOR, ASCII):
        assert len(visible(bar(parts, scale, width, style, marks))) == width


@given(four, st.integers(1, 10**13), st.integers(1, 120), sizes)
def test_a_bar_crosses_a_mark_only_when_it_is_larger(
    parts: tuple[int, int, int, int], scale: int, width: int, limit: int
) -> None:
    filled = sum(cells(parts, scale, width))
    at = (2 * limit * width + scale) // (2 * scale)

    assert all(count >= 0 for count in cells(parts, scale, width))
    if sum(parts) <= limit:
        assert filled <= at


def test_parts_are_told_apart_without_colour() -> None:
    drawn = bar((40, 30, 20, 10), 100, 10, PLAIN)

    assert drawn == "████▓▓▓▒▒░"
    assert bar((40, 30, 20, 10), 100, 10, ASCII) == "####===++-"
    assert all(sign in legend(PLAIN) for sign in set(drawn))


def test_a_mark_stands_where_the_limit_is_and_a_cut_bar_ends_in_an_arrow() -> None:
    assert bar((20, 0, 0, 0), 100, 10, ASCII, [(50, MARK), (80, FAR_MARK)]) == "##   |  : "
    assert bar((90, 0, 0, 0), 100, 10, ASCII, [(50, MARK)]) == "#####|### "
    assert bar((900, 0, 0, 0), 100, 10, ASCII) == "#########>"


PLACES = [
    free(24),
    free(80),
    free(12, 12),
    free(8, memory=12),
    free(),
    replace(free(), gpus_known=False),
    replace(free(24), memory=Unknown("not told")),
    replace(free(), memory=Unknown("not told")),
]


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("width", [60, 80, 100, 10_000])
def test_no_line_is_wider_than_the_screen(place: Free, width: int) -> None:
    for name in ("qwen3-coder:30b", "qwen3:4b", "qwen2.5-coder:32b", "someone/huge:405b"):
        found = fit(model(name), place, Asked(Tokens(100_000)), extra=True)

        lines = list(bars_lines(found, Style(color=False, width=width)))

        assert max(map(len, lines)) <= min(width, 96)


def test_a_limit_beyond_the_scale_is_said() -> None:
    found = fit(model("qwen3:4b"), free(80), Asked(Tokens(4096)))
    short = replace(found, windows=found.windows[:1])

    text = "\n".join(bars_lines(short, PLAIN))

    assert "85.1 GB for it on the GPU, farther right" in text
    assert MARK.fancy not in text


def test_an_absurd_window_does_not_hide_the_others() -> None:
    found = fit(model("someone/m:7b"), free(24), Asked(Tokens(10**9)), extra=True)

    lines = list(bars_lines(found, PLAIN))

    assert "▶" in lines[4]
    assert "█" in lines[0]
    assert max(map(len, lines)) <= 80


def test_the_placement_stands_beside_each_bar() -> None:
    found = fit(model(), replace(free(22), memory=Unknown("not told")), Asked())
    words = [line.split("  ")[-1] for line in bars_lines(found, PLAIN)][:5]

    assert words == ["on the GPU", "on the GPU", "not known", "not known", "not known"]
    assert Bytes(found.windows[0].need.total) < found.free.gpu_total
