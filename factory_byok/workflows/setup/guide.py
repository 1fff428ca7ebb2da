"""Who walks along the guided path: what it is shown and asked; somebody, or nobody."""

from collections.abc import Sequence

from factory_byok.core.errors import ByokError
from factory_byok.core.facts import Entry, Exercise, Snapshot
from factory_byok.sizing.fitting import Ranked
from factory_byok.workflows.add import Plan
from factory_byok.workflows.offered_models import Offered
from factory_byok.workflows.setup.steps import Start, Step, StepName
from factory_byok.workflows.windows import Row


class Guide:
    """Nobody: everything is agreed to and nothing is shown. A screen's guide is somebody."""

    @property
    def asks(self) -> bool:
        """Whether there is somebody to ask."""
        return False

    def agrees(self, question: str, *, default: bool = True) -> bool:
        """A yes or no; yes when nobody is there."""
        return True

    def answer(self, question: str, default: str) -> str:
        """A word; the default when nobody is there."""
        return default

    def secret(self, question: str) -> str:
        """A word that is not shown; "" when nobody is there."""
        return ""

    def show_opening(self) -> None:
        """Shows what this is, before the first step."""

    def show_heading(self, step: StepName) -> None:
        """Shows the title of a step."""

    def show_step(self, step: Step) -> None:
        """Shows how a step ended."""

    def show_failure(self, error: ByokError) -> None:
        """Shows why a step failed, and what helps."""

    def show_warning(self, text: str) -> None:
        """Shows what speaks against a choice."""

    def show_machine(self, snap: Snapshot) -> None:
        """Shows what was read of the machine, and whether droid is there."""

    def show_silence(self, why: str, start: Start) -> None:
        """Shows that no server answers, and the one line that changes it."""

    def show_offer(self, models: Sequence[Ranked], used: Entry | None) -> None:
        """Shows the models that fit; `used` is the one that droid has already."""

    def show_misunderstood(self, text: str) -> None:
        """Shows why an answer is asked for again."""

    def show_providers(self, names: Sequence[tuple[str, str]]) -> None:
        """Shows the providers, each with the variable of its key, "" for none."""

    def show_names(self, models: Sequence[Offered]) -> None:
        """Shows the models that a server offers."""

    def show_window(self, now: Row, aim: int) -> None:
        """Shows why the window is raised, and to what."""

    def show_keeping(self, size: int, for_good: str) -> None:
        """Shows what a longer stay in memory costs, and how to have it for good."""

    def show_entry(self, plan: Plan) -> None:
        """Shows the entry that would be written."""

    def show_proof(self, names: Sequence[str]) -> None:
        """Shows what the proof does."""

    def show_results(self, results: Sequence[Exercise]) -> None:
        """Shows what was proven."""
