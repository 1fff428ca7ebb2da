"""OpenRouter: many services behind one address (openrouter.ai/docs)."""

from typing import Final

from factory_byok.providers.openai_compatible import Listing

TITLE: Final = "OpenRouter"
BASE_URL: Final = "https://openrouter.ai/api/v1"
DIALECT: Final = "generic-chat-completion-api"
KEY: Final = ""
KEY_VARIABLE: Final = "OPENROUTER_API_KEY"
HOSTED: Final = True
FIXED: Final = True
EXAMPLES: Final = (("openai/gpt-oss-20b", 32_000),)

# Routing words that may follow any name (openrouter.ai/docs, model variants); `:free` and other
# variants with a price of their own are in the list.
LISTING: Final = Listing("openrouter", suffixes=("nitro", "floor", "online", "exacto"))
