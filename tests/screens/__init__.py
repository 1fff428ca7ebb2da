"""The screens of the README: whole commands over a snapshot, at 80 columns, without colour."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Final

from factory_byok.core.facts import Known, Snapshot, Window
from factory_byok.core.units import Tokens
from factory_byok.diagnosis.examine import examine
from factory_byok.diagnosis.recommending import for_snapshot
from factory_byok.screens.doctor import doctor_lines
from factory_byok.screens.next_line import next_lines
from factory_byok.screens.style import Style
from factory_byok.workflows.next_step import after_doctor
from tests.builders import ENDPOINT, a_model, a_server, a_snapshot, an_entry

PLAIN: Final = Style(color=False, width=80)
COLOR: Final = Style(color=True, width=80)


def troubled() -> Snapshot:
    """A machine whose owner followed a docs page: a 4,096 window and a forgotten tag."""
    small = a_model(window=Known(Window(Tokens(4_096), "measured", "the loaded model")))
    forgotten = an_entry(
        id="custom:Qwen-3-Coder-0",
        name="Qwen 3 Coder",
        model="qwen3-coder",
        index=1,
        pointer="/custom_models/1",
    )
    return replace(
        a_snapshot(),
        entries=(an_entry(), forgotten),
        servers={ENDPOINT: Known(a_server(small))},
    )


def _doctor(style: Style) -> Iterable[str]:
    """`byok doctor` on that machine."""
    snap = troubled()
    report = examine(snap)
    yield from doctor_lines(snap, report, for_snapshot(snap), style)
    yield ""
    yield from next_lines(after_doctor(snap, report), style)


SCREENS: Final[dict[str, tuple[str, Callable[[Style], Iterable[str]]]]] = {
    "doctor": ("byok doctor", _doctor),
}


def screen(name: str) -> str:
    """A screen with the command that shows it."""
    command, lines = SCREENS[name]
    body = "\n".join(lines(PLAIN)).replace(str(Path.home()), "~")
    return f"$ {command}\n{body}".rstrip()
