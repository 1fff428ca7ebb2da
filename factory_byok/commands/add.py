"""byok add: asks the server, judges the choice, writes one entry, tries it, says the id."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

import typer

from factory_byok.commands.consent import NamedBy, agreed, also_wanted
from factory_byok.commands.options import (
    AllOption,
    DryRunOption,
    PruneOption,
    QuietOption,
    TimeoutOption,
    YesOption,
)
from factory_byok.core.errors import UsageError
from factory_byok.screens.answer import Answer

if TYPE_CHECKING:
    from factory_byok.core.actions import Action
    from factory_byok.core.facts import Entry, Exercise
    from factory_byok.core.progress import Progress
    from factory_byok.core.world import World
    from factory_byok.screens.style import Style
    from factory_byok.workflows.add import Plan, Wanted
    from factory_byok.workflows.choice import Choice, Judged

EXERCISES: Final = ("chat", "stream", "tools")
ABOUT_TOOLS: Final = ("tools_as_text", "tools_unsupported")


def run(
    provider: Annotated[
        str | None,
        typer.Argument(
            help="Who serves it: ollama, lm-studio, llama-cpp, vllm, openai-compatible, "
            "openrouter, fireworks, baseten, deepinfra, huggingface, groq, google-gemini, "
            "ollama-cloud, openai or anthropic; `byok add PROVIDER --help` tells of one. A model's "
            "name alone means ollama; nothing at all asks."
        ),
    ] = None,
    model: Annotated[
        str | None,
        typer.Argument(help="The model's name as its server lists it; without it, see the list."),
    ] = None,
    name: Annotated[str, typer.Option("--name", help="The name to show in droid.")] = "",
    max_output: Annotated[
        int | None, typer.Option("--max-output", min=1, help="Output limit in tokens.")
    ] = None,
    endpoint: Annotated[
        str,
        typer.Option(
            "--endpoint", metavar="URL", help="Server root or base URL; else the provider's own."
        ),
    ] = "",
    file: Annotated[
        Literal["settings", "config"] | None,
        typer.Option("--file", help="Which of droid's files to write."),
    ] = None,
    key_env: Annotated[
        str, typer.Option("--key-env", metavar="NAME", help="The variable that holds the key.")
    ] = "",
    key_stdin: Annotated[
        bool, typer.Option("--key-stdin", help="Read the key from standard input.")
    ] = False,
    pull: Annotated[
        bool, typer.Option("--pull", help="Download the model first when the server lacks it.")
    ] = False,
    no_check: Annotated[
        bool, typer.Option("--no-check", help="Write without asking the server or trying it.")
    ] = False,
    no_test: Annotated[bool, typer.Option("--no-test", help="Do not try the model.")] = False,
    no_compaction_limit: Annotated[
        bool, typer.Option("--no-compaction-limit", help="Leave droid's compaction as it is.")
    ] = False,
    default: Annotated[
        bool, typer.Option("--default", help="Make it droid's default model.")
    ] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Overwrite a different entry of that name.")
    ] = False,
    all_: AllOption = False,
    prune: PruneOption = False,
    yes: YesOption = False,
    dry_run: DryRunOption = False,
    timeout: TimeoutOption = 2.0,
    quiet: QuietOption = False,
) -> Answer:
    """Add a model to droid; without MODEL list what the server offers; without words ask.

    Asks the server first, says what is wrong with this choice, writes one validated entry where
    droid will honour it, tries it (chat, stream, tools), and prints the id to choose in droid.
    """
    from factory_byok.commands.add_all import offers, whole_server
    from factory_byok.commands.add_words import asked_choice, named_choice, named_key
    from factory_byok.core.world import World
    from factory_byok.droid.settings.writing.transaction import new_step
    from factory_byok.screens.progress import progress_on
    from factory_byok.workflows.add import Wanted, prepare
    from factory_byok.workflows.choice import judge

    world = World.real()
    if provider is None:
        choice, key = asked_choice(world, timeout=timeout, quiet=quiet)
    else:
        choice = named_choice(world, provider, model, endpoint)
        check = (bool(choice.model) or all_) and not no_check
        key = named_key(world, choice, key_env, stdin=key_stdin, check=check, ask=not yes)
    if not (choice.model or all_ or prune):
        return offers(world, choice, key.secret, timeout=timeout, quiet=quiet)
    wanted = Wanted(
        name=name,
        max_output=max_output,
        file=file,
        key=key.written,
        force=force,
        compaction=not no_compaction_limit,
        default=default,
    )
    if all_ or prune:
        if choice.model:
            raise UsageError(
                "`--all` and `--prune` are about every model of a provider's server",
                f"`byok add {choice.provider} {choice.model}` adds that one",
            )
        return whole_server(
            world, choice, wanted, progress_on(quiet=quiet),
            add=all_, prune=prune, yes=yes, dry_run=dry_run, timeout=timeout, secret=key.secret,
        )  # fmt: skip
    asked = provider is None
    judged, progress = None, progress_on(quiet=quiet)
    download: tuple[Action, ...] = ()
    if pull or (asked and choice.provider == "ollama"):
        download = _downloaded(
            world, choice, progress, "nobody" if asked else "words",
            timeout=timeout, yes=yes, dry_run=dry_run,
        )  # fmt: skip
    if not (no_check or download):
        judged = judge(world, choice, timeout=timeout, progress=progress, secret=key.secret)
    first = prepare(world, choice, judged, wanted)
    if not agreed("words", yes=yes, dry_run=dry_run):
        return _answer(first, judged, dry=True, download=download)
    if judged is None or no_test:
        return _answer(
            _written(world, choice, judged, wanted, step=new_step(), first=first), judged
        )
    return _ready(
        world, choice, judged, wanted, first.entry, progress,
        yes=yes, quiet=quiet, timeout=timeout, secret=key.secret,
    )  # fmt: skip


def _ready(
    world: "World", choice: "Choice", judged: "Judged", wanted: "Wanted", entry: "Entry",
    progress: "Progress", *, yes: bool, quiet: bool, timeout: float, secret: str,
) -> Answer:  # fmt: skip
    """Gives the model the window that droid needs, writes its entry and tries it."""
    from dataclasses import replace

    from factory_byok.droid.settings.writing.transaction import new_step
    from factory_byok.workflows.add import loaded
    from factory_byok.workflows.choice import judge

    step = new_step()
    if entry.model != choice.model and judged.server.model(entry.model) is not None:
        choice, wanted = replace(choice, model=entry.model), replace(wanted, name=entry.name)
        judged = judge(world, choice, timeout=timeout, progress=progress, secret=secret)
    with loaded(world, choice, judged, timeout=timeout, progress=progress) as seen:
        copy = _raised(world, choice, seen, progress, yes=yes, step=step)
        if not copy:
            return _written_and_tried(world, choice, seen, wanted, quiet=quiet, step=step)
    choice, wanted = replace(choice, model=copy), replace(wanted, name=entry.name)
    judged = judge(world, choice, timeout=timeout, progress=progress, secret=secret)
    with loaded(world, choice, judged, timeout=timeout, progress=progress) as seen:
        return _written_and_tried(world, choice, seen, wanted, quiet=quiet, step=step, copy=copy)


def _downloaded(
    world: "World", choice: "Choice", progress: "Progress", named_by: "NamedBy",
    *, timeout: float, yes: bool, dry_run: bool,
) -> "tuple[Action, ...]":  # fmt: skip
    """Downloads the model when its Ollama does not have it; gives what is only to be shown."""
    from factory_byok.screens.changes import plan_lines
    from factory_byok.workflows.plan import Plan as Actions
    from factory_byok.workflows.plan import do_all
    from factory_byok.workflows.pull import plan_pull

    if choice.provider != "ollama":
        raise UsageError("`--pull` works with Ollama only")
    plan = plan_pull(world, choice.model, choice.address, timeout=timeout)
    if plan.present:
        return ()

    def shown(style: "Style") -> Iterable[str]:
        return plan_lines((plan.action,), "", style)

    if not agreed(named_by, shown, yes=yes, dry_run=dry_run):
        return (plan.action,)
    do_all(world, Actions("add", (plan.action,)), progress)
    return ()


def _raised(
    world: "World", choice: "Choice", judged: "Judged | None", progress: "Progress",
    *, yes: bool, step: str,
) -> str:  # fmt: skip
    """A copy with the window that droid needs, when the model has less and that is wanted, or "".

    It is made with `--yes`, or when a person agrees; without both it is the next step.
    """
    from factory_byok.core.units import show_tokens
    from factory_byok.workflows.add import window_to_raise
    from factory_byok.workflows.model_copy import prepare
    from factory_byok.workflows.plan import Plan as Actions
    from factory_byok.workflows.plan import do_all
    from factory_byok.workflows.windows import Target

    aim = window_to_raise(choice, judged)
    if aim is None:
        return ""
    question = (
        f"Ollama gives {choice.model} a window too small for droid. Make a copy with "
        f"{show_tokens(aim)} (no download, no restart) and add that?"
    )
    if not also_wanted(question, yes=yes):
        return ""
    planned = prepare(world, Target(choice.model, choice.address), aim)
    do_all(world, Actions("add", planned.actions), progress, step=step)
    return planned.name


def _written_and_tried(
    world: "World", choice: "Choice", judged: "Judged | None", wanted: "Wanted",
    *, quiet: bool, step: str, copy: str = "",
) -> Answer:  # fmt: skip
    """Writes the entry and tries it through the base URL that was written; ctrl-c ends the try."""
    from factory_byok.exercises.limits import Limits, load_deadline
    from factory_byok.exercises.runner import exercise
    from factory_byok.screens.progress import progress_on

    plan = _written(world, choice, judged, wanted, step=step)
    server = judged.server if judged else None
    results: list[Exercise] = []
    limits = Limits(load=load_deadline(world.env))
    with progress_on(quiet=quiet).working(f"Trying {plan.entry.model}", long=True) as say:
        try:
            for result in exercise(world, plan.entry, server, EXERCISES, limits, say):
                results.append(result)
        except KeyboardInterrupt:
            return _answer(plan, judged, results, copy=copy, interrupted=True)
    return _answer(plan, judged, results, copy=copy)


def _written(
    world: "World", choice: "Choice", judged: "Judged | None", wanted: "Wanted",
    *, step: str, first: "Plan | None" = None,
) -> "Plan":  # fmt: skip
    """The entry in droid's file; `first` is the plan for it where nothing was asked since."""
    from factory_byok.workflows.add import prepare
    from factory_byok.workflows.plan import change_files

    ready = [first] if first else []
    return change_files(
        world,
        "add",
        lambda: ready.pop() if ready else prepare(world, choice, judged, wanted),
        lambda planned: planned.files,
        write=True,
        step=step,
    )


