"""One kind of server or service per file, and the order in which a silent stranger is asked."""

from types import ModuleType
from typing import Final

from factory_byok.providers import ollama, openai_compatible

PROVIDERS: Final[dict[str, ModuleType]] = {
    "ollama": ollama,
    "openai-compatible": openai_compatible,
}
