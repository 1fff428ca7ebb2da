"""A saved snapshot read back, so that the doctor can judge another machine."""

import json
from pathlib import Path
from typing import Final

from factory_byok.core.errors import ByokError
from factory_byok.core.facts import Known, Snapshot
from factory_byok.core.serialization import from_json
from factory_byok.core.words import lower_first
from factory_byok.droid.settings.writing.disk import why
from factory_byok.providers import PROVIDERS

MOST_BYTES: Final = 64 * 2**20
WRITES_ONE: Final = "`byok snapshot -o FILE` writes one"


def read_snapshot(path: Path) -> Snapshot:
    """The snapshot in a file, bare or in `byok snapshot --json`'s envelope. Raises ByokError."""
    try:
        if not path.is_file():
            raise ByokError(f"{path} is not a file", WRITES_ONE)
        if path.stat().st_size > MOST_BYTES:
            raise ByokError(f"{path} is too large for a snapshot", WRITES_ONE)
        body = json.loads(path.read_bytes())
    except OSError as error:
        raise ByokError(f"{path} could not be read: {why(error)}") from None
    except (ValueError, RecursionError):
        raise ByokError(f"{path} is not JSON", WRITES_ONE) from None
    if isinstance(body, dict) and "schema_version" in body and isinstance(body.get("data"), dict):
        body = body["data"]
    try:
        snap = from_json(Snapshot, body)
    except ByokError as error:
        raise ByokError(f"{path}: {lower_first(error.message)}", WRITES_ONE) from None
    for reading in snap.servers.values():
        if isinstance(reading, Known) and reading.value.provider not in PROVIDERS:
            told = f"{path} tells of a provider that this byok does not know"
            raise ByokError(f"{told}: `{reading.value.provider}`", "Judge it with a newer byok")
    return snap
