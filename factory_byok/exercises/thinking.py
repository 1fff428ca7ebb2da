"""How much droid lets a model write, and how it asks for thoughts; measured with droid 0.225.2."""

from typing import Final

from factory_byok.core.facts import Json
from factory_byok.droid.known_models import default_output, known_model
from factory_byok.droid.settings.target import Target
from factory_byok.exercises.conversation import Ask

EFFORT: Final = "high"  # whatever effort but `none` an entry names, `droid exec` sends this one
BUDGET: Final = 24_576  # tokens for that effort by the Messages API
LEAST_BUDGET: Final = 1_024  # docs.anthropic.com, extended thinking: a smaller limit leaves no room


def droid_limit(target: Target) -> int | float:
    """The output limit that droid sends: the entry's own, else that of the model's name."""
    return default_output(target.model) if target.max_output is None else target.max_output


def output_limit(target: Target, ask: Ask) -> int | float:
    """The most tokens of one request: its own limit where it has one, else droid's."""
    return droid_limit(target) if ask.most is None else ask.most


def thinks(target: Target) -> bool:
    """Whether droid asks for an effort: the entry names one, or its model's name is a thinker's."""
    if target.reasoning_effort:
        return target.reasoning_effort != "none"
    known = known_model(target.model)
    budget = target.thinking is not None and target.dialect != "openai"
    return budget or (known is not None and known.thinks)


def thinking(target: Target, most: int | float) -> dict[str, Json]:
    """The members of the Messages API that ask for thoughts; none for most entries."""
    known = known_model(target.model)
    manner = known.thought if known else "budget"
    if target.thinking is not None and target.thinking < most:
        return {"thinking": {"type": "enabled", "budget_tokens": target.thinking}}
    if not thinks(target) or most <= LEAST_BUDGET:
        return {}
    effort: dict[str, Json] = {"output_config": {"effort": EFFORT}}
    if manner.startswith("adaptive"):
        shown: dict[str, Json] = {"display": "summarized"} if "summarized" in manner else {}
        return {"thinking": {"type": "adaptive", **shown}, **effort}
    budget: Json = {"type": "enabled", "budget_tokens": min(BUDGET, int(most) - 1)}
    return {"thinking": budget, **(effort if "effort" in manner else {})}
