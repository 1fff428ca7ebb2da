"""byok's rule for proxies says of every recorded run of the real droid who was asked."""

import json
from pathlib import Path
from typing import Any

import pytest

from factory_byok.core.addresses import root_of
from factory_byok.droid.proxies import proxy_for

RECORDED = Path(__file__).parents[2] / "captures/droid-proxy/results.jsonl"
RUNS = [json.loads(line) for line in RECORDED.read_text().splitlines()]


@pytest.mark.parametrize("run", RUNS, ids=lambda run: f"{run[0]} {run[1]}")
def test_the_rule_agrees_with_droid(run: list[Any]) -> None:
    base_url, env, _, asked = run
    if not asked:
        return  # nothing arrived anywhere: the variable is no proxy that droid can use
    address = root_of(base_url)
    assert address is not None
    assert bool(proxy_for(address, env)) == asked[0][0].startswith("PROXY")
