"""Somebody at a terminal on the guided path: screens and questions go to stderr."""

import sys
from collections.abc import Iterable, Sequence

from factory_byok.core.errors import ByokError
from factory_byok.core.facts import Entry, Exercise, Snapshot
from factory_byok.screens import setup as screens
from factory_byok.screens.output import note
from factory_byok.screens.style import style_of
from factory_byok.sizing.fitting import Ranked
from factory_byok.workflows.add import Plan
from factory_byok.workflows.offered_models import Offered
from factory_byok.workflows.setup.guide import Guide
from factory_byok.workflows.setup.steps import Start, Step, StepName
from factory_byok.workflows.windows import Row


class Terminal(Guide):
    """Asks, and raises KeyboardInterrupt for ctrl-c and ctrl-d."""

    def __init__(self) -> None:
        """The style of stderr."""
        self._style = style_of(sys.stderr, "auto")

    @property
    def asks(self) -> bool:
        """Yes."""
        return True

    def agrees(self, question: str, *, default: bool = True) -> bool:
        """A yes or no."""
        from factory_byok.screens.asking import agrees

        return agrees(f"  {question}", default=default)

    def answer(self, question: str, default: str) -> str:
        """A word."""
        from factory_byok.screens.asking import answer

        return answer(f"  {question}", default)

    def secret(self, question: str) -> str:
        """A word that is not shown."""
        from factory_byok.screens.asking import secret

        return secret(f"  {question}")

    def _show(self, lines: Iterable[str]) -> None:
        """Writes lines."""
        for line in lines:
            note(line)

    def show_opening(self) -> None:
        """What this is."""
        self._show(screens.opening_lines(self._style))

    def show_heading(self, step: StepName) -> None:
        """The title of a step."""
        self._show(screens.heading_lines(step, self._style))

    def show_step(self, step: Step) -> None:
        """How a step ended."""
        self._show(screens.step_lines(step, self._style))

    def show_failure(self, error: ByokError) -> None:
        """Why a step failed."""
        self._show(screens.failure_lines(error, self._style))

    def show_warning(self, text: str) -> None:
        """What speaks against a choice."""
        self._show(screens.warning_lines(text, self._style))

    def show_machine(self, snap: Snapshot) -> None:
        """The machine."""
        self._show(screens.machine_lines(snap, self._style))

    def show_silence(self, why: str, start: Start) -> None:
        """That no server answers."""
        self._show(screens.silent_lines(why, start, self._style))

    def show_offer(self, models: Sequence[Ranked], used: Entry | None) -> None:
        """The models that fit."""
        self._show(screens.offer_lines(models, used, self._style))

    def show_misunderstood(self, text: str) -> None:
        """Why an answer is asked for again."""
        self._show(self._style.wrapped(text, "  ", "  "))

    def show_providers(self, names: Sequence[tuple[str, str]]) -> None:
        """The providers."""
        self._show(screens.provider_lines(names, self._style))

    def show_names(self, models: Sequence[Offered]) -> None:
        """The models of a server."""
        self._show(screens.offered_names(models, self._style))

    def show_window(self, now: Row, aim: int) -> None:
        """Why the window is raised."""
        self._show(screens.window_lines(now, aim, self._style))

    def show_keeping(self, size: int, for_good: str) -> None:
        """What a longer stay in memory costs."""
        self._show(screens.keep_lines(size, for_good, self._style))

    def show_entry(self, plan: Plan) -> None:
        """The entry that would be written."""
        self._show(screens.entry_lines(plan, self._style))

    def show_proof(self, names: Sequence[str]) -> None:
        """What the proof does."""
        self._show(screens.proof_lines(names, self._style))

    def show_results(self, results: Sequence[Exercise]) -> None:
        """What was proven."""
        self._show(screens.result_lines(results, self._style))
