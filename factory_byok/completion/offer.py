"""What may follow on a command line: verbs, options, their values, and arguments.

A verb's options are read off its `run` function, which is also what the real parser is made of.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from importlib import import_module
from inspect import signature
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, Final, Literal, Union, get_args, get_origin, get_type_hints

from factory_byok.commands import VERBS, options
from factory_byok.completion.sources import Given, Source, Word, source_of
from factory_byok.core.masking import leaving, mask_line
from factory_byok.core.world import World

HELP: Final = Word("--help", "Show the help and exit.")
TOP: Final = (HELP, Word("--version", "Show versions and exit."))
COMMON: Final = {"json": options.JsonOption, "color": options.ColorOption}


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of a verb: `names` are an option's spellings, empty for an argument."""

    name: str
    names: tuple[str, ...] = ()
    help: str = ""
    flag: bool = False
    many: bool = False
    files: bool = False
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Offer:
    """The words that may stand there; `files` leaves it to the shell to offer names of files."""

    words: tuple[Word, ...] = ()
    files: bool = False


@dataclass(slots=True)
class _Line:
    """A command line as far as it is typed: the values so far, and the option still without one."""

    arguments: list[str] = field(default_factory=list)
    options: dict[str, str] = field(default_factory=dict)
    open: Parameter | None = None
    only_arguments: bool = False


def offer(words: Sequence[str], start: str, world: World) -> Offer:
    """What may be the next word after `words` (without `byok`), of which `start` is typed."""
    verb = next((at for at, word in enumerate(words) if not word.startswith("-")), None)
    if verb is None:
        top = TOP if start.startswith("-") else (Word(name, VERBS[name]) for name in VERBS)
        return _beginning(top, start)
    if words[verb] not in VERBS:
        return Offer()
    known = list(parameters(words[verb]))
    line = _read(known, words[verb + 1 :])
    given = Given(world, words[verb], tuple(line.arguments), line.options, start)
    if line.open:
        return _values(line.open, given)
    if start.startswith("-") and not line.only_arguments:
        return _option(known, given)
    return _argument(known, given)


def parameters(verb: str) -> Iterator[Parameter]:
    """Every parameter of a verb, in its order, and those that all verbs have."""
    run = import_module(f"factory_byok.commands.{verb}").run
    hints = get_type_hints(run, include_extras=True)
    for name in signature(run).parameters:
        if get_origin(hints[name]) is Annotated:
            yield _parameter(name, hints[name])
    for name, hint in COMMON.items():
        yield _parameter(name, hint)
    if verb in options.DROID_VERSION_VERBS:
        yield _parameter("droid_version", options.DroidVersionOption)


def _parameter(name: str, hint: Any) -> Parameter:
    """One parameter from its annotation."""
    kind, told = get_args(hint)[:2]
    if get_origin(kind) in (Union, UnionType):
        kind = next(each for each in get_args(kind) if each is not type(None))
    many = get_origin(kind) is list
    kind = get_args(kind)[0] if many else kind
    # beside an annotation typer takes the first name for the default until it parses
    declared = (told.default, *(told.param_decls or ()))
    is_option = type(told).__name__ == "OptionInfo"
    names = tuple(each for each in declared if isinstance(each, str) and each.startswith("-"))
    return Parameter(
        name=name,
        names=(names or (f"--{name.replace('_', '-')}",)) if is_option else (),
        help=told.help or "",
        flag=kind is bool,
        many=many,
        files=kind is Path,
        choices=get_args(kind) if get_origin(kind) is Literal else (),
    )


def _read(known: Sequence[Parameter], words: Sequence[str]) -> _Line:
    """The words after the verb, by the rules of the real parser."""
    by_name = {name: each for each in known for name in each.names}
    line = _Line()
    for word in words:
        if line.open:
            line.options[line.open.name] = word
            line.open = None
        elif word == "--" and not line.only_arguments:
            line.only_arguments = True
        elif word.startswith("-") and len(word) > 1 and not line.only_arguments:
            name, equals, value = word.partition("=")
            option = by_name.get(name)
            if option and equals:
                line.options[option.name] = value
            elif option and not option.flag:
                line.open = option
            elif option:
                line.options[option.name] = "yes"
        else:
            line.arguments.append(word)
    return line


def _option(known: Sequence[Parameter], given: Given) -> Offer:
    """Options that are not given yet, or the value behind `--option=`."""
    name, equals, start = given.start.partition("=")
    if equals:
        option = next((each for each in known if name in each.names), None)
        if option is None or option.flag:
            return Offer()
        found = _values(option, replace(given, start=start))
        return Offer(tuple(Word(f"{name}={each.value}", each.help) for each in found.words))
    words = [
        Word(name, each.help)
        for each in known
        for name in each.names
        if each.name not in given.options and (name.startswith("--") or name == given.start)
    ]
    return _beginning([*words, HELP], given.start)


def _argument(known: Sequence[Parameter], given: Given) -> Offer:
    """The argument at this place."""
    arguments = [each for each in known if not each.names]
    at = len(given.arguments)
    if at >= len(arguments) and not (arguments and arguments[-1].many):
        return Offer()
    return _values(arguments[min(at, len(arguments) - 1)], given)


def _values(wanted: Parameter, given: Given) -> Offer:
    """The values of one parameter."""
    if wanted.choices:
        return _beginning([Word(each) for each in wanted.choices], given.start)
    if wanted.files:
        return Offer(files=True)
    source: Source | None = source_of(given.verb, wanted.name)
    return _beginning(source(given), given.start) if source else Offer()


def _beginning(words: "Iterator[Word] | Sequence[Word] | Any", start: str) -> Offer:
    """The words that begin as typed, each once; none that steers a terminal or shows a secret."""
    told = {
        each.value: Word(each.value, " ".join(leaving(each.help).split()))
        for each in words
        if each.value.startswith(start) and _may_leave(each.value)
    }
    return Offer(tuple(told.values()))


def _may_leave(value: str) -> bool:
    """Whether a name, which may be a server's or a strange file's, can be shown as it is."""
    return value.isprintable() and mask_line(value) == value
