"""byok fit: what this machine can run, and how far one model reaches on it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Final, Literal

import typer

from factory_byok.commands.options import EndpointOption, QuietOption
from factory_byok.core.errors import UsageError
from factory_byok.screens.answer import Answer

if TYPE_CHECKING:
    from factory_byok.screens.style import Style
    from factory_byok.sizing.fitting.one import Asked

MOST: Final = 10**9  # more tokens, slots or cards than that is a slip of the finger


def run(
    model: Annotated[
        str, typer.Argument(metavar="MODEL", help="One model, such as qwen3:8b.")
    ] = "",
    window: Annotated[
        int | None,
        typer.Option("--window", metavar="TOKENS", min=1, max=MOST, help="The window; else 32000."),
    ] = None,
    kv_type: Annotated[
        Literal["f16", "q8_0", "q4_0"] | None,  # docs.ollama.com/faq
        typer.Option(
            "--kv-type",
            case_sensitive=False,
            help="How the KV cache is kept; else as the server does, or f16.",
        ),
    ] = None,
    parallel: Annotated[
        int | None,
        typer.Option(
            "--parallel",
            metavar="SLOTS",
            min=1,
            max=MOST,
            help="Conversations at once; else the server's, or 1.",
        ),
    ] = None,
    gpus: Annotated[
        int | None,
        typer.Option(
            "--gpus",
            metavar="N",
            min=1,
            max=MOST,
            help="Cards that share the model; else as needed.",
        ),
    ] = None,
    endpoint: EndpointOption = "",
    quiet: QuietOption = False,
) -> Answer:
    """Show what this machine can run, and how far one MODEL reaches on it.

    Without MODEL: the machine, Factory's hardware table, and the models that a server here has or
    that are worth pulling, in the order of what an agent needs. With MODEL: what it needs at each
    window, split into weights, KV cache, compute and overhead, against the memory that is free.
    """
    options = {"window": window, "kv-type": kv_type, "parallel": parallel, "gpus": gpus}
    if not model.strip():
        for name, value in options.items():
            if value is not None:
                raise UsageError(f"`--{name}` needs a model", f"Say `byok fit MODEL --{name} ...`")
        return _machine(endpoint, quiet=quiet)
    wanted = Wanted(window, kv_type, parallel, gpus)
    return _model(model.strip(), wanted, endpoint, quiet=quiet)


@dataclass(frozen=True, slots=True)
class Wanted:
    """The options, None for those that were not given."""

    window: int | None
    kv_type: str | None
    parallel: int | None
    gpus: int | None

    def asked(self, usual: "Asked") -> "Asked":
        """The question; `usual` is how the server would run the model."""
        from factory_byok.core.units import Tokens
        from factory_byok.sizing.fitting.one import Asked

        return Asked(
            window=Tokens(self.window) if self.window else usual.window,
            kv_type=self.kv_type or usual.kv_type,
            parallel=self.parallel or usual.parallel,
            gpus=self.gpus or 0,
            all_logits=usual.all_logits,
        )


def _machine(endpoint: str, *, quiet: bool) -> Answer:
    """The machine and what to run on it."""
    from factory_byok.core.model_names import is_cloud
    from factory_byok.core.world import World
    from factory_byok.screens.progress import progress_on
    from factory_byok.sizing.fitting.as_json import ranked_as_json
    from factory_byok.sizing.fitting.ranking import candidates, ranked
    from factory_byok.sizing.recommendation import as_json
    from factory_byok.workflows.fit import look
    from factory_byok.workflows.next_step import after_fit
    from factory_byok.workflows.next_step import run as run_next

    with progress_on(quiet=quiet).working("Looking at the machine and its models"):
        seen = look(World.real(), endpoint)
    found = seen.recommendation
    models = ranked(candidates(seen.candidates()), seen.free, seen.usual)

    def words(style: "Style") -> Iterable[str]:
        from factory_byok.screens.fit import fit_lines

        return fit_lines(seen.machine, found, models, seen.silence, style)

    data = {
        "machine": seen.machine,
        "recommendation": as_json(found),
        "models": [ranked_as_json(each) for each in models],
    }
    own = found.own
    following = (
        after_fit(own.model, installed=own.installed, cloud=is_cloud(own.model))
        if own
        else run_next("byok", "setup")
    )
    return Answer(data, words, seen.findings(), next=following)


def _model(model: str, wanted: Wanted, endpoint: str, *, quiet: bool) -> Answer:
    """One model on this machine."""
    from factory_byok.core.units import Tokens
    from factory_byok.core.world import World
    from factory_byok.screens.progress import progress_on
    from factory_byok.sizing.fitting.against_table import beside
    from factory_byok.sizing.fitting.as_json import fit_as_json
    from factory_byok.sizing.fitting.judged import findings_of
    from factory_byok.sizing.fitting.one import fit
    from factory_byok.sizing.recommendation import recommend
    from factory_byok.workflows.fit import look
    from factory_byok.workflows.next_step import after_fit

    with progress_on(quiet=quiet).working(f"Looking at the machine and at {model}"):
        seen = look(World.real(), endpoint, model, quick=True)
    named = Tokens(wanted.window) if wanted.window else None
    asked, usual = wanted.asked(seen.usual), seen.usual
    found = fit(seen.candidate(model), seen.free, asked, extra=bool(named), served=usual)
    table = beside(found, recommend(seen.machine).rows)
    findings = (*findings_of(found, named), *seen.findings())

    def words(style: "Style") -> Iterable[str]:
        from factory_byok.screens.fit_model import fit_model_lines, source_phrase

        source = source_phrase(found.candidate, "" if found.candidate.installed else seen.absence)
        return fit_model_lines(found, table, findings, source, style)

    data = {**fit_as_json(found, table), "machine": seen.machine}
    one = found.candidate
    usable = found.here.where != "nowhere" and one.tools in ("yes", "unknown")
    following = after_fit(one.name, installed=one.installed, cloud=one.cloud, usable=usable)
    return Answer(data, words, findings, next=following)
