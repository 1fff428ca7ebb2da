"""The one line that ends every verb: what to do next; decided here for all of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from shlex import join, split
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:  # `byok list` needs none of them, and starts sooner without
    from factory_byok.core.facts import Entry, Exercise, Server, Snapshot, System
    from factory_byok.core.findings import Finding, Report

# The download page's own lines (ollama.com/download)
INSTALL_OLLAMA: Final[dict[System, str]] = {
    "linux": "curl -fsSL https://ollama.com/install.sh | sh",
    "darwin": "curl -fsSL https://ollama.com/install.sh | sh",
    "windows": "irm https://ollama.com/install.ps1 | iex",
}
# The lines of github.com/factory-ai/factory, "Installation"
INSTALL_DROID: Final[dict[System, str]] = {
    "linux": "curl -fsSL https://app.factory.ai/cli | sh",
    "darwin": "curl -fsSL https://app.factory.ai/cli | sh",
    "windows": "irm https://app.factory.ai/cli/windows | iex",
}
FIX: Final = ("byok", "fix")


class NextStep(NamedTuple):
    """One line without its label: `text` is the sentence, `command` what to type, () for none.

    `ready` says that nothing of byok's is left to do.
    """

    text: str
    command: tuple[str, ...] = ()
    ready: bool = False

    @property
    def label(self) -> str:
        """The word before the line."""
        return "Ready" if self.ready else "Next"


AGAIN: Final = NextStep("the same command again")  # after ctrl-c
DO_IT: Final = NextStep("the same command without `--dry-run` does it")


def run(*command: str, why: str = "") -> NextStep:
    """A command, with the reason in parentheses."""
    return NextStep(f"{join(command)} ({why})" if why else join(command), command)


def there(step: NextStep) -> NextStep:
    """A step on the machine that a saved snapshot tells of: nothing to run here."""
    return NextStep(f"on that machine: {step.text}")


def of_hint(hint: str) -> NextStep:
    """What a failure's hint says, with its command where it names a single whole one."""
    told = re.findall(r"`(byok [^`]+)`", hint)
    whole = len(told) == 1 and not re.search(r"\b[A-Z]+\b|\.\.\.", told[0])
    return NextStep(hint, tuple(split(told[0])) if whole else ())


def choose_in_droid(entry: Entry) -> NextStep:
    """Everything is in place: the model's place in droid's list."""
    name = f"{entry.name} ({entry.id})" if entry.name else entry.id
    return NextStep(f"droid, then /model → {name}", ("droid",), ready=True)


def after_add(
    entry: Entry,
    findings: Sequence[Finding],
    *,
    planned: bool,
    failed: bool,
    untried: bool = False,
) -> NextStep:
    """After an entry was written, or only `planned`; `failed` says that its try did not pass.

    `untried` says that nothing tried it, or that ctrl-c ended the try.
    """
    if planned:
        return DO_IT
    errors = [each for each in findings if each.level == "error"]
    if failed or errors:
        return _of_findings(errors) or run("byok", "test", entry.id, why="says what it did not do")
    if untried:
        return run("byok", "test", entry.id, why="tries it as droid will")
    return choose_in_droid(entry)


def after_add_all(
    findings: Sequence[Finding], *, planned: bool, added: int, done: bool
) -> NextStep:
    """After all models of a server were added, or those that are gone removed."""
    if planned:
        return DO_IT
    errors = [each for each in findings if each.level == "error"]
    if errors:
        return _of_findings(errors) or run("byok", "doctor", why="says what is in the way")
    if added and done:
        return run("byok", "test", why="lets each model call a tool, as droid will")
    return run("byok", "list", why="what droid offers now")


def after_list(entries: Sequence[Entry], *, broken: bool, pick: str = "") -> NextStep:
    """After looking at droid's files alone; `broken` says that droid skips something there.

    `pick` is the model for this machine, "" when it was not looked for.
    """
    if broken:
        return run("byok", "doctor", why="says what is wrong and repairs it")
    if not any(entry.fate == "listed" for entry in entries):
        named = ("--model", pick) if pick else ()
        return run("byok", "setup", *named, why="from nothing to a model that works in droid")
    return run("byok", "doctor", why="asks the servers and models too")


