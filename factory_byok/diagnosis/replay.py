"""A saved snapshot read back, so that the doctor can judge another machine."""

import json
from pathlib import Path
from typing import Final

from factory_byok.core.errors import ByokError
from factory_byok.core.facts import Snapshot
from factory_byok.core.serialization import from_json

MOST_BYTES: Final = 64 * 2**20


def read_snapshot(path: Path) -> Snapshot:
    """The snapshot in a file, bare or in `byok snapshot --json`'s envelope. Raises ByokError."""
    try:
        if not path.is_file():
            raise ByokError(f"{path} is not a file")
        if path.stat().st_size > MOST_BYTES:
            raise ByokError(f"{path} is too large for a snapshot")
        body = json.loads(path.read_bytes())
    except OSError as error:
        raise ByokError(f"{path} could not be read: {error.strerror}") from None
    except (ValueError, RecursionError):
        raise ByokError(f"{path} is not JSON", "`byok snapshot -o FILE` writes one") from None
    if isinstance(body, dict) and "schema_version" in body and isinstance(body.get("data"), dict):
        body = body["data"]
    return from_json(Snapshot, body)