def _answer(
    plan: "Plan", judged: "Judged | None", results: "Sequence[Exercise]" = (),
    *, interrupted: bool = False, dry: bool = False, copy: str = "",
    download: "tuple[Action, ...]" = (),
) -> Answer:  # fmt: skip
    """The result for scripts and for people."""
    from factory_byok.commands.list import entry_row
    from factory_byok.core.findings import worst_level
    from factory_byok.workflows.next_step import after_add

    acts = any(each.exercise == "tools" and each.status == "passed" for each in results)
    told = (*(judged.findings if judged else ()), *plan.notes)  # what was seen counts for more
    findings = tuple(each for each in told if not (acts and each.check in ABOUT_TOOLS))
    ended = {result.status for result in results}
    written = plan.files.changes and not dry

    def data() -> dict[str, Any]:
        return {
            "entry": entry_row(plan.entry),
            "changed": plan.files.changes,
            "written": written,
            "copy": copy or None,
            "file": str(plan.place.path),
            "why_there": plan.place.why,
            "compaction_limit": plan.limit,
            "diff": plan.files.diff,
            "results": results,
            "read_by": plan.files.read_by,
        }

    def words(style: "Style") -> Iterable[str]:
        from factory_byok.screens.added import added_lines, planned_lines

        if dry and plan.files.changes:
            return planned_lines(plan, download, findings, style)
        return added_lines(plan, findings, results, style, copy=copy)

    status = worst_level(findings)
    if "failed" in ended:
        status = "error"
    elif "warning" in ended and status != "error":
        status = "warning"
    return Answer(
        data,
        words,
        findings,
        status=status,
        interrupted=interrupted,
        next=after_add(
            plan.entry,
            findings,
            planned=plan.files.changes and dry,
            failed=bool(ended & {"failed", "warning"}),
            untried=interrupted or not results,
        ),
        read_by=plan.files.read_by,
    )
