"""The hardware table is the page's, to the letter."""

import re
from itertools import pairwise

from factory_byok.sizing import hardware_table
from factory_byok.sizing.hardware_table import CLOUD, LOCAL, ROWS


def test_the_rows_are_the_pages_rows() -> None:
    printed = re.findall(r"\| (\w+) params \| (\d+)GB \| (\d+)GB \|", hardware_table.__doc__ or "")
    rows = [(each.size, each.memory, each.gpu_memory) for each in ROWS]
    assert rows == [(size, int(ram) * 10**9, int(gpu) * 10**9) for size, ram, gpu in printed]
    assert len(rows) == 5


def test_each_row_needs_more_than_the_one_before() -> None:
    for smaller, larger in pairwise(ROWS):
        assert smaller.parameters < larger.parameters
        assert smaller.memory < larger.memory
        assert smaller.gpu_memory < larger.gpu_memory


def test_a_size_names_its_parameters() -> None:
    assert [f"{each.parameters // 10**9}B" for each in ROWS] == [each.size for each in ROWS]


def test_the_recommended_models_and_their_output_limits_are_the_pages() -> None:
    found = [(each.model, each.max_output) for each in (*LOCAL, CLOUD)]
    assert found == [
        ("qwen2.5-coder:32b", 16_000),
        ("qwen2.5-coder:7b", 4_000),
        ("qwen3-coder:480b-cloud", 128_000),
    ]


def test_every_local_model_belongs_to_a_row() -> None:
    assert [hardware_table.row(each.row).size for each in LOCAL] == ["30B", "7B"]
