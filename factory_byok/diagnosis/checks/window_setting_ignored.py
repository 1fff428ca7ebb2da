"""A setting for the context window is there but does not rule.

Only the server's own environment counts, and there only the name `OLLAMA_CONTEXT_LENGTH`. An export
in a shell never reaches a service or an app, and no argument of an entry reaches Ollama's `/v1`;
the app's slider wins over the variable; `num_ctx` in a model's own file wins over both; and no
setting goes beyond the model's longest window.
"""

from collections.abc import Iterator, Mapping

from factory_byok.core.actions import CopyModel, Edit, by_command, by_edits
from factory_byok.core.facts import Known, Model, Server, ServerSettings, Snapshot
from factory_byok.core.findings import Finding, Remedy
from factory_byok.core.requirements import FLOOR
from factory_byok.core.units import Tokens, show_tokens
from factory_byok.diagnosis.advice import set_variable, settings_of
from factory_byok.droid.field_names import pointer_to
from factory_byok.providers.ollama.values import own_window, setting_window

TITLE = "Window setting"
PASSED_OVER = ("num_ctx", "options", "keep_alive")
WHAT_TO_DO = (
    "Put the setting where the server reads it: `byok window` says who decides here, and how "
    "to change it"
)
STARTERS = {
    "service": "by systemd ",
    "app": "by the Ollama app ",
    "homebrew": "by Homebrew ",
    "container": "in a container ",
}


def check(snap: Snapshot) -> Iterator[Finding]:
    """What is set in vain, for each Ollama on this machine and each model that an entry uses."""
    yield from _misspelt(snap.environment, "this shell")
    yield from _in_entries(snap)
    for endpoint, server in _servers(snap):
        settings = settings_of(server)
        if settings is None or not isinstance(settings.variables, Known):
            continue
        variables = settings.variables.value
        yield from _misspelt(variables, settings.source)
        yield from _unreadable(snap, endpoint, server, variables)
        yield from _only_here(snap, endpoint, server, settings, variables)
        models = {m.name: m for e, _, m in snap.served() if e.endpoint == endpoint}
        for model in models.values():
            yield from _overruled(server, model, variables)


def _in_entries(snap: Snapshot) -> Iterator[Finding]:
    """Arguments of an entry that Ollama's `/v1` passes over (openai/openai.go, 0.33)."""
    for entry, server in snap.answered():
        vain = [name for name in PASSED_OVER if name in entry.arguments]
        if not server.is_ollama or not vain:
            continue
        names = " and ".join(f"`{name}`" for name in vain)
        has, it = ("have", "them") if vain[1:] else ("has", "it")
        place = pointer_to(entry, "arguments")
        edits = [Edit("remove", entry.file, f"{place}/{name}", seen=entry.seen) for name in vain]
        yield Finding(
            "warning",
            entry.label,
            f"{names} in the entry {has} no effect: Ollama's `/v1` does not read {it}",
            Remedy(
                f"Take {it} out, and set the window with `byok window {entry.model} --set {FLOOR}`",
                by_edits(edits),
            ),
        )


def _servers(snap: Snapshot) -> Iterator[tuple[str, Server]]:
    """The Ollamas that answered."""
    for endpoint, reading in snap.servers.items():
        if isinstance(reading, Known) and reading.value.is_ollama:
            yield endpoint, reading.value


def _misspelt(variables: Mapping[str, str], where: str) -> Iterator[Finding]:
    """Names that people write for the window and Ollama does not know."""
    for name, value in variables.items():
        upper = name.upper()
        odd = upper.startswith("OLLAMA_") and ("CTX" in upper or "CONTEXT" in upper)
        if odd and value and upper != "OLLAMA_CONTEXT_LENGTH":
            yield Finding(
                "warning",
                name,
                f"`{name}` is set in {where}, but Ollama does not know that name",
                Remedy("The name that Ollama reads is `OLLAMA_CONTEXT_LENGTH`"),
            )


def _unreadable(
    snap: Snapshot, endpoint: str, server: Server, variables: Mapping[str, str]
) -> Iterator[Finding]:
    """A value that is no number, which Ollama takes for no value."""
    value = variables.get(server.window_setting, "").strip(" \t\"'")
    if value and value.strip("0") and setting_window(value) is None:
        setting = f"{server.window_setting}={FLOOR}"
        yield Finding(
            "warning",
            endpoint,
            f"`{server.window_setting}={value}` is no number, so Ollama chooses the window itself",
            Remedy(set_variable(snap, endpoint, server, setting)),
        )


def _only_here(
    snap: Snapshot,
    endpoint: str,
    server: Server,
    settings: ServerSettings,
    variables: Mapping[str, str],
) -> Iterator[Finding]:
    """A value in byok's own shell that the server was not started with."""
    name = server.window_setting
    here = setting_window(snap.environment.get(name, ""))
    there = setting_window(variables.get(name, ""))
    if here is None or here == there:
        return
    setting = f"{name}={here}"
    told = f"the server at {endpoint} was started {STARTERS.get(settings.started_by, '')}"
    if there is None:
        message = f"`{setting}` is set in this shell only: {told}without it"
    else:
        message = f"`{setting}` is set in this shell, but {told}with {there}"
    if there is not None and settings.started_by == "app":
        remedy = "The app's slider rules over the variable: move it in the Ollama app's settings"
    else:
        remedy = set_variable(snap, endpoint, server, setting)
    yield Finding("warning", endpoint, message, Remedy(remedy))


def _overruled(server: Server, model: Model, variables: Mapping[str, str]) -> Iterator[Finding]:
    """A server's value that this model does not get."""
    name = server.window_setting
    value = setting_window(variables.get(name, ""))
    if value is None:
        return
    own, longest = own_window(model.settings), model.longest_window
    most = longest.value if isinstance(longest, Known) else value
    if own is not None and own < min(value, FLOOR, most):
        yield Finding(
            "warning",
            model.name,
            f"`num_ctx {own}` in the file of `{model.name}` beats `{name}={value}`",
            Remedy(
                "Make a copy of the model with a larger window",
                (CopyModel(model.name, Tokens(min(value, FLOOR, most))),),
            ),
        )
    elif own is None and isinstance(longest, Known) and longest.value < value:
        yield Finding(
            "warning" if longest.value < FLOOR else "note",
            model.name,
            f"`{name}={value}` is above what `{model.name}` can do: it ends at "
            f"{show_tokens(longest.value)}",
            Remedy(
                "Choose a model with a longer window where you need more",
                by_command(("byok", "fit")),
            ),
        )
