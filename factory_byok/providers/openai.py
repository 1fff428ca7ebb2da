"""OpenAI's own service, which droid asks by the Responses API (platform.openai.com/docs)."""

from typing import Final

from factory_byok.providers.openai_compatible import Listing

TITLE: Final = "OpenAI"
BASE_URL: Final = "https://api.openai.com/v1"
DIALECT: Final = "openai"
KEY: Final = ""
KEY_VARIABLE: Final = "OPENAI_API_KEY"
HOSTED: Final = True
FIXED: Final = True
EXAMPLES: Final = (("gpt-5-codex", 16_384),)
LISTING: Final = Listing("openai")
