"""byok fit: the whole verb, with and without a server, on this and on planted machines."""

import json
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from factory_byok.core.addresses import Address
from factory_byok.core.facts import Cpu, Gpu, Known, Machine, Unknown
from factory_byok.core.units import Bytes
from factory_byok.workflows import fit as sizing
from tests.commands.conftest import Byok
from tests.doubles.faults import closed_port
from tests.doubles.ollama import GALLERY, Ollama, a_model
from tests.doubles.ollama import Model as Served
from tests.sizing.fitting.builders import a_card, a_machine
from tests.sizing.memory.engine import DATA as ENGINE

Make = Callable[..., Ollama]
Plant = Callable[[Machine], None]

SCREENS = Path(__file__).parents[1] / "screens"
PARTS = ("weights", "kv_cache", "compute", "overhead")
NOBODY = "http://localhost:1"

CPU = Known(Cpu("AMD Ryzen 9 7950X", 32, ("avx2", "avx512f")))
WORKSTATION = a_machine(a_card(24, 23.3), cpu=CPU)
TWO_CARDS = a_machine(
    a_card(12, 11.5, name="NVIDIA GeForce RTX 3060"),
    a_card(12, 11.6, name="NVIDIA GeForce RTX 3060"),
    cpu=CPU,
)
LAPTOP = a_machine(memory=16, available=12, cpu=Known(Cpu("Intel Core i7-1265U", 12, ("avx2",))))
MAC = a_machine(
    system="darwin",
    cpu=Known(Cpu("Apple M3 Max", 16, ("neon",))),
    gpus={
        "apple": Known(
            (a_card(51.8, 45, name="Apple M3 Max", vendor="apple", unified=True),),
        )
    },
)
UNREAD = a_machine(
    cpu=CPU, gpus={"nvidia": Unknown("the driver does not answer"), "amd": Known(())}
)


@pytest.fixture
def plant(monkeypatch: pytest.MonkeyPatch) -> Plant:
    """Makes a machine the one that byok looks at."""

    def put(machine: Machine) -> None:
        monkeypatch.setattr(sizing, "look_at_machine", lambda *_: machine)
        monkeypatch.setenv("OLLAMA_HOST", NOBODY)
        monkeypatch.setenv("COLUMNS", "80")

    return put


def sums(part: dict[str, Any]) -> bool:
    return bool(sum(part[each] for each in PARTS) == part["total"])


# --- one model -----------------------------------------------------------------------------------


@pytest.mark.outside
def test_a_model_needs_no_server(byok: Byok) -> None:
    ran = byok(
        "fit", "qwen2.5-coder:32b", "--endpoint", f"http://127.0.0.1:{closed_port()}", "--json"
    )

    assert ran.code == 0
    assert ran.data["basis"] == "computed"
    assert ran.data["source"] == "catalogue"
    assert ran.data["tools"] == "as text"
    assert sums(ran.data["demand"])
    assert ran.json["findings"][-1]["level"] == "note"


@pytest.mark.outside
def test_every_window_sums_up_and_lands_somewhere(byok: Byok, plant: Plant) -> None:
    plant(WORKSTATION)

    data = byok("fit", "qwen3-coder:30b", "--json").data

    assert [each["window"] for each in data["windows"]] == [4096, 32768, 65536, 131072, 262144]
    for each in data["windows"]:
        assert sums(each)
        place = each["placement"]
        assert place["on_gpu"] + place["in_memory"] == each["total"]
    assert data["placement"]["on_gpu"] == data["demand"]["total"]
    assert 32_000 < data["largest_window_on_gpu"] < 65_536
    assert data["with_q8_0"]["kv_cache"] * 64 == data["demand"]["kv_cache"] * 34
    assert data["table"]["row"] == "30B"


@pytest.mark.outside
def test_the_demand_is_the_same_on_every_machine(byok: Byok, plant: Plant) -> None:
    demands = []
    for machine in (WORKSTATION, TWO_CARDS, LAPTOP, MAC, UNREAD):
        plant(machine)
        data = byok("fit", "qwen3-coder:30b", "--window", "65536", "--json").data
        demands.append(json.dumps(data["demand"]))

    assert len(set(demands)) == 1
    assert json.loads(demands[0])["kv_cache"] == 6 * 2**30


@pytest.mark.outside
def test_options_reach_the_sum(byok: Byok, plant: Plant) -> None:
    plant(WORKSTATION)

    def told(*words: str) -> dict[str, Any]:
        demand: dict[str, Any] = byok("fit", "llama3.1:8b", *words, "--json").data["demand"]
        return demand

    assert told("--window", "65536")["kv_cache"] == 8 * 2**30
    assert told("--window", "65536", "--kv-type", "q8_0")["kv_cache"] == 8 * 2**30 * 17 // 32
    assert told("--window", "32768", "--parallel", "2")["kv_cache"] == 8 * 2**30
    assert told("--gpus", "2")["overhead"] == 2 * told()["overhead"]


