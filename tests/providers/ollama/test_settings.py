"""What a server was started with."""

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from factory_byok.core.facts import Known, ServerSettings, Unknown
from factory_byok.core.world import World
from factory_byok.providers.ollama.settings import look, parse_unit
from tests.hardware.worlds import a_world, said
from tests.providers.machines import Program, Programs

SERVE = ("/usr/local/bin/ollama", "serve")
SHOWN = (
    "Environment=PATH=/usr/local/sbin:/usr/bin OLLAMA_HOST=0.0.0.0 "
    '"OLLAMA_CONTEXT_LENGTH=32000" OLLAMA_API_KEY=secret\n'
    "EnvironmentFiles=/etc/default/ollama (ignore_errors=yes)\n"
)
SHOW = "systemctl show ollama"
UNIT = "0::/system.slice/ollama.service"


def started(world: World) -> ServerSettings:
    reading = look(world, 11434)
    assert isinstance(reading, Known)
    return reading.value


def group(root: Path, text: str) -> None:
    path = root / "proc/812/cgroup"
    path.parent.mkdir(parents=True)
    path.write_text(text, "utf-8")


def test_the_process_itself_is_asked_first_and_secrets_stay_behind(tmp_path: Path) -> None:
    env = {"OLLAMA_CONTEXT_LENGTH": "8192", "OLLAMA_API_KEY": "secret", "HOME": "/home/ada"}
    psutil = Programs([Program(812, "ollama", SERVE, [11434], env)])
    found = started(a_world(tmp_path, modules={"psutil": psutil}))
    assert found.variables == Known({"OLLAMA_CONTEXT_LENGTH": "8192"})
    assert (found.pid, found.source) == (812, "the environment of process 812")


def test_a_hidden_service_is_asked_of_systemd_and_its_files(tmp_path: Path) -> None:
    group(tmp_path, UNIT)
    defaults = tmp_path / "etc/default/ollama"
    defaults.parent.mkdir(parents=True)
    defaults.write_text("# comment\nOLLAMA_KEEP_ALIVE='1h'\n", "utf-8")
    psutil = Programs([Program(812, "ollama", SERVE, [11434], hidden_ports=True)])
    found = started(a_world(tmp_path, modules={"psutil": psutil}, run={SHOW: said(SHOWN)}))
    assert found.started_by == "service"
    assert found.source == "`systemctl show ollama`"
    assert found.variables == Known(
        {"OLLAMA_HOST": "0.0.0.0", "OLLAMA_CONTEXT_LENGTH": "32000", "OLLAMA_KEEP_ALIVE": "1h"}
    )


def test_a_file_that_may_not_be_read_makes_the_whole_unknown(tmp_path: Path) -> None:
    group(tmp_path, UNIT)
    psutil = Programs([Program(812, "ollama", SERVE, [11434])])
    found = started(a_world(tmp_path, modules={"psutil": psutil}, run={SHOW: said(SHOWN)}))
    assert isinstance(found.variables, Unknown)


def test_without_systemctl_the_reason_is_kept(tmp_path: Path) -> None:
    group(tmp_path, UNIT)
    psutil = Programs([Program(812, "ollama", SERVE, [11434])])
    found = started(a_world(tmp_path, modules={"psutil": psutil}))
    assert isinstance(found.variables, Unknown)
    assert "systemctl" in found.variables.why


def test_another_users_server_by_hand_is_unknown(tmp_path: Path) -> None:
    psutil = Programs([Program(812, "ollama", SERVE, [11434])])
    found = started(a_world(tmp_path, modules={"psutil": psutil}))
    assert isinstance(found.variables, Unknown)


def test_no_process_is_unknown(tmp_path: Path) -> None:
    assert isinstance(look(a_world(tmp_path, modules={"psutil": Programs([])}), 11434), Unknown)


def test_a_container_is_asked_of_docker(tmp_path: Path) -> None:
    psutil = Programs([Program(9, "docker-proxy", ("docker-proxy",), [11434])])
    config = '{"Env": ["PATH=/usr/bin", "OLLAMA_CONTEXT_LENGTH=65536"]}'
    run = {"docker ps": said("olla\n"), "docker inspect": said(config)}
    found = started(a_world(tmp_path, modules={"psutil": psutil}, run=run))
    assert (found.started_by, found.container) == ("container", "olla")
    assert found.variables == Known({"OLLAMA_CONTEXT_LENGTH": "65536"})


def test_docker_that_tells_nonsense_leaves_it_unknown(tmp_path: Path) -> None:
    psutil = Programs([Program(9, "docker-proxy", ("docker-proxy",), [11434])])
    for answer in ("", "nonsense", "[]", '{"Env": 3}'):
        run = {"docker ps": said("olla\n" if answer else ""), "docker inspect": said(answer)}
        found = started(a_world(tmp_path, modules={"psutil": psutil}, run=run))
        assert found.started_by == "container"


def test_homebrew_on_a_mac_is_asked_of_launchd(tmp_path: Path) -> None:
    command = ("/opt/homebrew/opt/ollama/bin/ollama", "serve")
    psutil = Programs([Program(7, "ollama", command, [11434], parent=1), Program(1, "launchd")])
    run = {"launchctl getenv OLLAMA_CONTEXT_LENGTH": said("32000\n"), "launchctl": said("")}
    world = a_world(tmp_path, system="darwin", modules={"psutil": psutil}, run=run)
    assert started(world).variables == Known({"OLLAMA_CONTEXT_LENGTH": "32000"})


@given(st.text(max_size=200))
def test_no_text_breaks_the_reader_of_units(text: str) -> None:
    parse_unit(f"Environment={text}")
    parse_unit(text)
