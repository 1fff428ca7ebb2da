"""Baseten's Model APIs (docs.baseten.co); deployments of one's own have other addresses."""

from typing import Final

from factory_byok.providers.openai_compatible import Listing

TITLE: Final = "Baseten"
BASE_URL: Final = "https://inference.baseten.co/v1"
DIALECT: Final = "generic-chat-completion-api"
KEY: Final = ""
KEY_VARIABLE: Final = "BASETEN_API_KEY"
HOSTED: Final = True
FIXED: Final = True
EXAMPLES: Final = (("Qwen/Qwen3-Coder-480B-A35B-Instruct", 8_192),)
LISTING: Final = Listing("baseten")
