"""Fills in what the servers say of each wanted entry's model, and the name to ask for it by."""

from dataclasses import replace

from factory_byok.core.errors import ByokError
from factory_byok.core.facts import Known, Model, Server
from factory_byok.core.findings import Finding, Remedy
from factory_byok.core.model_names import is_cloud
from factory_byok.core.progress import Progress
from factory_byok.core.world import World
from factory_byok.diagnosis.missing_models import nearest
from factory_byok.workflows.apply.facts import Models, Resolved, Seen, Wish, problem
from factory_byok.workflows.apply.survey import server_at
from factory_byok.workflows.choice import ANYWAY, judge


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
