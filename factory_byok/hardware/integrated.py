"""What Ollama does with graphics that share the system's memory."""

from collections.abc import Mapping
from typing import Final

# Since 0.30 (ollama discover/; ollama/ollama issues 16690, 16433, 16423): it drops them, except
# Apple's, NVIDIA's and AMD's gfx1151, unless this variable says otherwise
VARIABLE: Final = "OLLAMA_IGPU_ENABLE"
LEFT_OUT: Final = f"it is integrated: Ollama leaves such graphics out unless {VARIABLE}=1"


def wanted(env: Mapping[str, str]) -> bool:
    """Whether Ollama was told to use integrated graphics; spaces and quotes do not count."""
    return env.get(VARIABLE, "").strip(" \t\"'").lower() in ("1", "t", "true")
