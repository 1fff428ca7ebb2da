"""Groq (console.groq.com/docs)."""

from typing import Final

from factory_byok.providers.openai_compatible import Listing

TITLE: Final = "Groq"
BASE_URL: Final = "https://api.groq.com/openai/v1"
DIALECT: Final = "generic-chat-completion-api"
KEY: Final = ""
KEY_VARIABLE: Final = "GROQ_API_KEY"
HOSTED: Final = True
FIXED: Final = True
EXAMPLES: Final = (
    ("moonshotai/kimi-k2-instruct-0905", 16_384),
    ("openai/gpt-oss-120b", 65_536),
)
LISTING: Final = Listing("groq")
