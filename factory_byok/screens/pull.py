"""What a pull came to."""

from collections.abc import Iterator

from factory_byok.core.units import show_bytes, show_seconds
from factory_byok.screens.style import Style, printable
from factory_byok.workflows.pull import Plan, Pulled


def pulled_lines(plan: Plan, done: Pulled, style: Style) -> Iterator[str]:
    """The result."""
    name = style.paint(printable(plan.model), "bold")
    if plan.present and not done.fetched:
        yield f"{name} is up to date on the server at {plan.address}"
    else:
        speed = f", {show_bytes(round(done.fetched / done.seconds))}/s" if done.seconds > 1 else ""
        yield (
            f"Pulled {name} to the server at {plan.address}: {show_bytes(done.fetched)} in "
            f"{show_seconds(done.seconds)}{speed}"
        )