def after_doctor(snap: Snapshot, report: Report) -> NextStep:
    """After looking at everything."""
    from factory_byok.diagnosis.causes import causes

    found = causes(snap, report)
    repairs = sum(any(one.repairable for one in each.findings) for each in found)
    if repairs:
        return run(*FIX, why=f"repairs {repairs} of {len(found)}")
    return _after_repairs(snap, report)


def _after_repairs(snap: Snapshot, report: Report) -> NextStep:
    """Where byok has nothing to repair."""
    listed = list(snap.listed())
    if not listed:
        return _set_up(snap)
    worst = [each for each in report.findings if each.level != "note"]
    return _of_findings(worst) or _proven(listed, snap.exercises)


def after_test(
    results: Sequence[Exercise], findings: Sequence[Finding], entries: Sequence[Entry]
) -> NextStep:
    """After exercising models."""
    if any(each.status in ("failed", "warning") for each in results):
        step = _of_findings(findings, tested=True)
        return step or run("byok", "doctor", why="says what is in the way")
    tried = {each.entry for each in results}
    entry = next((each for each in entries if each.id in tried), None)
    if entry is not None:
        return choose_in_droid(entry)
    if not results:
        return AGAIN
    return run("byok", "add", "ollama", results[0].model, why="makes it a model of droid's")


def _set_up(snap: Snapshot) -> NextStep:
    """droid has no entry: the guided path, and what has to be installed for it."""
    from factory_byok.core.facts import Unknown
    from factory_byok.diagnosis.advice import install_of
    from factory_byok.diagnosis.answering import listing, other_kind, told_of

    system, install, kind = snap.machine.system, install_of(snap), other_kind(snap)
    answering = _answering(snap)
    absent = install is not None and install.kind == "absent" and not install.running
    ollama = [f"Ollama: `{INSTALL_OLLAMA[system]}`"] if absent and not answering else []
    no_droid = isinstance(snap.droid, Unknown) and snap.droid.kind == "absent"
    droid = [f"droid: `{INSTALL_DROID[system]}`"] if no_droid else []
    also = f"; install first {droid[0]}" if droid else ""
    if kind is not None and all(not each.is_ollama for each in answering):
        return run(*listing(*kind), why=f"{told_of(*kind)}{also}")
    if ollama and snap.keys:
        told = f"its key is set here{also}; `byok setup` is for a model on this machine"
        return run("byok", "add", snap.keys[0], why=told)
    does = "downloads a model and adds it" if _without_models(snap) else "adds a model"
    lines = ", and ".join((*ollama, *droid))
    return run("byok", "setup", why=f"first install {lines}" if lines else f"{does}, step by step")


def _answering(snap: Snapshot) -> list[Server]:
    """The servers that answered."""
    from factory_byok.core.facts import Known

    return [each.value for each in snap.servers.values() if isinstance(each, Known)]


def _without_models(snap: Snapshot) -> bool:
    """Whether a server answers, and none has a model."""
    from factory_byok.core.facts import Known

    models = [each.models for each in _answering(snap)]
    return bool(models) and all(isinstance(each, Known) and not each.value for each in models)


def _of_findings(findings: Iterable[Finding], *, tested: bool = False) -> NextStep | None:
    """The first finding with a command; without one, the first sentence that says what to do.

    After a test (`tested`) the same test is no step: what has to come before it is told.
    """
    told = list(findings)
    found = [each for each in told if each.level == "error"] or told
    for each in found:
        again = tested and each.command == ("byok", "test", *each.command[2:3])
        if each.command and not again:
            return run(*each.command, why=_why(each))
    for each in found:
        if each.remedy.text:
            return NextStep(each.remedy.text.partition("; or ")[0])  # the hint has both ways
    return None


def _why(finding: Finding) -> str:
    """What a finding's command is for, where the command does not name it."""
    if finding.command == ("byok", "fit"):
        return "shows the models that fit here and call tools"
    named = not finding.subject or finding.subject in finding.command
    return "" if named else f"for {finding.subject}"


def _proven(listed: Sequence[Entry], results: Sequence[Exercise]) -> NextStep:
    """Nothing is in the way: a proof, or droid itself when it was given."""
    if not results:
        return run("byok", "test", why="lets each model call a tool, as droid will")
    passed = {each.entry for each in results} - {
        each.entry for each in results if each.status == "failed"
    }
    entry = next((each for each in listed if each.id in passed), listed[0])
    return choose_in_droid(entry)


