"""The versions that matter: byok's own, Python's, and those that byok was measured with."""

import platform
from typing import Final

from factory_byok import __version__

MEASURED_DROID: Final = "0.225.2"  # the newest one; droid/rules.py has all
MEASURED_OLLAMA: Final = "0.33.0"


def version_lines() -> list[str]:
    """What `byok --version` prints."""
    return [
        f"byok {__version__}",
        f"python {platform.python_version()}",
        f"measured with droid {MEASURED_DROID} and Ollama {MEASURED_OLLAMA}",
    ]
