"""The line of every key in a JSON text, and keys that an object holds twice."""

from factory_byok.droid.settings.jsonc.outline import Node
from factory_byok.workflows.apply.manifest.facts import Path
from factory_byok.workflows.apply.manifest.lines import Lines


def json_lines(text: str, root: Node) -> tuple[dict[Path, int], Path | None]:
    """The line of each key and array item by its path, and the first path that is there twice."""
    line = Lines(text)
    lines: dict[Path, int] = {(): 1}
    twice: Path | None = None
    waiting: list[tuple[Path, Node]] = [((), root)]
    while waiting:
        path, node = waiting.pop()
        for index, item in enumerate(node.items):
            lines[(*path, index)] = line.of(item.start)
            waiting.append(((*path, index), item))
        for member in node.members:
            here = (*path, member.key)
            twice = twice or (here if here in lines else None)
            lines[here] = line.of(member.key_start)
            waiting.append((here, member.value))
    return lines, twice
