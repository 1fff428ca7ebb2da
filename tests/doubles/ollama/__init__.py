"""A small stateful double of Ollama's HTTP server."""

from tests.doubles.ollama.double import Ollama
from tests.doubles.ollama.gallery import GALLERY, a_cloud_model, a_model
from tests.doubles.ollama.library import Registry
from tests.doubles.ollama.models import Model
from tests.doubles.ollama.prompt import count_by_length
from tests.doubles.ollama.reply import Reply, Seen
from tests.doubles.ollama.script import Heard, Script

__all__ = [
    "GALLERY",
    "Heard",
    "Model",
    "Ollama",
    "Registry",
    "Reply",
    "Script",
    "Seen",
    "a_cloud_model",
    "a_model",
    "count_by_length",
]
