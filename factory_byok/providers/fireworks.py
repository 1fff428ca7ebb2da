"""Fireworks (docs.fireworks.ai); its models' ids begin with their account."""

from typing import Final

from factory_byok.providers.openai_compatible import Listing

TITLE: Final = "Fireworks"
BASE_URL: Final = "https://api.fireworks.ai/inference/v1"
DIALECT: Final = "generic-chat-completion-api"
KEY: Final = ""
KEY_VARIABLE: Final = "FIREWORKS_API_KEY"
HOSTED: Final = True
FIXED: Final = True
EXAMPLES: Final = (
    ("accounts/fireworks/models/glm-4p5", 16_384),
    ("accounts/fireworks/models/deepseek-v3p1-terminus", 20_480),
)
LISTING: Final = Listing("fireworks")
