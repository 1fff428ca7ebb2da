"""Baseten's list: documented, not captured."""

from factory_byok.providers import baseten
from tests.providers.lists import read, told


def test_the_list_tells_window_output_limit_and_tools() -> None:
    model = read(baseten, "baseten").model("Qwen/Qwen3-Coder-480B-A35B-Instruct")
    assert told(model) == (262_144, 262_144, True)
