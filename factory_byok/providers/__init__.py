"""One kind of server or service per file; the registry has them by the names that users type."""

from types import ModuleType
from typing import Final

from factory_byok.providers import (
    anthropic,
    baseten,
    deepinfra,
    fireworks,
    google_gemini,
    groq,
    huggingface,
    llama_cpp,
    lm_studio,
    openai,
    openai_compatible,
    openrouter,
    vllm,
)
from factory_byok.providers.ollama import probe as ollama

PROVIDERS: Final[dict[str, ModuleType]] = {
    "ollama": ollama,
    "lm-studio": lm_studio,
    "llama-cpp": llama_cpp,
    "vllm": vllm,
    "openai-compatible": openai_compatible,
    "openrouter": openrouter,
    "fireworks": fireworks,
    "baseten": baseten,
    "deepinfra": deepinfra,
    "huggingface": huggingface,
    "groq": groq,
    "google-gemini": google_gemini,
    "openai": openai,
    "anthropic": anthropic,
}
