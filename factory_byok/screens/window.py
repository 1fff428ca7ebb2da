"""Windows on the screen: a block for each model, and what a change came to."""

from collections.abc import Iterator, Sequence

from factory_byok.core.actions import SetServerWindow
from factory_byok.core.requirements import FLOOR
from factory_byok.core.units import show_tokens
from factory_byok.screens.changes import dry_lines, plan_lines
from factory_byok.screens.style import Style, printable
from factory_byok.workflows.model_copy import Derivation
from factory_byok.workflows.server_setting import Setting
from factory_byok.workflows.windows import Row


def window_lines(rows: Sequence[Row], style: Style) -> Iterator[str]:
    """A block for each model: its window and how that is known, its end, the room for it."""
    if not rows:
        yield "No entry of droid's uses a model that a server here has"
        yield "See `byok doctor`; `byok window MODEL` asks about any model of the server"
        return
    for number, row in enumerate(rows):
        if number:
            yield ""
        yield from _block(row, style)


def _block(row: Row, style: Style) -> Iterator[str]:
    """One model."""
    yield f"{style.paint(printable(row.model), 'bold')} at {printable(row.endpoint)}"
    yield from style.columns(list(_rows(row)))
    if row.advice:
        yield from style.wrapped(f"hint: {printable(row.advice)}", "  ")
    if row.command:
        yield from style.command(row.command)


def _rows(row: Row) -> Iterator[tuple[str, str]]:
    """What is known of one model's window."""
    if row.window is None:
        yield "window", f"not known: {row.why}"
    else:
        enough = "" if row.window >= FLOOR else f", under the {FLOOR:,} that droid needs"
        yield "window", f"{show_tokens(row.window)}, {row.basis}{enough}"
        yield "decided by", row.decided_by or "the server"
        if row.why:
            yield "but", row.why
    longest = show_tokens(row.longest_window) if row.longest_window else "not known"
    yield "longest", longest
    room = _room(row)
    if room:
        yield "room here", room


def _room(row: Row) -> str:
    """What fits this machine, "" when that cannot be judged."""
    parts = []
    if row.on_gpu is not None:
        parts.append(f"{show_tokens(row.on_gpu)} on the GPU" if row.on_gpu else "none on the GPU")
    if row.in_memory is not None:
        beside = "with system memory, slower" if row.on_gpu is not None else "in system memory"
        parts.append(
            f"{show_tokens(row.in_memory)} {beside}" if row.in_memory else f"none {beside}"
        )
    return "; ".join(parts)


def copied_lines(derivation: Derivation, after: Row | None, style: Style) -> Iterator[str]:
    """What `--set` made, or would make."""
    if after is None:
        yield from dry_lines(derivation.actions, derivation.files.diff, style)
        return
    name = style.paint(printable(derivation.name), "bold")
    made = f"{name} has `num_ctx {derivation.window}`"
    if derivation.base != derivation.name:
        made += f" and shares the weights of {printable(derivation.base)}"
    yield f"Already so: {made}" if derivation.already else made
    if derivation.entries and derivation.files.changes:
        yield f"droid's entries use it: {', '.join(entry.id for entry in derivation.entries)}"
        yield "`byok undo` takes that back"
    elif derivation.users:
        yield f"droid's entries use it: {', '.join(derivation.users)}"
    yield from _outcome(after, derivation.window, style)


def _outcome(after: Row, window: int, style: Style) -> Iterator[str]:
    """Whether it worked."""
    if after.basis != "measured" or after.window is None:
        yield from style.wrapped(f"It could not be measured: {printable(after.why)}", "", "  ")
    elif after.window >= min(window, after.longest_window or window):
        least = f", under the {FLOOR:,} that droid needs" if after.window < FLOOR else ""
        yield f"Measured: {show_tokens(after.window)}{least}"
    else:
        told = show_tokens(after.window)
        yield f"It did not work: the loaded model has {told} ({after.decided_by})"


def step_lines(setting: Setting, action: SetServerWindow, style: Style) -> Iterator[str]:
    """The plan: the commands of a server's setting, and what is written."""
    yield from plan_lines((action,), "", style)
    for step in setting.steps:
        yield step.what
        yield from (f"    {line}" for line in step.writes.splitlines())
        yield from style.command(step.command)


def setting_lines(
    setting: Setting, action: SetServerWindow, after: Row | None, style: Style
) -> Iterator[str]:
    """What `--set N --server` did, or how to do it by hand."""
    if after is not None:
        yield f"The server at {setting.address} was given {show_tokens(setting.window)}"
        yield from _outcome(after, setting.window, style)
        return
    if setting.steps:
        yield from step_lines(setting, action, style)
        yield "Nothing was changed"
        return
    yield "byok cannot do this here; do it by hand:"
    yield from style.wrapped(setting.by_hand, "  ")
