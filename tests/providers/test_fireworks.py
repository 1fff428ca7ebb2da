"""Fireworks' list: documented, not captured."""

from factory_byok.providers import fireworks
from tests.providers.lists import read, told


def test_the_list_tells_window_and_tools() -> None:
    model = read(fireworks, "fireworks").model("accounts/fireworks/models/glm-4p5")
    assert told(model) == (131_072, None, True)
