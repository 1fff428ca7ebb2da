"""Resolves a manifest's names on this machine, and fills in what the servers say of them."""

from collections.abc import Iterator
from dataclasses import replace

from factory_byok.core.errors import ByokError, UsageError
from factory_byok.core.facts import Known, Model, Server
from factory_byok.core.findings import Finding, Remedy
from factory_byok.core.model_names import is_cloud, parse_name
from factory_byok.core.progress import Progress
from factory_byok.core.world import World
from factory_byok.diagnosis.missing_models import nearest
from factory_byok.workflows.apply.facts import Models, Placed, Resolved, Seen, Wish, problem
from factory_byok.workflows.apply.manifest.facts import Manifest, WantedEntry
from factory_byok.workflows.apply.survey import server_at
from factory_byok.workflows.choice import ANYWAY, Choice, choose, judge
from factory_byok.workflows.keys import key_for


def resolve(world: World, manifest: Manifest) -> Resolved:
    """The manifest with everything named on this machine. Raises ManifestFault with the line."""
    wishes = tuple(_wish(world, manifest, each) for each in manifest.entries)
    return Resolved(manifest, tuple(_models(world, manifest)), wishes)


def _models(world: World, manifest: Manifest) -> Iterator[Placed]:
    """The wanted models at their servers."""
    for each in manifest.models:
        if parse_name(each.name) is None:
            hint = "Names look like `qwen2.5-coder:32b`"
            raise manifest.fault(each.line, f"`{each.name}` is not a model name", hint)
        if each.window and is_cloud(each.name):
            sentence = f"`{each.name}` runs in the cloud, which decides its window"
            raise manifest.fault(each.line, sentence, "Leave `window` out")
        yield Placed(each, world.address(manifest.root(each.endpoint)))


def _wish(world: World, manifest: Manifest, wanted: WantedEntry) -> Wish:
    """A wanted entry with its provider, base URL and key."""
    try:
        choice = _choice(world, manifest, wanted)
        key = key_for(world, choice, variable=wanted.key_env, check=False)
    except UsageError as error:
        hint = error.hint
        if "--endpoint" in hint:
            hint = "Name its server under [endpoints], and that name as the entry's `endpoint`"
        raise manifest.fault(wanted.line, error.message, hint) from None
    return Wish(wanted, choice, wanted.model, key.written)


def _choice(world: World, manifest: Manifest, wanted: WantedEntry) -> Choice:
    """The provider's model; without an endpoint a service keeps its own address."""
    own = not wanted.endpoint and wanted.provider != "ollama"
    root = "" if own else manifest.root(wanted.endpoint)
    return choose(world, wanted.provider, wanted.model, root)


def named(resolved: Resolved, models: Models) -> tuple[Wish, ...]:
    """The wishes with the names by which droid will ask, no server asked."""
    return tuple(_named(resolved, models, wish) for wish in resolved.wishes)


def _named(resolved: Resolved, models: Models, wish: Wish) -> Wish:
    """A wish that uses the copy which carries its model's window."""
    placed = resolved.placed(wish)
    if placed is None:
        return wish
    choice = replace(wish.choice, model=models.names[placed])
    return replace(wish, choice=choice, window=placed.wanted.window)


def asked(
    world: World,
    resolved: Resolved,
    models: Models,
    seen: Seen,
    *,
    timeout: float,
    progress: Progress,
) -> tuple[tuple[Wish, ...], tuple[Finding, ...]]:
    """The wishes with what their servers say, and what is impossible."""
    wishes, problems = [], []
    for wish in named(resolved, models):
        try:
            if wish.choice.provider == "ollama":
                wishes.append(_of_ollama(resolved, seen, wish))
            else:
                wishes.append(_of_another(world, wish, timeout=timeout, progress=progress))
        except ByokError as error:
            wishes.append(wish)
            hint = error.hint.replace(ANYWAY, "`--offline` writes entries without asking")
            problems.append(problem(wish.wanted.name, ByokError(error.message, hint)))
    return tuple(wishes), tuple(problems)


def _of_ollama(resolved: Resolved, seen: Seen, wish: Wish) -> Wish:
    """A wish for a model of an Ollama. Raises ByokError when nobody will bring that model."""
    _, server = server_at(seen, wish.choice.address)
    model = server.model(wish.base)
    if model is None and resolved.placed(wish) is None and not is_cloud(wish.base):
        raise _missing(wish, server)
    return replace(wish, model=model, sure=True)


def _missing(wish: Wish, server: Server) -> ByokError:
    """No model of that name is there, and the manifest pulls none."""
    listed: tuple[Model, ...] = server.models.value if isinstance(server.models, Known) else ()
    near = nearest(wish.base, [model.name for model in listed])
    like = f"; the server has {', '.join(f'`{each}`' for each in near)}" if near else ""
    return ByokError(
        f"`{wish.base}` isn't installed at {wish.choice.address}",
        f"Name it under [[models]] as well, and it is pulled{like}",
    )


def _of_another(world: World, wish: Wish, *, timeout: float, progress: Progress) -> Wish:
    """A wish for another provider's model, judged as `byok add` does. Raises ByokError."""
    secret = ""
    if wish.choice.hosted and wish.key.startswith("${"):
        secret = world.env.get(wish.key[2:-1], "").strip()
    judged = judge(world, wish.choice, timeout=timeout, progress=progress, secret=secret)
    return replace(wish, model=judged.model, sure=True)


def keyless(world: World, wishes: tuple[Wish, ...]) -> tuple[Finding, ...]:
    """A warning for each key whose variable has no value here: droid would send none."""
    names: dict[str, str] = {}
    for wish in wishes:
        name = wish.key[2:-1] if wish.key.startswith("${") else ""
        if name and not world.env.get(name, "").strip():
            names.setdefault(name, wish.wanted.name)
    return tuple(
        Finding("warning", entry, f"`{name}` has no value here", Remedy(f"Set it: export {name}=…"))
        for name, entry in names.items()
    )
