"""The server that a verb needs: as it answered, or the error that says why it did not."""

from shlex import join

from factory_byok.core.addresses import Address
from factory_byok.core.errors import ByokError
from factory_byok.core.facts import Server, Snapshot, Unknown
from factory_byok.core.words import lower_first
from factory_byok.diagnosis.answering import answering, is_ollamas, listing, other_kind, told_of
from factory_byok.diagnosis.unreachable import silence_remedy


def server_at(snap: Snapshot, address: Address) -> Server:
    """The server at an address that was asked. Raises ByokError for one that gave no answer."""
    reading = snap.servers[address.identity()]
    if isinstance(reading, Unknown):
        raise no_answer(snap, address, reading)
    return reading.value


def no_answer(snap: Snapshot, address: Address, reading: Unknown) -> ByokError:
    """That no usable answer came, why, and the next step."""
    return ByokError(
        f"No usable answer from {address}: {lower_first(reading.why)}",
        next_step(snap, address.identity(), reading),
    )


def next_step(snap: Snapshot, endpoint: str, reading: Unknown) -> str:
    """What to do about a silence, as a sentence for a verb that takes `--endpoint`."""
    other = answering(snap, endpoint)
    if other:
        return f"An Ollama answers at {other}: `--endpoint {other}` asks there"
    kind = other_kind(snap)
    if kind is not None and is_ollamas(snap, endpoint):
        return f"{told_of(*kind)}: `{join(listing(*kind))}` lists its models"
    remedy = silence_remedy(snap, endpoint, reading)
    return f"{remedy.text} with `{join(remedy.command)}`" if remedy.command else remedy.text
