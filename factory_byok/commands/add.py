"""byok add: asks the server, judges the choice, writes one entry, tries it, says the id."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

import typer

from factory_byok.commands.options import (
    AllOption,
    DryRunOption,
    EndpointOption,
    PruneOption,
    QuietOption,
    TimeoutOption,
    YesOption,
)
from factory_byok.core.errors import ByokError, UsageError
from factory_byok.core.findings import Status
from factory_byok.screens.answer import Answer

if TYPE_CHECKING:
    from factory_byok.core.facts import Exercise
    from factory_byok.core.world import World
    from factory_byok.screens.style import Style
    from factory_byok.workflows.add import Plan
    from factory_byok.workflows.choice import Choice, Judged
    from factory_byok.workflows.keys import EntryKey

EXERCISES: Final = ("chat", "stream", "tools")


def run(
    provider: Annotated[
        str | None,
        typer.Argument(
            help="Who serves it: ollama, lm-studio, llama-cpp, vllm, openai-compatible, "
            "openrouter, fireworks, baseten, deepinfra, huggingface, groq, google-gemini, openai "
            "or anthropic. A model's name alone means ollama; nothing at all asks."
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
    endpoint: EndpointOption = "",
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
    droid will honour it, tries it with a chat, and prints the id to choose in droid.
    """
    from factory_byok.commands.add_all import whole_server
    from factory_byok.core.world import World
    from factory_byok.screens.progress import progress_on
    from factory_byok.workflows.add import Wanted, measured, prepare
    from factory_byok.workflows.choice import judge
    from factory_byok.workflows.keys import key_for
    from factory_byok.workflows.plan import change_files

    world = World.real()
    if provider is None:
        choice, key = _asked(world, timeout=timeout, quiet=quiet)
    else:
        choice = _named(world, provider, model, endpoint)
        literal = _literal(key_env, wanted=key_stdin)
        check = (bool(choice.model) or all_) and not no_check
        key = key_for(world, choice, variable=key_env, literal=literal, check=check)
    if not (choice.model or all_ or prune):
        return _offers(world, choice, key.secret, timeout=timeout, quiet=quiet)
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
            raise UsageError("`--all` and `--prune` are about every model of a provider's server")
        return whole_server(
            world, choice, wanted, progress_on(quiet=quiet),
            add=all_, prune=prune, yes=yes, dry_run=dry_run, timeout=timeout, secret=key.secret,
        )  # fmt: skip
    if pull and not dry_run:
        _pulled(world, choice, timeout=timeout, quiet=quiet)
    judged, progress = None, progress_on(quiet=quiet)
    if not no_check:
        judged = judge(world, choice, timeout=timeout, progress=progress, secret=key.secret)
    first = prepare(world, choice, judged, wanted)
    if dry_run:
        return _answer(first, judged, (), dry=True)
    if judged and not no_test:
        judged = measured(world, choice, judged, timeout=timeout, progress=progress)
    plan = change_files(
        world,
        "add",
        lambda: prepare(world, choice, judged, wanted),
        lambda planned: planned.files,
        dry_run=False,
    )
    if no_check or no_test:
        return _answer(plan, judged, ())
    results: list[Exercise] = []
    interrupted = _tried(world, plan, judged, results, quiet=quiet)
    return _answer(plan, judged, tuple(results), interrupted=interrupted)


def _named(world: "World", provider: str, model: str | None, endpoint: str) -> "Choice":
    """The choice that the words mean; a model's name alone is Ollama's. Raises UsageError."""
    from factory_byok.core.model_names import parse_name
    from factory_byok.providers import PROVIDERS
    from factory_byok.workflows.choice import choose, place

    name = provider.strip().lower().replace("_", "-")
    named = ":" in provider or "/" in provider or any(map(str.isdigit, provider))
    if model is None and name not in PROVIDERS and named and parse_name(provider) is not None:
        provider, model = "ollama", provider
    return (
        place(world, provider, endpoint)
        if model is None
        else choose(world, provider, model, endpoint)
    )


