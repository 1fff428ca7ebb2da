"""What is known of a model, and from where."""

from dataclasses import replace

import pytest

from factory_byok.core.facts import Known, Loaded, ServerSettings, Unknown
from factory_byok.core.units import Bytes, Tokens
from factory_byok.sizing import catalogue
from factory_byok.sizing.fitting.candidate import by_name, installed
from factory_byok.sizing.memory.demand import demand
from tests.builders import a_model, a_server
from tests.sizing.fitting.builders import model

ROW = catalogue.lookup("qwen3-coder:30b")
assert ROW is not None
IDLE = a_server(loaded=Known(()))
SHOWN = a_model(shape=ROW.info)


def test_the_servers_metadata_goes_before_the_catalogue() -> None:
    found = installed(SHOWN, IDLE)

    assert (found.source, found.shape.basis) == ("server", "computed")
    assert found.shape.weights == 18_556_701_140
    assert found.installed


def test_a_model_whose_metadata_is_not_told_takes_the_catalogues_shape() -> None:
    found = installed(a_model(), IDLE)

    assert found.shape.layers == 48
    assert found.shape.weights == 18_556_701_140


def test_a_loaded_model_corrects_the_sum() -> None:
    shape = installed(SHOWN, IDLE).shape
    size = Bytes(demand(shape, 65_536).reported + 200_000_000)
    held = Loaded("qwen3-coder:30b", size, size, Known(Tokens(65_536)))

    found = installed(SHOWN, a_server(loaded=Known((held,))))

    assert (found.source, found.shape.basis) == ("loaded", "measured")
    assert found.shape.weights == shape.weights + 200_000_000
    assert found.loaded_at == 65_536


def test_the_servers_own_kv_type_is_taken_for_the_correction() -> None:
    shape = installed(SHOWN, IDLE).shape
    size = demand(shape, 65_536, "q8_0", 2).reported
    held = Loaded("qwen3-coder:30b", size, size, Known(Tokens(65_536)))
    variables = {"OLLAMA_KV_CACHE_TYPE": "q8_0", "OLLAMA_NUM_PARALLEL": "2"}
    server = a_server(loaded=Known((held,)), settings=Known(ServerSettings(Known(variables))))

    assert installed(SHOWN, server).shape.weights == shape.weights


def test_a_name_of_the_catalogue_needs_no_server() -> None:
    found = model("qwen2.5-coder:32b")

    assert (found.source, found.tools, found.shape.basis) == ("catalogue", "as text", "computed")
    assert found.shape.longest_window == 32_768


def test_a_size_that_is_worked_out_is_an_assumption() -> None:
    found = model("qwen3-coder:30b-a3b-fp16")

    assert found.shape.basis == "assumed"
    assert "bits per weight" in found.shape.assumptions[-1]


def test_a_name_with_a_number_is_a_guess() -> None:
    found = model("somebody/something:13b")

    assert (found.source, found.shape.basis, found.tools) == ("name", "assumed", "unknown")


def test_a_name_that_tells_nothing_is_nothing() -> None:
    assert by_name("something") is None


@pytest.mark.parametrize("name", ["qwen3-coder:480b-cloud", "gpt-oss:120b-cloud"])
def test_a_cloud_model_has_the_abilities_of_the_same_model_at_home(name: str) -> None:
    found = model(name)

    assert (found.cloud, found.tools) == (True, "yes")
    assert found.shape.weights == 0
    assert found.shape.longest_window >= 131_072


def test_an_installed_cloud_model_needs_nothing_here() -> None:
    stub = a_model(name="glm-5:cloud", weights=Bytes(384), remote_host="https://ollama.com:443")

    assert installed(stub, IDLE).cloud


@pytest.mark.parametrize(
    ("name", "told", "tools"),
    [
        ("qwen3:8b", ("completion", "tools"), "yes"),
        ("qwen2.5-coder:7b", ("completion", "tools"), "as text"),
        ("qwen2.5-coder:7b-ctx32768", ("completion", "tools"), "as text"),
        ("hf.co/bartowski/Qwen2.5-Coder-7B-GGUF:Q4_K_M", ("completion", "tools"), "as text"),
        ("gemma3:4b", ("completion",), "no"),
    ],
)
def test_tool_calls_are_what_the_server_tells_but_for_those_that_come_as_text(
    name: str, told: tuple[str, ...], tools: str
) -> None:
    assert installed(replace(SHOWN, name=name, capabilities=Known(told)), IDLE).tools == tools


def test_a_list_without_tools_does_not_prove_that_there_are_none() -> None:
    listed = a_model(name="private:7b", capabilities=Known(("completion",)))
    silent = a_model(name="private:7b", capabilities=Unknown("an old server"))

    assert installed(listed, IDLE).tools == "unknown"
    assert installed(silent, IDLE).tools == "unknown"
    assert demand(installed(silent, IDLE).shape, 4096).total > 0


def test_drafts_that_the_models_file_asks_for_count_where_it_can_predict_ahead() -> None:
    info = dict(next(each for each in catalogue.rows() if each.model == "qwen3.8").info)
    info = {key: value for key, value in info.items() if not key.endswith("draft_num_predict")}
    told = a_model(name="own:27b", family="qwen35", shape=info)

    ahead = installed(replace(told, settings={"draft_num_predict": "4"}), a_server())
    plain = installed(told, a_server())

    assert (ahead.shape.drafts, plain.shape.drafts) == (4, 0)
    assert demand(ahead.shape, 65_536).total > demand(plain.shape, 65_536).total + 10**9
