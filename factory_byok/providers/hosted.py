"""The hosts of public services, and the base URL that droid needs for each.

The addresses are those of the services' own documentation, as cited in `providers/`; a test holds
the two together.
"""

from typing import Final, NamedTuple


class Service(NamedTuple):
    """A service by its name in byok, and its base URL for one dialect; another may need another."""

    provider: str
    title: str
    base_url: str
    dialect: str = "generic-chat-completion-api"


SERVICES: Final[dict[str, Service]] = {
    "openrouter.ai": Service("openrouter", "OpenRouter", "https://openrouter.ai/api/v1"),
    "api.fireworks.ai": Service("fireworks", "Fireworks", "https://api.fireworks.ai/inference/v1"),
    "inference.baseten.co": Service("baseten", "Baseten", "https://inference.baseten.co/v1"),
    "api.deepinfra.com": Service("deepinfra", "DeepInfra", "https://api.deepinfra.com/v1/openai"),
    "router.huggingface.co": Service(
        "huggingface", "Hugging Face", "https://router.huggingface.co/v1"
    ),
    "api.groq.com": Service("groq", "Groq", "https://api.groq.com/openai/v1"),
    "generativelanguage.googleapis.com": Service(
        "google-gemini",
        "Google Gemini",
        "https://generativelanguage.googleapis.com/v1beta/openai",
    ),
    "api.openai.com": Service("openai", "OpenAI", "https://api.openai.com/v1", "openai"),
    "api.anthropic.com": Service(
        "anthropic", "Anthropic", "https://api.anthropic.com", "anthropic"
    ),
}
# Hosts that a service has given up. Hugging Face's pages send users of the old one to the router.
RETIRED: Final = {"api-inference.huggingface.co": "router.huggingface.co"}
# Addresses that may answer although their service does not document them (not tried): Google's
# announcement of November 2024 and Factory's page leave out `openai`.
UNDOCUMENTED: Final = (
    "https://generativelanguage.googleapis.com/v1beta",
    "https://api.deepinfra.com/v1",
)
HOSTED: Final = frozenset(service.provider for service in SERVICES.values())


def service_of(host: str) -> Service | None:
    """The service behind a host, also behind one that it has given up."""
    return SERVICES.get(RETIRED.get(host, host))
