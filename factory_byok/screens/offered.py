"""The models that a server offers, one a line, with what it tells of each."""

from collections.abc import Iterator, Sequence

from factory_byok.core.units import show_tokens
from factory_byok.screens.style import Style, printable
from factory_byok.screens.words import counted
from factory_byok.workflows.choice import Choice
from factory_byok.workflows.offered_models import Offered


def offered_lines(choice: Choice, models: Sequence[Offered], style: Style) -> Iterator[str]:
    """The models, then how to add one of them."""
    who = choice.about.title
    if not models:
        yield f"{who} at {choice.address} offers no model"
        return
    rows = [(printable(model.name), (about_offered(model), "dim")) for model in models]
    yield from style.table(("", ""), rows)
    yield ""
    count = counted(len(models), "model")
    yield f"{who} at {choice.address} offers {count}; add one with `{_command(choice)}`"


def _command(choice: Choice) -> str:
    """How to add one of them; an address that byok would not ask by itself is named."""
    command = f"byok add {choice.provider} MODEL"
    usual = choice.base_url == choice.about.base_url
    return command if usual else f"{command} --endpoint {choice.address}"


def about_offered(model: Offered) -> str:
    """What the server tells of one model."""
    told = []
    if model.window:
        told.append(f"window {show_tokens(model.window)}")
    elif model.longest_window:
        told.append(f"window up to {show_tokens(model.longest_window)}")
    if model.tools is False:
        told.append("cannot call tools")
    return ", ".join(told)