def _asked(world: "World", *, timeout: float, quiet: bool) -> "tuple[Choice, EntryKey]":
    """The choice and its key, asked for on a terminal. Raises UsageError without one."""
    import sys

    from factory_byok.providers import PROVIDERS
    from factory_byok.screens.guide import Terminal
    from factory_byok.screens.progress import progress_on
    from factory_byok.workflows.choosing import ask_choice

    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise UsageError(
            "PROVIDER is missing", "For example `byok add ollama qwen3:8b`; a terminal asks"
        )
    progress = progress_on(quiet=quiet)
    return ask_choice(world, Terminal(), list(PROVIDERS), progress, timeout=timeout)


def _literal(variable: str, *, wanted: bool) -> str:
    """The key from standard input when that is wanted, else ""."""
    import sys

    if variable and wanted:
        raise UsageError("`--key-env` and `--key-stdin` exclude each other")
    if not wanted:
        return ""
    if sys.stdin.isatty():
        from factory_byok.screens.asking import secret

        key = secret("Key, not shown").strip()
    else:
        key = sys.stdin.readline().strip()
    if not key:
        raise ByokError("No key came from standard input")
    return key


def _offers(
    world: "World", choice: "Choice", secret: str, *, timeout: float, quiet: bool
) -> Answer:
    """The models that the server offers; nothing is written."""
    from factory_byok.screens.progress import progress_on
    from factory_byok.workflows.offered_models import offered

    models = offered(
        world, choice, timeout=timeout, progress=progress_on(quiet=quiet), secret=secret
    )
    data = {
        "provider": choice.provider,
        "endpoint": str(choice.address),
        "base_url": choice.base_url,
        "models": models,
    }

    def words(style: "Style") -> Iterable[str]:
        from factory_byok.screens.offered import offered_lines

        return offered_lines(choice, models, style)

    from factory_byok.workflows.next_step import after_offer

    no_model = choice.provider == "ollama" and not models
    return Answer(data, words, next=after_offer(any_model=not no_model))


def _pulled(world: "World", choice: "Choice", *, timeout: float, quiet: bool) -> None:
    """Downloads the model through its Ollama when the server does not have it."""
    from factory_byok.screens.progress import progress_on
    from factory_byok.workflows.plan import Plan as Actions
    from factory_byok.workflows.plan import do_all
    from factory_byok.workflows.pull import plan_pull

    if choice.provider != "ollama":
        raise UsageError("`--pull` works with Ollama only")
    plan = plan_pull(world, choice.model, choice.address, timeout=timeout)
    if not plan.present:
        do_all(world, Actions("add", (plan.action,)), progress_on(quiet=quiet))


def _tried(
    world: "World", plan: "Plan", judged: "Judged | None", results: "list[Exercise]", *, quiet: bool
) -> bool:
    """The chat and stream exercises through the base URL that was written; whether ctrl-c ended it.

    `results` gets each as it is there.
    """
    from factory_byok.exercises.limits import Limits, load_deadline
    from factory_byok.exercises.runner import exercise
    from factory_byok.screens.progress import progress_on

    server = judged.server if judged else None
    limits = Limits(load=load_deadline(world.env))
    with progress_on(quiet=quiet).working(f"Trying {plan.entry.model}", long=True) as say:
        try:
            for result in exercise(world, plan.entry, server, EXERCISES, limits, say):
                results.append(result)
        except KeyboardInterrupt:
            return True
    return False


def _answer(
    plan: "Plan", judged: "Judged | None", results: "tuple[Exercise, ...]",
    *, interrupted: bool = False, dry: bool = False,
) -> Answer:  # fmt: skip
    """The result for scripts and for people."""
    from factory_byok.commands.list import entry_row
    from factory_byok.core.findings import worst_level
    from factory_byok.workflows.next_step import after_add

    findings = (*(judged.findings if judged else ()), *plan.notes)
    failed = any(result.status == "failed" for result in results)
    written = plan.files.changes and not dry

    def data() -> dict[str, Any]:
        return {
            "entry": entry_row(plan.entry),
            "changed": plan.files.changes,
            "written": written,
            "file": str(plan.place.path),
            "why_there": plan.place.why,
            "compaction_limit": plan.limit,
            "diff": plan.files.diff,
            "results": results,
            "read_by": plan.files.read_by,
        }

    def words(style: "Style") -> Iterable[str]:
        from factory_byok.screens.added import added_lines

        return added_lines(plan, findings, results, style, written=written)

    status: Status = "error" if failed else worst_level(findings)
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
            failed=failed,
            untried=interrupted,
        ),
        read_by=plan.files.read_by,
    )
