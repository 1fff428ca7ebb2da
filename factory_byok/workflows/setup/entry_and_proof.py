"""The last steps of the guided path: the entry, droid's default model, and the proof."""

from typing import Final

from factory_byok.core.actions import Edit, by_edits
from factory_byok.core.errors import ByokError
from factory_byok.core.facts import Entry
from factory_byok.core.model_names import same_model, title
from factory_byok.core.units import Tokens
from factory_byok.core.words import shorten_home
from factory_byok.droid.settings.locate import user_place
from factory_byok.droid.settings.look import look
from factory_byok.sizing.hardware_table import CLOUD
from factory_byok.workflows import add as adding
from factory_byok.workflows.choice import Judged, judge
from factory_byok.workflows.exercise_entries import Proof, prove
from factory_byok.workflows.plan import Plan, do_all, write_files
from factory_byok.workflows.setup.server_and_model import next_better
from factory_byok.workflows.setup.state import Done, Way
from factory_byok.workflows.setup.steps import NO_TOOLS, cannot_act, entry_in_use, told

EXERCISES: Final = ("tools", "window")


def entry(way: Way) -> Done:
    """Writes droid's entry for the model, unless there is one."""
    choice, there = way.chosen(), entry_there(way)
    if there is not None and same_model(there.model, choice.model):
        way.entry = there
        return "unchanged", f"`{there.label}` is in {shorten_home(there.file)}"
    judged, wanted = _judged(way), wanted_entry(way, copied=way.named != way.model)
    model = judged.model if judged else None
    check_name(way, wanted.name or adding.new_entry(choice, model, wanted).name)
    plan = adding.prepare(way.world, choice, judged, wanted)
    way.guide.show("entry", plan)
    write_files(way.world, "setup", plan.files, step=way.undo)
    way.entry = plan.entry
    way.changed()
    why = plan.place.why
    return (
        "done",
        f"wrote `{way.entry.label}` to {shorten_home(str(plan.place.path))}, because {why}",
    )


def entry_there(way: Way) -> Entry | None:
    """droid's entry for the model, or for a copy of it."""
    return entry_in_use(look(way.world).entries, way.chosen().address.identity(), way.model)


def wanted_entry(way: Way, *, copied: bool) -> adding.Wanted:
    """What the entry is to say; a copy with another window goes by its model's own name."""
    name = title(way.named, remote=False) if copied else ""
    return adding.Wanted(name=name, key=way.key)


def _judged(way: Way) -> Judged | None:
    """The server's word on the choice; None when that step was left out.

    Raises ByokError when the server is silent, lacks the model, or may not use the cloud.
    """
    if "server" in way.wanted.skip:
        return None
    judged = judge(
        way.world,
        way.chosen(),
        timeout=way.wanted.timeout,
        progress=way.progress,
        secret=way.secret,
    )
    for finding in judged.findings:
        if finding.level == "error" and way.elsewhere():
            line = f" with `{' '.join(finding.command)}`" if finding.command else ""
            raise ByokError(finding.message, f"{finding.remedy.text}{line}")
    way.findings += [each for each in judged.findings if each.level != "note"]
    return judged


def check_name(way: Way, name: str) -> None:
    """Raises ByokError when another entry of the user's has that display name."""
    for other in look(way.world).entries:
        if other.level == "user" and other.name == name and other.fate == "listed":
            raise ByokError(
                f"droid has another entry called `{name}`, for `{other.model}` at {other.base_url}",
                f"Remove it with `byok remove '{name}'`, or give it another name with "
                f"`byok set '{name}' name='Another name'`",
            )


def default(way: Way) -> Done:
    """Makes the entry droid's default model, when that is wanted."""
    if way.entry is None:
        return "skipped", "droid has no entry for it"
    now = look(way.world).defaults.model
    if now == way.entry.id:
        return "unchanged", "it is droid's default model already"
    before = f" in place of `{now}`" if now else ""
    if not way.default:
        return "skipped", "you said no" if way.guide.asks else "not asked for"
    file = str(user_place(way.world, "settings").path)
    edit = Edit("add", file, "/sessionDefaultSettings/model", way.entry.id)
    do_all(way.world, Plan("setup", by_edits((edit,))), step=way.undo)
    way.changed()
    return "done", f"droid starts with it{before}"


def proof(way: Way) -> Done:
    """Exercises the entry as droid will. Raises ByokError, and KeyboardInterrupt for ctrl-c."""
    if way.entry is None:
        return "skipped", "droid has no entry for it"
    names = ("tools",) if way.remote() else EXERCISES
    window = way.wanted.window
    asked = Proof(
        names=names,
        window_tokens=Tokens(window) if window else None,
        endpoint=str(way.address),
        timeout=way.wanted.timeout,
    )
    proven = prove(way.world, [way.entry.id], asked, progress=way.progress)
    way.results = tuple(proven.results)
    if proven.interrupted:
        raise KeyboardInterrupt
    way.guide.show("results", way.results)
    if not cannot_act(way.results):  # what was seen counts more than what was known
        way.findings = [each for each in way.findings if NO_TOOLS not in each.message]
    if all(each.status == "passed" for each in way.results):
        return "done", told(way.results)
    raise _not_proven(way, way.entry)


def _not_proven(way: Way, used: Entry) -> ByokError:
    """What the model did not do, and what does better, with which the next run goes on."""
    message = f"`{way.named or used.model}` is not ready for droid: {told(way.results)}"
    if not cannot_act(way.results):
        return ByokError(message, "`byok doctor` says what is in the way")
    better = next_better(way) if way.choice is None and not way.remote() else None
    if better is None:
        cloud = CLOUD.model
        hint = f"No local model that fits here surely does better; `{cloud}` runs in Ollama's cloud"
        return ByokError(message, hint if way.choice is None else "Choose a model that calls tools")
    way.better = better.candidate.name
    reason = f"Better here is `{way.better}`: {better.reason}"
    return ByokError(message, f"droid cannot act through it. {reason}")
