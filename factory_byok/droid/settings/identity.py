"""The identity of an entry: which of a file's entries one is, whatever its index is by then."""

import marshal

from factory_byok.core.droid_facts import Json


def identity(value: Json) -> int:
    """A number that stands for one JSON value inside this process; never 0.

    Python mixes a random secret of the process into it, so that it tells nothing of the value: a
    key inside cannot be guessed from it.
    """
    try:
        return hash(marshal.dumps(value, 2)) or 1
    except ValueError:  # nested too deeply for that format
        return hash(repr(type(value))) or 1
