"""Whether two JSON values are the same, types included."""

import marshal

from factory_byok.core.droid_facts import Json


def same(one: Json, other: Json) -> bool:
    """Whether two JSON values are the same, at any depth; 1, 1.0 and true are three values."""
    return _written_alike(one, other) or _walked_alike(one, other)


def _walked_alike(one: Json, other: Json) -> bool:
    """The same question answered value by value."""
    waiting = [(one, other)]
    while waiting:
        left, right = waiting.pop()
        if isinstance(left, dict) and isinstance(right, dict):
            if left.keys() != right.keys():
                return False
            waiting += [(value, right[key]) for key, value in left.items()]
        elif isinstance(left, list) and isinstance(right, list):
            if len(left) != len(right):
                return False
            waiting += zip(left, right, strict=True)
        elif type(left) is not type(right) or left != right:
            return False
    return True


def _written_alike(one: Json, other: Json) -> bool:
    """A quick yes for values whose members stand in the same order; no answer otherwise.

    Python's own format tells types apart and is written at C speed; its version 2 holds no
    references, so that equal values come to equal bytes.
    """
    try:
        return marshal.dumps(one, 2) == marshal.dumps(other, 2)
    except ValueError:  # too deep
        return False
