"""DeepInfra's list: documented, not captured."""

from factory_byok.providers import deepinfra
from tests.providers.lists import read, told


def test_the_metadata_tells_window_and_output_limit() -> None:
    assert told(read(deepinfra, "deepinfra").model("zai-org/GLM-4.7")) == (202_752, 16_384, None)


def test_a_model_without_metadata_is_listed_all_the_same() -> None:
    assert told(read(deepinfra, "deepinfra").model("some/model-70b")) == (None, None, None)
