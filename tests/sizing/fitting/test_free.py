"""What a machine has free for a model."""

from factory_byok.core.facts import Known, Loaded, Machine, Unknown
from factory_byok.core.units import GIB, Bytes
from factory_byok.sizing.fitting.free import free_memory, nowhere_known
from tests.sizing.fitting.builders import GB, a_card, a_machine


def loaded(size: int, on_gpu: int) -> Loaded:
    return Loaded("other:7b", Bytes(size), Bytes(on_gpu))


def test_each_card_counts_with_what_is_free_on_it() -> None:
    found = free_memory(a_machine(a_card(24, 20), a_card(12, 11)))

    assert found.on_cards == (20 * GIB, 11 * GIB)
    assert found.gpu_total == 31 * GIB
    assert found.memory == Known(60 * GB)
    assert found.notes == ()


def test_a_card_whose_free_memory_is_not_told_counts_whole_and_that_is_said() -> None:
    found = free_memory(a_machine(a_card(24, free=Unknown("no permission"))))

    assert found.on_cards == (24 * GIB,)
    assert "free is not known" in found.notes[0]


def test_a_card_that_ollama_leaves_out_does_not_count() -> None:
    found = free_memory(a_machine(a_card(24, left_out="hidden by CUDA_VISIBLE_DEVICES")))

    assert found.cards == ()
    assert found.gpus_known


def test_no_card_is_known_to_be_none() -> None:
    found = free_memory(a_machine())

    assert (found.cards, found.gpus_known, found.device) == ((), True, "cpu")
    assert found.notes == ()


def test_a_card_that_byok_knows_tells_what_cuda_takes_and_another_a_range() -> None:
    known = free_memory(a_machine(a_card(24, name="NVIDIA GeForce RTX 3090")))
    other = free_memory(a_machine(a_card(24, name="NVIDIA Quadro X9")))

    assert known.context == 82 * 3 * 2**20
    assert known.notes == ()
    assert other.context is None
    assert "75.5 MB to 591 MB, and 403 MB are counted" in other.notes[0]


def test_llama_cpp_leaves_a_gibibyte_free_on_each_card() -> None:
    found = free_memory(a_machine(a_card(24, 20), a_card(12, 0.5)))
    mac = free_memory(a_machine(a_card(48, 40, unified=True), system="darwin"))

    # of which the scratch of a CUDA card is counted in every sum
    assert found.usable == 20 * GIB - found.margin
    assert found.margin == GIB - 256 * 2**20
    assert mac.usable == 40 * GIB - GIB


def test_a_card_that_could_not_be_read_is_unknown_and_not_none() -> None:
    silent = free_memory(a_machine(gpus={"nvidia": Unknown("the driver hangs")}))
    half = free_memory(a_machine(a_card(free=Known(Bytes(GIB)), memory=Unknown("not told"))))
    nobody = free_memory(Machine("linux"))

    assert not silent.gpus_known
    assert silent.notes == ("Not counted: nvidia cards (the driver hangs)",)
    assert not half.gpus_known
    assert not nobody.gpus_known
    assert isinstance(nobody.memory, Unknown)


def test_one_unread_vendor_does_not_hide_the_cards_of_another() -> None:
    machine = a_machine(gpus={"nvidia": Known((a_card(),)), "amd": Unknown("no driver")})

    found = free_memory(machine)

    assert found.gpus_known
    assert len(found.cards) == 1
    assert found.notes == ("Not counted: amd cards (no driver)",)


def test_memory_that_the_gpu_shares_counts_once() -> None:
    apple = a_card(48, 40, name="Apple M3 Max", vendor="apple", unified=True)
    machine = a_machine(
        system="darwin", available=50, gpus={"apple": Known((apple,)), "other": Known((apple,))}
    )

    found = free_memory(machine)

    assert found.on_cards == (40 * GIB,)
    assert found.memory == Known(50 * GB - 40 * GIB)
    assert found.device == "metal"


def test_graphics_that_share_memory_are_no_card_beside_a_card() -> None:
    both = {
        "nvidia": Known((a_card(24, 23),)),
        "amd": Known((a_card(48, 40, name="AMD Radeon 890M", vendor="amd", unified=True),)),
    }

    found = free_memory(a_machine(gpus=both))

    assert found.on_cards == (23 * GIB,)
    assert found.memory == Known(60 * GB)
    assert "AMD Radeon 890M shares" in found.notes[0]


def test_a_carve_out_leaves_the_system_its_memory() -> None:
    halo = a_card(96, 95, name="AMD Radeon 8060S", vendor="amd")

    found = free_memory(a_machine(available=29.9, gpus={"amd": Known((halo,))}))

    assert found.on_cards == (95 * GIB,)
    assert found.memory == Known(Bytes(round(29.9 * GB)))


def test_what_ollama_holds_counts_as_free() -> None:
    machine = a_machine(a_card(24, 4), a_card(24, 23))

    found = free_memory(machine, [loaded(22 * GIB, 20 * GIB)])

    assert found.on_cards == (24 * GIB, 23 * GIB)
    assert found.memory == Known(60 * GB + 2 * GIB)
    assert "Ollama holds now" in found.notes[-1]


def test_nothing_is_known_of_another_machine() -> None:
    found = nowhere_known()

    assert not found.gpus_known
    assert "server's machine" in found.notes[0]
