"""The two pictures of the HTML report as SVG: memory bars and speed.

Widths are percentages and texts have a fixed size, so that a picture fills a phone and a wide
screen alike without its words shrinking.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Final

from factory_byok.core.units import show_bytes, show_seconds
from factory_byok.diagnosis.checks.too_slow import FIRST_REQUEST as SLOW_REQUEST
from factory_byok.diagnosis.checks.too_slow import TOKENS_PER_SECOND as SLOW_WRITING
from factory_byok.exercises.projection import FIRST_REQUEST
from factory_byok.reports.page import SpeedOf
from factory_byok.reports.page_memory import MemoryOf, parts
from factory_byok.screens.recommendation import PLACES
from factory_byok.screens.style import printable
from factory_byok.sizing.fitting.one import Where

PARTS: Final = ("weights", "cache", "compute", "overhead")
PART_NAMES: Final = ("weights", "KV cache", "compute", "overhead")
TONES: Final[dict[Where, tuple[str, str]]] = {
    "gpu": ("good", "✓"),
    "split": ("slow", "~"),
    "memory": ("slow", "~"),
    "nowhere": ("bad", "✗"),
    "cloud": ("good", "✓"),
    "unknown": ("quiet", "?"),
}
BAR: Final = 16  # pixels
ROW: Final = 48
GAP: Final = 8  # between words and their bar
HEADING: Final = 28  # letters that fit a screen of 320 pixels
BESIDE: Final = 22  # letters that fit there beside a number
ROOM: Final = 1.06  # behind the largest bar or mark
NEAR: Final = 1.6  # times the longest bar, up to which a mark may stretch the scale
SIDE: Final = 34  # percent: nearer to an end, words stand beside their mark
NOTHING: Final = 0.0005  # what is less is shown as 0
FARTHEST: Final = 3  # times what is free, beyond which bars are cut off
# patterns tell the parts apart without colour
DEFINITIONS: Final = (
    "<defs>"
    '<pattern id="p-weights" width="8" height="8" patternUnits="userSpaceOnUse">'
    '<rect width="8" height="8" class="fill-weights"/></pattern>'
    '<pattern id="p-cache" width="6" height="6" patternUnits="userSpaceOnUse">'
    '<rect width="6" height="6" class="fill-cache"/>'
    '<path d="M-1 7L7 -1M-1 1L1 -1M5 7L7 5" class="hatch"/></pattern>'
    '<pattern id="p-compute" width="4" height="4" patternUnits="userSpaceOnUse">'
    '<rect width="4" height="4" class="fill-compute"/><path d="M2 0V4" class="hatch"/></pattern>'
    '<pattern id="p-overhead" width="4" height="4" patternUnits="userSpaceOnUse">'
    '<rect width="4" height="4" class="fill-overhead"/><path d="M0 2H4" class="hatch"/></pattern>'
    "</defs>"
)


@dataclass(slots=True)
class _Drawing:
    """Shapes from top to bottom; `y` is where the next one goes."""

    y: int = 0
    shapes: list[str] = field(default_factory=list)

    def text(self, words: str, *, at: float = 0, anchor: str = "start", kind: str = "") -> None:
        """Words with their base line at `y`."""
        self.shapes.append(
            f'<text x="{at:.2f}%" y="{self.y}" text-anchor="{anchor}" class="{kind}">'
            f"{_plain(words)}</text>"
        )

    def rect(self, start: float, width: float, fill: str, title: str = "") -> None:
        """A piece of a bar, from and to in percent."""
        told = f"<title>{_plain(title)}</title>" if title else ""
        paint = f'fill="url(#p-{fill})"' if fill in PARTS else f'class="{fill}"'
        self.shapes.append(
            f'<rect x="{start:.2f}%" y="{self.y}" width="{width:.2f}%" height="{BAR}" {paint}>'
            f"{told}</rect>"
        )

    def mark(self, at: float, kind: str = "limit") -> None:
        """A line across the bar that starts at `y`, never across words."""
        for each in ("halo", kind):
            self.shapes.append(
                f'<line x1="{at:.2f}%" x2="{at:.2f}%" y1="{self.y - 3}" y2="{self.y + BAR + 3}" '
                f'class="{each}"/>'
            )

    def flag(self, at: float, words: str) -> None:
        """What a mark means, above it; `at` 100 is for one that lies farther right."""
        if at >= 100:
            self.text(f"{words} →", at=100, anchor="end", kind="quiet")
        elif at < SIDE:
            self.text(f"↓ {words}", at=at, kind="quiet")
        elif at > 100 - SIDE:
            self.text(f"{words} ↓", at=at, anchor="end", kind="quiet")
        else:
            self.text(words, at=at, anchor="middle", kind="quiet")

    def picture(self, name: str, title: str, story: str) -> str:
        """The whole SVG with its text alternative."""
        return (
            f'<svg width="100%" height="{self.y}" role="img" aria-labelledby="{name}-t {name}-d">'
            f'<title id="{name}-t">{_plain(title)}</title>'
            f'<desc id="{name}-d">{_plain(story)}</desc>'
            f"{''.join(self.shapes)}</svg>"
        )


def _plain(text: str) -> str:
    """Text as SVG."""
    return escape(printable(text))


def shortened(name: str, most: int) -> str:
    """A name of so many letters at most; the whole one stands in the tables."""
    return name if len(name) <= most else f"{name[: most - 1]}…"


def swatch(part: str) -> str:
    """The sign of one part for the legend."""
    return (
        '<svg width="16" height="12" aria-hidden="true">'
        f'<rect width="16" height="12" rx="2" fill="url(#p-{part})"/></svg>'
    )


# --- memory --------------------------------------------------------------------------------------


def memory_picture(models: Sequence[MemoryOf]) -> str:
    """All models on one scale, a bar for each window, with lines for what is free."""
    drawn = [each for each in models if each.bars]
    scale = memory_scale(drawn)
    drawing = _Drawing(shapes=[DEFINITIONS])
    for each in drawn:
        drawing.y += 34 if drawing.y else 16
        drawing.text(shortened(each.model, HEADING), kind="title")
        _memory_rows(drawing, each, scale)
    story = "; ".join(memory_story(each) for each in drawn)
    return drawing.picture("memory", "Memory that each model needs at each window", story)


def memory_scale(models: Iterable[MemoryOf]) -> float:
    """The bytes of a whole bar."""
    told = list(models)
    most: int = max(bar.need.total for each in told for bar in each.bars)
    free = max((each.together or each.on_gpu or 0 for each in told), default=0)
    cards = max((each.on_gpu or 0 for each in told), default=0)
    if cards or free:
        least = max(min(bar.need.total for bar in each.bars) for each in told)
        most = min(most, FARTHEST * max(cards or free, least))
    for limit in (cards, free):
        most = max(most, limit) if limit <= NEAR * most else most
    return most * ROOM


def _memory_rows(drawing: _Drawing, each: MemoryOf, scale: float) -> None:
    """One model's marks and bars."""
    limits = list(_limits(each, scale))
    for at, words, _ in limits:
        drawing.y += 18
        drawing.flag(at, words)
    for bar in each.bars:
        drawing.y += ROW - BAR
        kind, sign = TONES[bar.where]
        drawing.text(f"{bar.window:,} tokens")
        words = f"{show_bytes(bar.need.total)}  {sign} {PLACES[bar.where]}"
        drawing.text(words, at=100, anchor="end", kind=kind)
        drawing.y += GAP
        drawing.rect(0, 100, "track")
        _pieces(drawing, parts(bar), scale)
        for at, _, kind in limits:
            if at < 100:
                drawing.mark(at, kind)
        drawing.y += BAR - GAP
    drawing.y += 10