@pytest.mark.outside
def test_a_pulled_model_is_asked_about(byok: Byok, ollama: Make) -> None:
    double = ollama(["qwen3-coder:30b"])

    data = byok("fit", "qwen3-coder:30b", "--endpoint", double.url, "--json").data

    assert (data["source"], data["quantization"]) == ("server", "Q4_K_M")
    assert data["file"] == GALLERY["qwen3-coder:30b"].size
    # the token embeddings stay in system memory
    assert 0.97 * data["file"] < data["demand"]["weights"] < data["file"]
    assert len(double.asked("/api/show")) == 1


@pytest.mark.outside
def test_a_null_that_is_needed_costs_one_verbose_question(byok: Byok, ollama: Make) -> None:
    many = {"tokenizer.ggml.tokens": ["x" * 100] * 120_000}  # more than a usual reply may have
    key = "qwen2.attention.head_count_kv"
    info = {name: value for name, value in a_model("odd:7b", 7.6).info.items() if name != key}
    odd = Served(
        "odd:7b",
        family="qwen2",
        info=info,
        arrays={key: [4] * 28, **many},
        size=10**9,
        longest_window=65_536,
    )
    double = ollama([odd])

    data = byok("fit", "odd:7b", "--endpoint", double.url, "--json").data

    assert data["basis"] == "computed"
    assert [seen.json.get("verbose") for seen in double.asked("/api/show")] == [None, True]
    assert data["demand"]["kv_cache"] == 32_000 * 28 * 4 * 2 * 128 * 2


# Models of 2026 whose arrays `/api/show` leaves out unless it is asked with `verbose`.
PLANTED = (
    "gemma4:26b",
    "gemma4:e4b",
    "gemma4:12b",
    "granite4:small-h",
    "granite4:micro-h",
    "nemotron-3-nano:30b",
    "lfm2:24b-a2b",
    "lfm2:1.2b",
    "kimi-linear:48b",
    "mimo-v2-flash",
)


def planted(name: str) -> Served:
    """A model as Ollama serves it: its lists only in a full answer."""
    told = ENGINE["shapes"][name]
    family = told["general.architecture"]
    arrays = {key: value for key, value in told.items() if isinstance(value, list)}
    info = {key: value for key, value in told.items() if key not in arrays}
    return Served(
        name if ":" in name else f"{name}:latest",
        family=family,
        info=info,
        arrays={**arrays, "tokenizer.ggml.tokens": ["a"] * 1000},
        size=10 * 10**9,
        longest_window=told[f"{family}.context_length"],
    )


@pytest.mark.outside
def test_the_list_and_the_screen_of_one_model_say_the_same(
    byok: Byok, ollama: Make, plant: Plant
) -> None:
    plant(WORKSTATION)
    double = ollama([planted(each) for each in PLANTED])

    listed = byok("fit", "--endpoint", double.url, "--json").data["models"]
    told = {each["model"]: each for each in listed}
    asked = len(double.asked("/api/show"))

    for name in PLANTED:
        full = name if ":" in name else f"{name}:latest"
        one = byok("fit", name, "--endpoint", double.url, "--json").data
        assert one["basis"] == told[full]["basis"] == "computed"
        for key in ("largest_window_on_gpu", "largest_window_in_memory"):
            assert one[key] == told[full][key]
    # the full answers are remembered: every later look costs one plain question
    assert len(double.asked("/api/show")) == asked + len(PLANTED)


@pytest.mark.outside
def test_a_cache_that_cannot_be_known_is_a_range(byok: Byok, ollama: Make, plant: Plant) -> None:
    plant(WORKSTATION)
    key = "granitehybrid.attention.head_count_kv"
    shy = planted("granite4:micro-h")
    # a model that byok's own table does not know either
    own = {key: None, "granitehybrid.embedding_length": 2176}
    shy = replace(shy, info={**shy.info, **own}, arrays={})
    double = ollama([replace(shy, name="own:3b")])

    data = byok("fit", "own:3b", "--endpoint", double.url, "--json").data
    shown = byok("fit", "own:3b", "--endpoint", double.url).out

    assert data["basis"] == "assumed"
    assert data["least"] < data["placement"]["total"]
    assert " to " in next(line for line in shown.splitlines() if "Needs" in line)


