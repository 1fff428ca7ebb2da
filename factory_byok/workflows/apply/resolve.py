"""Resolves the names of a manifest on this machine: endpoints, providers, models, keys."""

from collections.abc import Iterator

from factory_byok.core.errors import UsageError
from factory_byok.core.model_names import is_cloud, parse_name
from factory_byok.core.world import World
from factory_byok.workflows.apply.facts import Placed, Resolved, Wish
from factory_byok.workflows.apply.manifest.facts import Manifest, WantedEntry
from factory_byok.workflows.choice import Choice, choose
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