def _pieces(drawing: _Drawing, sizes: Sequence[int], scale: float) -> None:
    """The parts of a bar side by side, cut off at the scale's end."""
    done = 0.0
    for name, words, size in zip(PARTS, PART_NAMES, sizes, strict=True):
        width = min(100 * size / scale, 100 - done)
        if width > 0:
            drawing.rect(done, width, name, f"{words} {show_bytes(size)}")
        done += width
    if sum(sizes) > scale:
        y = drawing.y
        drawing.shapes.append(
            f'<svg x="100%" y="{y}" overflow="visible">'
            f'<path d="M-14 0L-6 {BAR / 2}L-14 {BAR}H-9L-1 {BAR / 2}L-9 0Z" fill="var(--card)"/>'
            "</svg>"
        )


def _limits(each: MemoryOf, scale: float) -> Iterator[tuple[float, str, str]]:
    """The marks: place in percent (100 for beyond the scale), words, and kind of line."""
    if each.on_gpu is not None:
        words = f"{show_bytes(each.on_gpu)} free on the GPU"
        yield min(100 * each.on_gpu / scale, 100), words, "limit"
    if each.together is not None:
        words = "with system memory" if each.on_gpu is not None else "of memory available"
        kind = "limit far" if each.on_gpu is not None else "limit"
        yield min(100 * each.together / scale, 100), f"{show_bytes(each.together)} {words}", kind