@pytest.mark.outside
def test_a_loaded_model_is_measured(byok: Byok, ollama: Make) -> None:
    double = ollama(["qwen2.5-coder:7b"])
    double.state.load(double.state.find("qwen2.5-coder:7b"), {"num_ctx": 8192}, "5m")

    ran = byok("fit", "qwen2.5-coder:7b", "--endpoint", double.url, "--json")

    assert (ran.data["source"], ran.data["basis"]) == ("loaded", "measured")
    assert ran.data["loaded_window"] == 8192
    assert 8192 in [each["window"] for each in ran.data["windows"]]


@pytest.mark.outside
def test_a_server_elsewhere_says_nothing_about_this_machine(
    byok: Byok, ollama: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    double = ollama(["qwen2.5-coder:7b"])
    monkeypatch.setattr(Address, "loopback", False)

    data = byok("fit", "qwen2.5-coder:7b", "--endpoint", double.url, "--json").data

    assert data["placement"]["where"] == "unknown"
    assert data["largest_window_on_gpu"] is None
    assert data["demand"]["total"] > 0


@pytest.mark.outside
def test_a_cloud_model_needs_no_memory_here(byok: Byok, plant: Plant) -> None:
    plant(LAPTOP)

    ran = byok("fit", "qwen3-coder:480b-cloud", "--json")
    told = byok("fit", "qwen3-coder:480b-cloud")

    assert (ran.code, ran.json["status"]) == (0, "ok")
    assert ran.data["cloud"] is True
    assert ran.data["demand"]["total"] == 0
    assert ran.data["placement"]["where"] == "cloud"
    assert "needs none here" in told.out


@pytest.mark.outside
def test_what_does_not_fit_is_said_with_what_would(byok: Byok, plant: Plant) -> None:
    plant(LAPTOP)

    ran = byok("fit", "llama3.3:70b", "--json")

    assert ran.code == 0
    assert ran.data["placement"]["where"] == "nowhere"
    assert ran.data["placement"]["missing"] > 0
    assert ran.json["findings"][0]["remedy"]["command"] == ["byok", "fit"]


@pytest.mark.outside
def test_a_window_above_the_longest_is_cut_and_that_is_said(byok: Byok, plant: Plant) -> None:
    plant(WORKSTATION)

    ran = byok("fit", "qwen2.5-coder:7b", "--window", "99999", "--json")

    assert ran.code == 0
    assert ran.data["window"] == 32_768
    assert "longest window" in ran.json["findings"][0]["message"]


@pytest.mark.outside
@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("fit", "qwen3:8b", "--window", "0"), 2, "`--window` must be 1 or more"),
        (("fit", "qwen3:8b", "--window", "-5"), 2, "`--window` must be 1 or more"),
        (("fit", "qwen3:8b", "--gpus", "0"), 2, "`--gpus` must be 1 or more"),
        (("fit", "qwen3:8b", "--parallel", "0"), 2, "`--parallel` must be 1 or more"),
        (("fit", "qwen3:8b", "--kv-type", "q9"), 2, "`--kv-type` is f16, q8_0 or q4_0, not `q9`"),
        (("fit", "--window", "8192"), 2, "`--window` needs a model"),
        (("fit", "not a name"), 2, "is not a model name"),
        (("fit", "qwen3:8b", "--endpoint", "nonsense"), 2, "not an http or https URL"),
        (("fit", "mystery"), 1, "Nothing tells how large `mystery` is"),
        (("fit", "qwen3-codr"), 1, "Did you mean `qwen3-coder:30b`"),
    ],
)
def test_what_cannot_be_answered_is_one_clear_error(
    byok: Byok, plant: Plant, words: tuple[str, ...], code: int, said: str
) -> None:
    plant(WORKSTATION)

    ran = byok(*words)

    assert ran.code == code
    assert ran.out == ""
    told = " ".join(ran.err.split())  # long lines are wrapped
    assert said in told
    assert told.startswith("error: ") if code == 1 else True
    assert told.count("error: ") + told.count("hint: ") <= 2


# --- the machine ---------------------------------------------------------------------------------


@pytest.mark.outside
def test_the_machine_is_shown_without_a_server(byok: Byok, plant: Plant) -> None:
    plant(WORKSTATION)

    ran = byok("fit", "--json")

    assert ran.code == 0
    assert ran.data["recommendation"]["gpu_row"] == "30B"
    names = [each["model"] for each in ran.data["models"]]
    assert {"qwen2.5-coder:32b", "qwen2.5-coder:7b", "qwen3-coder:30b"} <= set(names)
    first, last = ran.data["models"][0], ran.data["models"][-1]
    assert (first["tools"], first["reaches_64k"], first["source"]) == ("yes", True, "catalogue")
    assert last["tools"] == "as text"
    assert set(first) >= {"parameters", "largest_window_on_gpu", "reaches_32k", "reason", "basis"}


