"""The HTML report in a real browser: it fits a phone, follows the scheme, and asks for nothing."""

import json
import re
import shutil
import struct
import subprocess
import threading
import zlib
from collections import Counter
from collections.abc import Iterator
from html import escape, unescape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from factory_byok.reports.html import html_lines
from factory_byok.reports.html_style import CSS
from tests.doubles.real_parts import missing
from tests.reports.reports import a_hostile, a_lively, a_page, a_well

pytestmark = [pytest.mark.outside, pytest.mark.xdist_group("chromium")]

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--hide-scrollbars", "--force-device-scale-factor=1",
)  # fmt: skip
WIDTHS = (320, 360, 768, 1280)
PAGES = {
    "lively": a_lively(),
    "well": a_well(),
    "long": a_hostile("an-endless-name-without-a-space/" * 20),
}


@pytest.fixture(scope="session")
def chromium() -> str:
    """The browser; CI must have it (`apt-get install chromium`)."""
    found = next((path for name in NAMES if (path := shutil.which(name))), None)
    return found or missing("there is no Chromium on this machine: apt-get install chromium")


def page(name: str) -> str:
    """A report."""
    return "\n".join(html_lines(a_page(PAGES[name])))


def browse(chromium: str, folder: Path, address: str, *flags: str) -> str:
    """What Chromium prints for a page, in a fresh profile."""
    command = [chromium, *FLAGS, f"--user-data-dir={folder / 'profile'}", *flags, address]
    ran = subprocess.run(command, capture_output=True, text=True, check=False, timeout=90)
    assert ran.returncode == 0, ran.stderr[-2000:]
    return ran.stdout


MEASURE = """
addEventListener("load", () => {
  const told = [...document.querySelectorAll("iframe")].map((frame) => {
    const inside = frame.contentDocument;
    inside.querySelectorAll("details").forEach((each) => { each.open = true; });
    const root = inside.documentElement;
    const beyond = [...inside.querySelectorAll("body *")].filter((each) =>
      each.getBoundingClientRect().right > root.clientWidth + 0.5);
    const texts = [...inside.querySelectorAll("svg text")].map((each) =>
      [each.getBoundingClientRect(), each.textContent]);
    const clash = texts.flatMap(([one, words], at) => texts.slice(at + 1)
      .filter(([other]) => one.left < other.right && other.left < one.right
        && one.top < other.bottom - 4 && other.top < one.bottom - 4)
      .map(([, others]) => `${words} | ${others}`));
    return {
      asked: Number(frame.width), width: root.clientWidth, scroll: root.scrollWidth,
      beyond: beyond.slice(0, 5).map((each) => each.outerHTML.slice(0, 120)),
      clash, small: Math.min(...texts.map(([each]) => each.height)),
      loaded: inside.defaultView.performance.getEntriesByType("resource").length,
    };
  });
  document.querySelector("pre").textContent = JSON.stringify(told);
});
"""


@pytest.mark.parametrize("name", PAGES)
def test_nothing_is_wider_than_the_screen(chromium: str, tmp_path: Path, name: str) -> None:
    frames = "".join(
        f'<iframe width="{width}" height="800" style="border:0" srcdoc="{escape(page(name))}">'
        "</iframe>"
        for width in WIDTHS
    )
    harness = tmp_path / "harness.html"
    harness.write_text(
        f"<!doctype html><meta charset=utf-8><script>{MEASURE}</script>{frames}<pre></pre>"
    )
    told = browse(chromium, tmp_path, harness.as_uri(), "--dump-dom", "--virtual-time-budget=4000")
    found = re.search(r"<pre>(\[.*\])</pre>", told)
    assert found
    for each in json.loads(unescape(found[1])):
        assert each["width"] == each["asked"]
        assert each["scroll"] <= each["width"], each
        assert each["beyond"] == [], each
        assert each["clash"] == [], each
        assert each["small"] >= 12
        assert each["loaded"] == 0