def memory_story(each: MemoryOf) -> str:
    """One model's bars in words."""
    bars = ", ".join(
        f"{show_bytes(bar.need.total)} at {bar.window:,} tokens ({PLACES[bar.where]})"
        for bar in each.bars
    )
    return f"{each.model}: {bars}"


# --- speed ---------------------------------------------------------------------------------------


def speed_picture(speeds: Sequence[SpeedOf]) -> str:
    """Three measures, a bar for each model, with a line where byok calls it slow."""
    drawing = _Drawing()
    request = f"First request, {FIRST_REQUEST:,} tokens"
    told = [
        ("First token of a loaded model", [each.first_token for each in speeds], 0.0, False),
        (request, [each.first_request for each in speeds], SLOW_REQUEST, False),
        ("Writing", [each.writing for each in speeds], SLOW_WRITING, True),
    ]
    for title, values, limit, more_is_better in told:
        if any(value is not None for value in values):
            drawing.y += 34 if drawing.y else 16
            drawing.text(title, kind="title")
            _speed_rows(drawing, speeds, values, limit, faster=more_is_better)
    story = "; ".join(speed_story(each) for each in speeds)
    return drawing.picture("speed", "How fast each model answers here", story)


def _speed_rows(
    drawing: _Drawing,
    speeds: Sequence[SpeedOf],
    values: Sequence[float | None],
    limit: float,
    *,
    faster: bool,
) -> None:
    """One measure: every model on one scale; `faster` says that more is better."""
    largest = max([*(value for value in values if value is not None), limit * 1.4, 0.1])
    scale = largest * ROOM
    if limit:
        drawing.y += 18
        words = f"slow below {limit:g} tokens/s" if faster else f"slow from {show_seconds(limit)}"
        drawing.flag(100 * limit / scale, words)
    for each, value in zip(speeds, values, strict=True):
        drawing.y += ROW - BAR
        drawing.text(shortened(each.model, BESIDE))
        drawing.text(_value(each, value, faster=faster), at=100, anchor="end", kind="quiet")
        drawing.y += GAP
        drawing.rect(0, 100, "track")
        if value is not None:
            bad = limit and (value < limit if faster else value > limit)
            width = max(100 * value / scale, 0.6) if value >= NOTHING else 0
            drawing.rect(0, width, "fill-slow" if bad else "fill-fast")
        if limit:
            drawing.mark(100 * limit / scale)
        drawing.y += BAR - GAP
    drawing.y += 10


def _value(each: SpeedOf, value: float | None, *, faster: bool) -> str:
    """A number with its unit, and whether it was measured."""
    if value is None:
        return "not measured"
    if faster:
        return f"{value:.1f} tokens/s"
    return show_seconds(value)


def speed_story(each: SpeedOf) -> str:
    """One model's speed in words."""
    told = []
    if each.first_token is not None:
        told.append(f"first token after {show_seconds(each.first_token)}")
    if each.writing is not None:
        told.append(f"{each.writing:.1f} tokens/s")
    if each.first_request is not None:
        basis = f" ({each.basis})" if each.basis else ""
        request = f"droid's first request of {FIRST_REQUEST:,} tokens in"
        told.append(f"{request} {show_seconds(each.first_request)}{basis}")
    return f"{each.model}: {', '.join(told)}"
