"""The order in which models are recommended."""

from dataclasses import replace

import pytest

from factory_byok.core.facts import Known, Unknown, Window
from factory_byok.core.units import Bytes, Tokens
from factory_byok.sizing.fitting.as_json import ranked_as_json
from factory_byok.sizing.fitting.candidate import Candidate, ToolCalls, installed
from factory_byok.sizing.fitting.free import Free
from factory_byok.sizing.fitting.one import Asked, fit
from factory_byok.sizing.fitting.ranking import candidates, ranked
from tests.builders import a_model, a_server
from tests.sizing.fitting.builders import GB, free, model
from tests.sizing.memory.engine import DATA


def names(models: list[Candidate], place: Free | None = None) -> list[str]:
    return [each.candidate.name for each in ranked(models, place or free(24))]


def test_real_tool_calls_go_before_everything_else() -> None:
    kinds: tuple[ToolCalls, ...] = ("no", "as text", "unknown", "yes")
    large = model("qwen3-coder:30b")
    models = [replace(large, name=kind, tools=kind) for kind in kinds[:3]]
    small = replace(model("llama3.2:1b"), name="yes")

    assert names([*models, small]) == ["yes", "unknown", "as text", "no"]


def test_then_comes_the_window_on_the_gpu() -> None:
    # 30B that reaches 32,000, small ones that reach 64,000, and one that reaches neither
    order = names([model("llama3.3:70b"), model("qwen3-coder:30b"), model("gpt-oss:20b")], free(23))

    assert order == ["gpt-oss:20b", "qwen3-coder:30b", "llama3.3:70b"]


def test_then_30_billion_parameters() -> None:
    assert names([model("devstral:24b"), model("llama3.3:70b")], free(80)) == [
        "llama3.3:70b",
        "devstral:24b",
    ]


def test_then_models_for_code_then_installed_ones_then_the_largest() -> None:
    mine = replace(model("qwen3:30b"), name="mine:30b", installed=True)
    models = [model("llama3.3:70b"), mine, model("qwen3-coder:30b")]

    assert names(models, free(80)) == ["qwen3-coder:30b", "mine:30b", "llama3.3:70b"]


def test_the_pages_own_model_stands_below_one_that_calls_tools() -> None:
    order = ranked(candidates(()), free(48))

    assert order[0].candidate.name == "qwen3-coder:30b"
    last = order[-1]
    assert last.candidate.name.startswith("qwen2.5-coder")
    assert "as text" in last.reason
    assert "32,768" in last.reason


def test_without_a_gpu_memory_decides_and_is_called_slow() -> None:
    found = ranked([model("qwen3-coder:30b"), model("llama3.3:70b")], free(memory=120))

    assert [each.candidate.name for each in found] == ["qwen3-coder:30b", "llama3.3:70b"]
    assert {each.reach for each in found} == {"memory"}
    assert found[0].reaches_64k
    assert "slow" in found[0].reason


def test_a_gpu_that_is_too_small_does_not_reach_with_the_help_of_memory() -> None:
    (found,) = ranked([model("qwen3-coder:30b")], free(8))

    assert (found.reach, found.reaches_32k) == ("split", False)


def test_what_could_not_be_read_is_null() -> None:
    place = replace(free(), gpus_known=False, memory=Unknown("not told"))
    told = ranked_as_json(ranked([model()], place)[0])

    assert (told["reaches_32k"], told["reaches_64k"], told["place"]) == (None, None, "unknown")
    assert told["largest_window_on_gpu"] is None


def test_a_cloud_model_is_after_what_runs_here_and_before_what_does_not() -> None:
    models = [model("qwen3-coder:480b-cloud"), model("gpt-oss:20b"), model("llama3.3:70b")]

    assert names(models) == ["gpt-oss:20b", "qwen3-coder:480b-cloud", "llama3.3:70b"]


def test_an_installed_model_is_not_told_again_by_the_catalogue() -> None:
    mine = replace(model("qwen3-coder:30b-a3b-q4_K_M"), installed=True)
    found = candidates([mine])

    assert sum("qwen3-coder:30b" in each.name for each in found) == 1
    assert {"qwen2.5-coder:32b", "qwen2.5-coder:7b"} <= {each.name for each in found}


def test_a_window_too_small_to_use_is_not_called_on_the_gpu() -> None:
    (found,) = ranked([model("qwen3-coder:30b")], free(18.8))

    assert 0 < found.largest_on_gpu.value < 4096
    assert found.reach == "split"


@pytest.mark.parametrize("name", [name for name in DATA["shapes"] if ":" in name][::4])
@pytest.mark.parametrize("cards", [(), (8,), (16,), (24,), (12, 12), (80,)])
def test_the_list_and_the_screen_of_one_model_never_differ(name: str, cards: tuple[int]) -> None:
    info = DATA["shapes"][name]
    longest = info[f"{info['general.architecture']}.context_length"]
    planted = a_model(
        shape=info,
        weights=Bytes(9 * GB),
        longest_window=Known(longest),
        window=Known(Window(Tokens(65_536), "computed", "the server's own default")),
    )
    one = installed(planted, a_server(planted, loaded=Known(())))
    for asked in (Asked(), Asked(kv_type="q8_0", parallel=4), Asked(kv_type="q4_0", parallel=2)):
        (told,) = ranked([one], free(*cards), asked)
        shown = fit(one, free(*cards), asked)

        assert shown.largest_on_gpu == told.largest_on_gpu
        assert shown.largest_in_memory == told.largest_in_memory
        # nor do the bars contradict the windows that fit
        for each in shown.windows:
            assert (each.where == "gpu") == (each.window <= shown.largest_on_gpu.value)
            assert (each.where != "nowhere") == (each.window <= shown.largest_in_memory.value)
