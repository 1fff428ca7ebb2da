"""What byok itself made of a file, so that `remove` can take back what is empty by then."""

from collections.abc import Iterator

from factory_byok.core.droid_facts import Json
from factory_byok.core.json_pointer import escaped, steps_of
from factory_byok.droid.settings.document import Document
from factory_byok.droid.settings.jsonc import Fault, load
from factory_byok.droid.settings.writing.journal import Journal
from factory_byok.droid.settings.writing.record import Made


def made_after(
    journal: Journal, document: Document, text: str | None, folders: tuple[str, ...]
) -> Made:
    """What byok will have made of the file after this write: known from before, or new in it."""
    if text is None:
        return Made()
    earlier = journal.made(document.path, document.raw)
    try:
        before, after = load(document.text or "{}"), load(text)
    except Fault:
        return Made()  # a repair: what is whose is not known
    still = tuple(each for each in earlier.pointers if _leads_to_container(after, each))
    return Made(
        document.raw is None or earlier.file,
        folders or earlier.folders,
        still + tuple(each for each in _new_containers(before, after) if each not in still),
    )


def _new_containers(before: Json, after: Json, at: str = "", depth: int = 3) -> Iterator[str]:
    """JSON Pointers of objects and arrays that only the later value has, inside objects."""
    if not isinstance(before, dict) or not isinstance(after, dict) or depth == 0:
        return
    for key, value in after.items():
        pointer = f"{at}/{escaped(key)}"
        if key not in before and isinstance(value, dict | list):
            yield pointer
        elif key in before:
            yield from _new_containers(before[key], value, pointer, depth - 1)


def _leads_to_container(value: Json, pointer: str) -> bool:
    """Whether a pointer made by `_new_containers` still names an object or array."""
    for step in steps_of(pointer):
        if not isinstance(value, dict):
            return False
        value = value.get(step)
    return isinstance(value, dict | list)