@pytest.mark.outside
def test_without_a_card_nothing_runs_partly_on_the_cpu(byok: Byok, plant: Plant) -> None:
    plant(a_machine(memory=25, available=24))

    shown = " ".join(byok("fit").out.split())

    assert "runs on the CPU with 32,000 tokens, by its row, 30B, it does not fit" in shown


@pytest.mark.outside
def test_doctor_and_fit_recommend_the_same(
    byok: Byok, ollama: Make, empty_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = a_model("mine:8b", 8, capabilities=("completion", "tools"))
    double = ollama([mine, "qwen2.5-coder:7b"])
    monkeypatch.setenv("OLLAMA_HOST", double.url)

    told = [byok(verb, "--json").data["recommendation"] for verb in ("doctor", "fit")]

    names = [each["own"]["model"] for each in told]
    assert names[0] == names[1]
    assert told[0]["best"] == told[1]["best"]


@pytest.mark.outside
def test_installed_models_are_ranked_with_the_others(
    byok: Byok, ollama: Make, plant: Plant
) -> None:
    plant(WORKSTATION)
    embedder = a_model("nomic-embed-text", 0.1, capabilities=("embedding",))
    double = ollama(["qwen3-coder:30b", "qwen2.5-coder:32b", "smollm2", embedder])

    ran = byok("fit", "--endpoint", double.url, "--json")

    told = {each["model"]: each for each in ran.data["models"]}
    installed = [name for name, each in told.items() if each["source"] == "installed"]
    assert installed == ["qwen3-coder:30b", "qwen2.5-coder:32b", "smollm2:latest"]
    assert told["smollm2:latest"]["tools"] == "no"
    assert len(double.asked("/api/show")) == 4


@pytest.mark.outside
def test_a_silent_server_that_was_named_is_a_note(byok: Byok, plant: Plant) -> None:
    plant(WORKSTATION)

    named = byok("fit", "--endpoint", NOBODY, "--json")

    assert (named.code, named.json["status"]) == (0, "note")
    assert byok("fit", "--json").json["status"] == "ok"


# --- screens -------------------------------------------------------------------------------------

SHOWN: dict[str, tuple[Machine, tuple[str, ...]]] = {
    "fit": (WORKSTATION, ()),
    "fit-no-gpu": (LAPTOP, ()),
    "fit-unread-gpu": (UNREAD, ()),
    "fit-model": (WORKSTATION, ("qwen3-coder:30b",)),
    "fit-model-page": (WORKSTATION, ("qwen2.5-coder:32b",)),
    "fit-model-two-cards": (TWO_CARDS, ("qwen3-coder:30b", "--window", "48000")),
    "fit-model-mac": (MAC, ("qwen3-coder:30b", "--kv-type", "q8_0")),
    "fit-model-no-gpu": (LAPTOP, ("gpt-oss:20b",)),
    "fit-model-unread-gpu": (UNREAD, ("devstral", "--window", "65536")),
    "fit-model-guess": (WORKSTATION, ("someone/unheard-of:34b",)),
    "fit-model-cloud": (LAPTOP, ("qwen3-coder:480b-cloud",)),
}


@pytest.mark.outside
@pytest.mark.parametrize("name", SHOWN)
def test_a_screen_is_as_it_was_reviewed(byok: Byok, plant: Plant, name: str) -> None:
    machine, words = SHOWN[name]
    plant(machine)

    ran = byok("fit", *words)

    shown = f"$ byok {' '.join(('fit', *words))}\n{ran.out}"
    assert ran.code == 0
    assert max(map(len, ran.out.splitlines())) <= 80
    file = SCREENS / f"{name}.txt"
    if os.environ.get("BYOK_UPDATE_SCREENS"):
        file.write_text(shown, "utf-8")
    assert shown == file.read_text("utf-8")


@pytest.mark.outside
def test_a_screen_is_readable_in_plain_ascii(
    byok: Byok, plant: Plant, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant(WORKSTATION)
    monkeypatch.setattr("factory_byok.screens.style._speaks_unicode", lambda _: False)

    for words in ((), ("qwen3-coder:30b",)):
        out = byok("fit", *words).out
        assert out.isascii()
    assert "# weights  = KV cache  + compute  - overhead" in out


def test_the_cards_of_the_planted_machines_are_cards() -> None:
    assert isinstance(a_card(), Gpu)
    assert a_card().memory == Known(Bytes(24 * 2**30))