def pixels(path: Path) -> tuple[int, int, list[bytes]]:
    """Width, height and rows of an 8-bit PNG as Chromium writes it."""
    data = path.read_bytes()
    width, height, depth, kind = struct.unpack(">IIBB", data[16:26])
    assert depth == 8
    step = {2: 3, 6: 4}[kind]
    at, packed = 8, b""
    while at < len(data):
        (length,) = struct.unpack(">I", data[at : at + 4])
        if data[at + 4 : at + 8] == b"IDAT":
            packed += data[at + 8 : at + 8 + length]
        at += 12 + length
    raw, rows, before = zlib.decompress(packed), [], bytes(width * step)
    for number in range(height):
        start = number * (width * step + 1)
        before = _unfiltered(raw[start], raw[start + 1 : start + 1 + width * step], before, step)
        rows.append(
            before if step == 3 else b"".join(before[i : i + 3] for i in range(0, len(before), 4))
        )
    return width, height, rows


def _unfiltered(kind: int, line: bytes, above: bytes, step: int) -> bytes:
    """One row of a PNG by the five filters of its specification (section 9)."""
    row = bytearray(line)
    for at in range(len(row)):
        left = row[at - step] if at >= step else 0
        up, corner = above[at], above[at - step] if at >= step else 0
        if kind == 4:
            guess = left + up - corner
            near = min(
                (abs(guess - left), 0, left),
                (abs(guess - up), 1, up),
                (abs(guess - corner), 2, corner),
            )
            row[at] = (row[at] + near[2]) & 255
        elif kind:
            row[at] = (row[at] + (left, up, (left + up) // 2)[kind - 1]) & 255
    return bytes(row)


@pytest.mark.parametrize("size", ["360,800", "1280,1000"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_screen_is_drawn_in_its_scheme(
    chromium: str, tmp_path: Path, size: str, scheme: str
) -> None:
    (tmp_path / "report.html").write_text(page("lively"), "utf-8")
    shot = tmp_path / "shot.png"
    flags = (
        f"--window-size={size}", f"--screenshot={shot}",
        f"--blink-settings=preferredColorScheme={int(scheme == 'light')}",
    )  # fmt: skip
    browse(chromium, tmp_path, (tmp_path / "report.html").as_uri(), *flags)
    width, height, rows = pixels(shot)
    assert f"{width},{height}" == size
    part = CSS.split("@media (prefers-color-scheme: dark)")[scheme == "dark"]
    ground = bytes.fromhex(re.findall(r"--page: #([0-9a-f]{6})", part)[0])
    counted = Counter(row[at : at + 3] for row in rows[::4] for at in range(0, len(row), 12))
    assert counted.most_common(2)[0][0] == ground or ground in dict(counted.most_common(2))
    tone = bytes.fromhex(re.findall(r"--error: #([0-9a-f]{6})", part)[0])
    assert counted[tone] > 0
    assert len(counted) > 50


@pytest.fixture
def listener() -> Iterator[tuple[str, list[str]]]:
    """A server that notes who asks."""
    asked: list[str] = []

    class Noting(BaseHTTPRequestHandler):
        """Notes and answers nothing."""

        def do_GET(self) -> None:
            """Notes a request; the page itself is served from here."""
            asked.append(self.path)
            body = page("lively").encode() if self.path.endswith("/report.html") else b""
            self.send_response(200 if body else 404)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Stays silent."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Noting) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", asked
        server.shutdown()


def test_a_browser_asks_for_nothing_but_the_page(
    chromium: str, tmp_path: Path, listener: tuple[str, list[str]]
) -> None:
    url, asked = listener
    everything = f"--proxy-server={url}", "--proxy-bypass-list=<-loopback>"
    told = browse(chromium, tmp_path, f"{url}/report.html", *everything, "--dump-dom")
    assert "<h1>" in told
    by_itself = ("google.com", "googleapis.com", "gvt1.com")  # what Chromium asks on any page
    wanted = {path for path in asked if not (urlsplit(path).hostname or "").endswith(by_itself)}
    assert {urlsplit(path).path for path in wanted} - {"/favicon.ico"} == {"/report.html"}
