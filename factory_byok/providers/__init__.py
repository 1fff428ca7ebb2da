"""One kind of server per file, the services in one table, all by the names that users type."""

from typing import Final

from factory_byok.providers import llama_cpp, lm_studio, ollama, openai_compatible, vllm
from factory_byok.providers.hosted import SERVICES
from factory_byok.providers.provider import Provider

LOCAL: Final = (ollama, lm_studio, llama_cpp, vllm, openai_compatible)
PROVIDERS: Final[dict[str, Provider]] = {
    each.name: each for each in (*(module.PROVIDER for module in LOCAL), *SERVICES)
}
