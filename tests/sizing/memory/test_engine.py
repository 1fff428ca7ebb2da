"""KV cache and compute buffer as llama.cpp logs them, for every architecture among the rows."""

from statistics import median

import pytest

from tests.sizing.memory.engine import DATA, SIBLINGS, Row, by_model, rows, summary, within

ROWS = rows()
BY_MODEL = by_model(ROWS)


@pytest.mark.parametrize("model", DATA["shapes"])
def test_the_kv_cache_of_every_model_is_the_engines(model: str) -> None:
    assert [each for each in BY_MODEL[model] if abs(each.kv) > 0.005] == []


@pytest.mark.parametrize("model", DATA["shapes"])
def test_the_compute_buffer_of_every_model_is_near_the_engines(model: str) -> None:
    found = [abs(each.compute) for each in BY_MODEL[model]]

    assert median(found) <= 0.1, _worst(BY_MODEL[model])


def test_every_compute_buffer_is_near_and_nearly_every_one_exact() -> None:
    assert within(ROWS, 0.02) >= 0.95, summary(ROWS)
    assert within(ROWS, 0.10) == 1, _worst(ROWS)


def test_shapes_that_no_law_was_made_for_are_as_near() -> None:
    found = rows(SIBLINGS)

    assert [each for each in found if abs(each.kv) > 0.005] == []
    assert within(found, 0.02) >= 0.9, _worst(found)
    assert within(found, 0.10) >= 0.95, _worst(found)


def test_the_summary_counts_what_there_is() -> None:
    assert f"{len(ROWS)} rows of {len(BY_MODEL)} models" in summary(ROWS)


def _worst(found: list[Row]) -> str:
    ranked = sorted(found, key=lambda each: -abs(each.compute))
    return "\n".join(f"{each.compute:+.3f} {each.model}: {each.told}" for each in ranked[:40])
