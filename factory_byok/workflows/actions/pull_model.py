"""The download of a model through its Ollama."""

from collections.abc import Mapping
from contextlib import suppress

from factory_byok.core.actions import PullModel
from factory_byok.core.droid_facts import Json
from factory_byok.core.errors import ByokError, Interrupted
from factory_byok.core.json_fields import text
from factory_byok.core.progress import Transfer
from factory_byok.core.units import Bytes, show_bytes
from factory_byok.core.world import World
from factory_byok.workflows import pull
from factory_byok.workflows.actions.running import Running, unbroken


def describe(action: PullModel) -> str:
    """Which model, and how much."""
    size = f", about {show_bytes(Bytes(action.size))}" if action.size else ""
    where = f" to the server at {action.endpoint}" if action.endpoint else ""
    return f"Download {action.model}{where}{size}"


def do(run: Running, action: PullModel) -> pull.Pulled:
    """Downloads it. Raises ByokError; what came stays, and the next pull goes on from there."""
    plan = pull.plan_pull(run.world, action.model, run.world.address(action.endpoint))
    came = 0
    try:
        with run.progress.transferring(plan.model) as show:

            def told(transfer: Transfer) -> None:
                nonlocal came
                came = transfer.completed
                show(transfer)

            pulled = pull.carry_out(run.world, plan, told, stall=run.stall)
    except KeyboardInterrupt:
        if not came:
            raise
        again = f"`{' '.join(action.command)}` goes on from there"
        raise Interrupted(
            f"What came of the download stays ({show_bytes(Bytes(came))}): {again}"
        ) from None
    if not plan.present:
        with unbroken(), suppress(ByokError):  # undo could only say that it stays
            run.note("pull_model", model=action.model)
    return pulled


def done(memory: Mapping[str, Json]) -> tuple[str, str]:
    """What was done, and how it goes back by hand."""
    model = text(memory, "model")
    return f"downloaded `{model}`", f"`ollama rm {model}` removes it"


def undo(_: World, memory: Mapping[str, Json]) -> str:
    """Never: the bytes are the user's by now."""
    raise ByokError(f"The model `{text(memory, 'model')}` stays downloaded", done(memory)[1])
