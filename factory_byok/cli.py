"""Registers the verbs, prints their answers and turns failures into exit codes; no logic."""

import errno
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from importlib import import_module
from itertools import pairwise
from time import time
from typing import Any, Final, NoReturn

import typer
from typer.core import TyperCommand, TyperGroup

from factory_byok.commands import GROUPS, VERBS
from factory_byok.commands.options import (
    DROID_VERSION_VERBS,
    ColorOption,
    DroidVersionOption,
    JsonOption,
)
from factory_byok.core.errors import (
    BUG,
    FAILED,
    INTERRUPTED,
    OK,
    ByokError,
    Interrupted,
    UsageError,
)
from factory_byok.core.masking import leaving
from factory_byok.core.world import DROID_VERSION
from factory_byok.screens import output
from factory_byok.screens.answer import Answer
from factory_byok.screens.style import Style, set_up_streams, style_of

_OF_DISKS: Final = (errno.ENOSPC, errno.EDQUOT, errno.EIO)  # a full or failing one
# typer does not export the base of its complaints about the words
_WORDS_USAGE: Final[type[Exception]] = typer.BadParameter.__bases__[0]

EXAMPLES: Final = [
    ("byok doctor", "what is wrong, and the next step for each"),
    ("byok fit qwen3-coder:30b", "how large a window fits on this machine"),
    ("byok add ollama qwen3-coder:30b", "one entry: checked, written and tried"),
    ("byok fix", "the repairs as a diff, then a question"),
    ("byok doctor -o report.html", "a page with pictures, names and keys left out"),
]


WORDS: Final = "byok.words"  # the key in a context's `meta`


class _Pressed(Exception):
    """Ctrl-c inside a verb, past typer, which would make a bare exit code of it."""

    def __init__(self, told: str) -> None:
        """Keeps what was done by then."""
        super().__init__(told)
        self.told = told


class Verb(TyperCommand):
    """One verb, with byok's own help page."""

    def invoke(self, ctx: Any) -> Any:
        """Runs it. Raises _Pressed for ctrl-c."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt as pressed:
            told = pressed.told if isinstance(pressed, Interrupted) else ""
            raise _Pressed(told) from None

    def parse_args(self, ctx: Any, args: list[str]) -> Any:
        """Keeps the words for the help page, which is asked for before they are read."""
        ctx.meta[WORDS] = tuple(args)
        for before, word in pairwise(("", *args)):
            if not word.strip():  # a script's variable without a value: no default is meant by it
                empty = f"`{before}`" if before[:1] == "-" else self._argument()
                raise UsageError(f"{empty} is empty", "A variable of the shell may have no value")
        return super().parse_args(ctx, args)

    def _argument(self) -> str:
        """What a word without an option is called."""
        names = [each.name for each in self.params if each.param_type_name == "argument"]
        named = {"model": "The model's name", "file": "The file's name"}
        return named.get(names[0], names[0].upper()) if len(names) == 1 else "An argument"

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """The page in the width of the terminal; that of `add` is about its provider."""
        from factory_byok.commands.add_words import about_provider

        told, hidden = about_provider(ctx.meta.get(WORDS, ()) if self.name == "add" else ())
        records: dict[str, list[tuple[str, str]]] = {**told, "Arguments": [], "Options": []}
        for param in self.get_params(ctx):
            record = param.get_help_record(ctx)
            if record and not hidden.intersection(param.opts):
                title = "Options" if record[0].startswith("-") else "Arguments"
                records[title].append(record)
        sections = [(title, rows) for title, rows in records.items() if rows]
        formatter.write(_page(ctx, self.help or "", sections))


def _page(ctx: Any, text: str, sections: Sequence[tuple[str, Sequence[tuple[str, str]]]]) -> str:
    """A help page."""
    from factory_byok.screens.help import help_lines
    from factory_byok.screens.style import page_style

    usage = " ".join(ctx.get_usage().split())
    return "\n".join(help_lines(usage, text, sections, page_style(sys.stdout))) + "\n"


class Verbs(TyperGroup):
    """The verbs, each imported when it is called."""

    def list_commands(self, ctx: Any) -> list[str]:
        """The verbs in the order of the help page."""
        return list(VERBS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """The command of a verb; None when there is no such verb."""
        if cmd_name not in VERBS:
            return None
        module = import_module(f"factory_byok.commands.{cmd_name}")
        verb = typer.Typer(add_completion=False, rich_markup_mode=None)
        verb.command(cmd_name, cls=Verb, short_help=VERBS[cmd_name])(module.run)
        command = typer.main.get_command(verb)
        command.name = cmd_name
        command.params.extend(_common_options(cmd_name))
        return command

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """The verbs in their groups, without importing them."""
        options = [each.get_help_record(ctx) for each in self.get_params(ctx)]
        groups = [(group, list(verbs.items())) for group, verbs in GROUPS.items()]
        sections = [*groups, ("Options", list(filter(None, options))), ("Examples", EXAMPLES)]
        formatter.write(_page(ctx, self.help or "", sections))


def _common_options(verb: str) -> list[Any]:
    """`--json` and `--color`, which every verb takes and only this file reads, and one more.

    `--droid-version` is for the verbs that depend on droid's rules.
    """

    def common(
        droid_version: DroidVersionOption = None,
        json: JsonOption = False,
        color: ColorOption = None,
    ) -> None:
        """Never called: it only declares."""

    holder = typer.Typer(add_completion=False, rich_markup_mode=None)
    holder.command()(common)
    unwanted = ("help",) if verb in DROID_VERSION_VERBS else ("help", "droid_version")
    options = typer.main.get_command(holder).params
    options = [option for option in options if option.name not in unwanted]
    for option in options:
        option.expose_value = False
    return options


app = typer.Typer(
    cls=Verbs,
    add_completion=False,  # `byok completion` knows entries and models too
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    """Prints byok's version and what it was measured with."""
    if wanted:
        from factory_byok.version import version_lines

        typer.echo("\n".join(version_lines()))
        raise typer.Exit


