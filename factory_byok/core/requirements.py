"""What droid asks of a model, by Factory's and Ollama's own pages, and how much byok asks."""

from typing import Final

from factory_byok.core.units import Tokens

FLOOR: Final = Tokens(32_000)  # docs.factory.ai/cli/byok/ollama: the least that droid needs
AIM: Final = Tokens(64_000)  # docs.ollama.com/integrations/droid
SMALLEST: Final = 30_000_000_000  # below 30B: "significantly lower performance" (Factory's page)
# Under a minute a model is unloaded while droid still runs a command between two requests.
SHORTEST_KEEP_ALIVE: Final = 60.0  # seconds

# One look asks that many servers at most, and each with that many different keys: every question is
# a thread of its own. Nobody has that many servers; a damaged or hostile file may name more.
MOST_ASKED: Final = 128
