"""Compares the list of models that droid printed with the one that byok expects."""

from factory_byok.core.facts import Known, Snapshot


def difference(snap: Snapshot) -> str:
    """How droid's own list differs from byok's, as a phrase; "" when it does not, as known."""
    if not isinstance(snap.droid_lists, Known):
        return ""
    return compared(tuple(entry.id for entry in snap.listed()), snap.droid_lists.value)


def compared(ours: tuple[str, ...], theirs: tuple[str, ...]) -> str:
    """What droid's ids lack or have besides, or that only the order differs; "" when nothing does.

    An entry under no id, as droid lists some up to 0.117.0, cannot be told in what it prints.
    """
    ours = tuple(id_ for id_ in ours if id_)
    if ours == theirs:
        return ""
    missing = [id_ for id_ in ours if id_ not in theirs]
    extra = [id_ for id_ in theirs if id_ not in ours]
    told = [f"lacks `{id_}`" for id_ in missing] + [f"has `{id_}` besides" for id_ in extra]
    more = f" and {len(told) - 4} more" if len(told) > 4 else ""
    return ", ".join(told[:4]) + more if told else "has another order"
