"""JSON Pointers (RFC 6901): keys as their steps, and their steps as keys."""


def escaped(key: str) -> str:
    """A key as one step of a pointer."""
    return key.replace("~", "~0").replace("/", "~1")


def steps_of(pointer: str) -> tuple[str, ...]:
    """The keys and indexes that a pointer leads through; () for the whole value."""
    return tuple(raw.replace("~1", "/").replace("~0", "~") for raw in pointer.split("/")[1:])