@app.callback()
def byok(
    *,
    version: bool = typer.Option(
        False, "--version", "-V", callback=_version, is_eager=True, help="Show versions and exit."
    ),
) -> None:
    """Make your own models work in Factory's droid, and prove that they do.

    Run `byok setup` on a new machine, and `byok doctor` when something is wrong. Every verb has
    its own `--help`, prints JSON with `--json`, and never asks without a terminal.
    """


def main() -> NoReturn:
    """Runs byok and ends the process with its exit code.

    Nothing is left to tidy up by then, and Python's own end (each module taken down) takes a tenth
    of a short run; a probe that hangs in a thread is not waited for either.
    """
    set_up_streams()
    if "_BYOK_COMPLETE" in os.environ:
        from factory_byok.completion import answer

        code = answer(os.environ)
    else:
        code = _unseen(sys.argv[1:])
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):  # the reader went away
            stream.flush()
    os._exit(code)


def _unseen(words: list[str]) -> int:
    """Runs one command line; a key that is typed before it is asked for is not shown."""
    if "add" not in words:
        return run(words)
    from factory_byok.screens.asking import hide_typing, show_typing

    hide_typing()
    try:
        return run(words)
    finally:
        show_typing()


def run(words: list[str]) -> int:
    """Runs one command line and gives its exit code; nothing is raised."""
    words, begin = words or ["--help"], time()
    pinned = os.environ.get(DROID_VERSION)  # `--droid-version` sets it for this command line
    try:
        if words[0] in VERBS:
            _recover()
        answer = app(args=words, prog_name="byok", standalone_mode=False)
        return _print(answer, words, begin)
    except _WORDS_USAGE as error:
        return _fail(words, _usage(error, words))
    except ByokError as error:
        return _fail(words, _with_what_was_done(error, words, begin))
    except _Pressed as pressed:
        return _interrupted(words, begin, pressed.told)
    except (KeyboardInterrupt, typer.Abort):
        return _interrupted(words, begin)
    except BrokenPipeError:
        return _pipe_closed()
    except OSError as error:  # typer prints help and the version itself
        full = error.errno in _OF_DISKS and not error.filename
        return _fail(words, output.unwritable(error)) if full else _bug(words)
    except Exception:  # noqa: BLE001 - the last net: a bug is told as one, with what helps to mend it
        return _bug(words)
    finally:
        os.environ.pop(DROID_VERSION, None)
        if pinned is not None:
            os.environ[DROID_VERSION] = pinned


def _interrupted(words: list[str], begin: float, told: str = "") -> int:
    """Tells that ctrl-c ended it before there was a result, and what was done by then."""
    sentence = _left(words, begin, told)
    if "--json" in words:
        from factory_byok.reports.envelope import failure

        with suppress(output.Unwritable):
            output.result_json(failure(_verb(words), ByokError(sentence), interrupted=True))
    return INTERRUPTED


def _left(words: list[str], begin: float, told: str = "") -> str:
    """Says what an interrupt leaves: what was changed since the beginning, and how it goes back."""
    from factory_byok.core.world import World
    from factory_byok.workflows.interrupts import so_far

    sentence = ". ".join(
        filter(None, ("Interrupted", so_far(World.real(), _verb(words), begin), told))
    )
    output.note(f"\n{sentence}")
    return sentence


