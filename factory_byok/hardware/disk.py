"""Free space where Ollama keeps its models."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from factory_byok.core.facts import Disk, Known, Reading, Unknown
from factory_byok.core.units import Bytes
from factory_byok.core.world import World
from factory_byok.hardware.guard import never_raises

# The model store of the service that Ollama's Linux installer makes (scripts/install.sh)
SERVICE_STORE: Final = "usr/share/ollama/.ollama/models"


@never_raises("the disk of the model store")
def probe(world: World) -> Reading[Disk]:
    """Reads size and free bytes of the disk that holds, or will hold, the model store."""
    store = model_store(world)
    for folder in (store, *store.parents):
        try:
            usage = shutil.disk_usage(folder)
        except OSError:
            continue  # not made yet, or closed to us: the disk is that of the nearest folder above
        return Known(Disk(str(store), Bytes(usage.total), Bytes(usage.free)))
    return Unknown(f"no disk was found for the model store {store}")


def model_store(world: World) -> Path:
    """Where the models lie: OLLAMA_MODELS, the Linux service's store, else `~/.ollama/models`.

    The service's store counts as soon as its home folder is there: it may be closed to this user.
    """
    return next(_stores(world))


def _stores(world: World) -> Iterator[Path]:
    # Ollama strips spaces and quotes from its variables (envconfig/config.go)
    named = world.env.get("OLLAMA_MODELS", "").strip(" \t\"'")
    if named:
        yield Path(named)
    service = world.root / SERVICE_STORE
    if world.system == "linux" and _is_there(service):
        yield service
    yield world.user_home / ".ollama/models"


def _is_there(folder: Path) -> bool:
    """Whether a folder exists, which is also so when we may not look inside the one above it."""
    try:
        folder.stat()
    except PermissionError:
        return True
    except OSError:
        return False
    return True