def after_fit(model: str, *, installed: bool, cloud: bool = False, usable: bool = True) -> NextStep:
    """After seeing what one model needs, or which is the best here.

    `usable` says that it fits this machine and that droid can act through it.
    """
    if not usable:
        return run("byok", "fit", why="shows the models that fit here and call tools")
    if cloud:
        return run("byok", "add", "ollama", model)
    if not installed:
        return run("byok", "setup", "--model", model, why="downloads it and sets it up")
    return run("byok", "add", "ollama", model, why="makes it a model of droid's")


def after_fix(
    snap: Snapshot, left: Report, codes: Iterable[str] = (), *, planned: bool, done: bool
) -> NextStep:
    """After a repair of the named checks or of all, or a look at one.

    `planned` says that it would change something.
    """
    if planned and not done:
        return run(*FIX, *codes, "--yes", why="does all of this")
    return _after_repairs(snap, left)


def after_change(*, done: bool, entry: str = "") -> NextStep:
    """After `set`, `remove` or `undo`; nothing was written without `done`."""
    if not done:
        return DO_IT
    if entry:
        return run("byok", "test", entry, why="asks it as droid will")
    return run("byok", "list", why="what droid offers now")


def after_setup(
    entry: Entry | None,
    go_on: tuple[str, ...],
    findings: Sequence[Finding],
    *,
    failed: bool,
    proven: bool,
    droid: str,
) -> NextStep:
    """After the guided path; `go_on` continues it, `droid` is the line that installs droid."""
    if go_on:
        return run(*go_on, why="goes on from here")
    if failed:
        return run("byok", "fit", why="shows the models that fit here")
    if entry is None:
        return run("byok", "setup", why="goes on from here")
    stops = _of_findings(each for each in findings if each.level == "error")
    if stops:
        return stops
    if droid:
        return NextStep(f"{droid} (installs droid; there, /model → {entry.name})")
    return choose_in_droid(entry) if proven else run("byok", "test", entry.id, why="proves it")


def after_pull(model: str, *, done: bool) -> NextStep:
    """After a download, or a look at what it would be."""
    if not done:
        return DO_IT
    return run("byok", "add", "ollama", model, why="makes it a model of droid's")


def after_windows(
    advice: Iterable[tuple[tuple[str, ...], str, str]], *, nothing: bool = False
) -> NextStep:
    """After looking at windows: the first command that raises one, with its model, else a sentence.

    `nothing` says that there is neither an entry nor a model.
    """
    if nothing:
        return run("byok", "setup", why="from nothing to a model that works in droid")
    told = list(advice)
    for command, model, _ in told:
        if command:
            return run(*command, why="" if model in command else f"for {model}")
    for _, _, sentence in told:
        if sentence:
            return NextStep(sentence)
    return run("byok", "doctor", why="looks at everything else")


def after_offer(provider: str, title: str, model: str, *where: str, had: bool) -> NextStep:
    """After a look at what a server offers; `model` is the one to take first, "" for none.

    `had` says that droid has one of them.
    """
    if model:
        return run("byok", "add", provider, model, *where, why="makes it a model of droid's")
    if had:
        return run("byok", "test", why="lets each model call a tool, as droid will")
    if provider == "ollama":
        return run("byok", "setup", why="chooses a model for this machine and downloads it")
    return NextStep(f"load a model in {title}, then the same command shows it")


def after_window_set(model: str, *, used: bool, worked: bool | None) -> NextStep:
    """After giving a model a window; `worked` is None when nothing was done."""
    if worked is None:
        return DO_IT
    if not worked:
        return run("byok", "doctor", why="says what rules the window")
    if not used:
        return run("byok", "add", "ollama", model, why="makes it a model of droid's")
    return run("byok", "test", model, "--only", "tools", why="lets it call a tool as droid will")


def after_apply(file: str, findings: Sequence[Finding], *, changes: bool, done: bool) -> NextStep:
    """After an apply, or a check of one."""
    errors = [each for each in findings if each.level == "error"]
    if errors:
        return _of_findings(errors) or run("byok", "doctor", why="says what is in the way")
    if changes and not done:
        return run("byok", "apply", file, why="makes these changes")
    return run("byok", "test", why="lets each model call a tool, as droid will")
