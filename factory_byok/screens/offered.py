"""The models that a server offers, one a line, with what it tells of each."""

from collections.abc import Iterator, Sequence

from factory_byok.core.units import show_bytes, show_tokens
from factory_byok.core.words import counted
from factory_byok.screens.style import Style, printable
from factory_byok.workflows.choice import Choice
from factory_byok.workflows.offered_models import Offered


def offered_lines(choice: Choice, models: Sequence[Offered], style: Style) -> Iterator[str]:
    """The models, then how to add one of them."""
    who = choice.about.title
    if not models:
        yield f"{who} at {choice.address} offers no model"
        return
    rows = [(printable(model.name), (about_offered(model), "dim")) for model in models]
    yield from style.table(("", ""), rows, whole=(0,))
    yield ""
    count = counted(len(models), "model")
    also = "; `--all` adds every one that droid lacks" if len(models) > 1 else ""
    yield from style.wrapped(f"{who} at {choice.address} offers {count}{also}")


def about_offered(model: Offered) -> str:
    """What the server tells of one model."""
    told = ["droid has it"] if model.used else []
    if model.size:
        told.append(f"{show_bytes(model.size)}{'' if model.installed else ' to download'}")
    if model.tools is not None:
        told.append("calls tools" if model.tools else "cannot call tools")
    if model.window:
        told.append(f"window {show_tokens(model.window)}")
    elif model.longest_window:
        told.append(f"window up to {show_tokens(model.longest_window)}")
    if model.on_gpu:
        told.append(f"GPU holds {show_tokens(model.on_gpu)}")
    return ", ".join(told)
