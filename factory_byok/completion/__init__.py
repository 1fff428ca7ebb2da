"""Shell completion: what may follow on a command line, without waiting for anything."""

from factory_byok.completion.offer import Offer, offer
from factory_byok.completion.shells import ASKED, answer
from factory_byok.completion.sources import Word

__all__ = ["ASKED", "Offer", "Word", "answer", "offer"]