def _with_what_was_done(error: ByokError, words: list[str], begin: float) -> ByokError:
    """A failure that came when something was done already, such as one of the second look."""
    from factory_byok.core.world import World
    from factory_byok.workflows.interrupts import LAST_DONE, NOTHING, after_others, so_far

    if LAST_DONE[0] >= begin:
        error.hint = after_others(error).hint
    with suppress(ByokError):  # there may be no home
        told = so_far(World.real(), _verb(words), begin)
        if told != NOTHING and "Done before: " not in error.hint:
            hint = "" if error.hint.startswith(NOTHING) else error.hint
            error.hint = "; ".join(filter(None, (hint, f"Done before: {told}")))
    return error


def _recover() -> None:
    """Finishes, or takes back, what a killed byok left half written, and says so."""
    from factory_byok.core.world import World
    from factory_byok.droid.settings.writing.unfinished import unfinished

    world = World.real()
    if unfinished(world):
        from factory_byok.droid.settings.writing.recovery import recover

        for told in recover(world):
            output.note(told)


def _print(answer: Any, words: list[str], begin: float) -> int:
    """Prints an answer in the wanted form; what is no answer is typer's own exit code."""
    if not isinstance(answer, Answer):
        return answer if isinstance(answer, int) else OK
    if "--json" in words:
        from factory_byok.reports.envelope import envelope

        show = output.json_document if answer.document else output.result_json
        show(envelope(_verb(words), answer))
    else:
        style = _style(words)
        read_by = style.wrapped(f"As read by {answer.read_by}") if answer.read_by else ()
        if answer.document:
            output.document("\n".join([*answer.words(style), *read_by]))
        else:
            lines = style.fitted(answer.words(style))
            output.result("\n".join([*lines, *read_by]), color=style.color)
    if answer.interrupted:
        _left(words, begin)
    if "--json" not in words:
        _tell_next(answer, words)
    if answer.interrupted:
        return INTERRUPTED
    return FAILED if answer.failed else OK


def _tell_next(answer: Answer, words: list[str]) -> None:
    """The last line: what to do next; beside a document it goes to stderr."""
    if answer.next is None:
        return
    from factory_byok.screens.next_line import next_lines

    stream = sys.stderr if answer.document else sys.stdout
    lines = next_lines(answer.next, style_of(stream, _color(words)))
    (output.note if answer.document else output.result)("\n" + "\n".join(lines))


def _fail(words: list[str], error: ByokError) -> int:
    """Tells a failure: as JSON on stdout when that was asked for, else a sentence on stderr.

    One that says nothing of its own about what to do leads to help, or to the doctor.
    """
    readable = not isinstance(error, output.Unwritable)
    if readable and not error.hint:
        usage = isinstance(error, UsageError)
        error.hint = _see(words) if usage else "`byok doctor` says what is in the way"
    if readable and "--json" in words:
        from factory_byok.reports.envelope import failure

        try:
            output.result_json(failure(_verb(words), error))
        except output.Unwritable as full:
            return _fail(words, full)
    else:
        style = style_of(sys.stderr, _color(words))
        output.note("\n".join(_sentence(error, style)))
    return error.exit_code


def _sentence(error: ByokError, style: Style) -> Iterator[str]:
    """An error and its hint for a person; a hint's further lines (a diff) stay as they are."""
    for label, color, text in (("error", "red", error.message), ("hint", "cyan", error.hint)):
        first, *more = leaving(text).split("\n") if text else [""]
        yield from style.marked(f"{label}: {first}", label, ("bold", color)) if first else ()
        yield from more


def _usage(error: Any, words: list[str]) -> UsageError:
    """Typer's complaint about the words as one of ours."""
    from factory_byok.screens.usage import hint, sentence

    complaint = str(error.format_message()).rstrip(".") or "The words do not fit"
    context = getattr(error, "ctx", None)
    options = [name for param in context.command.params for name in param.opts] if context else []
    return UsageError(sentence(complaint), hint(complaint, list(VERBS), options))


def _see(words: list[str]) -> str:
    """Where the words of a verb are explained."""
    verb = _verb(words)
    return f"See `{'byok' if verb == 'byok' else f'byok {verb}'} --help`"


def _bug(words: list[str]) -> int:
    """Tells that byok itself failed, with the traceback in a file instead of on the screen."""
    from factory_byok.screens.bug import report_bug

    error = ByokError(*report_bug(words))
    error.exit_code = BUG
    return _fail(words, error)


def _pipe_closed() -> int:
    """The reader of our output went away, as `head` does: nothing to say, and nothing to flush."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return OK


def _verb(words: list[str]) -> str:
    """The verb on a command line, `byok` when there is none."""
    return next((word for word in words if word in VERBS), "byok")


def _color(words: list[str]) -> Any:
    """What `--color` says, wherever it stands."""
    for index, word in enumerate(words):
        if word == "--color" and index + 1 < len(words):
            return words[index + 1]
        if word.startswith("--color="):
            return word.partition("=")[2]
    return "auto"


def _style(words: list[str]) -> Style:
    """The style of stdout."""
    return style_of(sys.stdout, _color(words))
