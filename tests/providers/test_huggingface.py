"""The list of Hugging Face's router: documented, not captured."""

from factory_byok.providers import huggingface
from tests.providers.lists import read, told

NAME = "openai/gpt-oss-120b"


def test_each_service_of_a_model_has_its_own_window() -> None:
    server = read(huggingface, "huggingface")
    assert told(server.model(f"{NAME}:fireworks-ai")) == (131_072, None, True)
    assert told(server.model(f"{NAME}:tiny")) == (8_192, None, False)
    assert told(server.model(f"{NAME}:silent")) == (None, None, None)


def test_the_bare_name_gets_the_smallest_because_the_router_chooses() -> None:
    assert told(read(huggingface, "huggingface").model(NAME)) == (8_192, None, None)


def test_a_service_that_fails_is_not_offered_and_a_policy_is_no_service() -> None:
    server = read(huggingface, "huggingface")
    assert server.model(f"{NAME}:broken") is None
    assert server.model(f"{NAME}:fastest") == server.model(NAME)
