"""The next step on this platform, as remedies that several checks share; pure."""

from typing import Final

from factory_byok.facts import Known, Machine, Model, OllamaInstall, Server, Snapshot
from factory_byok.findings import Remedy
from factory_byok.units import Tokens

FLOOR: Final = Tokens(32_000)  # docs.factory.ai/cli/byok/ollama: the least that droid needs
AIM: Final = Tokens(64_000)  # docs.ollama.com/integrations/droid
SMALLEST: Final = 30_000_000_000  # below 30B: "significantly lower performance" (Factory's page)
DOWNLOAD: Final = "https://ollama.com/download"


def install_of(snap: Snapshot) -> OllamaInstall | None:
    """How Ollama is present here; None when that is not known."""
    return snap.ollama.value if isinstance(snap.ollama, Known) else None


def start_ollama(snap: Snapshot) -> Remedy:
    """How to start Ollama on this machine, or to install it when it is absent."""
    install, system = install_of(snap), snap.machine.system
    if install is None:
        return Remedy("Start Ollama", ("ollama", "serve"))
    if install.kind == "absent":
        return Remedy(f"Install Ollama from {DOWNLOAD}, then start it")
    if install.kind == "service":
        return Remedy("Start Ollama's service", ("sudo", "systemctl", "start", "ollama"))
    if install.kind == "homebrew":
        return Remedy("Start Ollama's service", ("brew", "services", "start", "ollama"))
    if install.kind == "app" and system == "darwin":
        return Remedy("Start the Ollama app", ("open", "-a", "Ollama"))
    if install.kind == "app":
        return Remedy("Start Ollama from the Start menu")
    return Remedy("Start Ollama in a terminal of its own", ("ollama", "serve"))


def raise_window(snap: Snapshot, server: Server, model: Model) -> Remedy:
    """How to give a model on this server a window of at least 32,000 tokens."""
    if not server.window_setting:
        return Remedy(f"Raise the window in the server's own settings to {FLOOR:,} or more")
    if model.settings.get("num_ctx"):
        return Remedy(
            f"The model's own file sets `num_ctx`: make a copy of {model.name} with a larger one, "
            "which beats every server setting"
        )
    setting = f"{server.window_setting}={FLOOR}"
    install, system = install_of(snap), snap.machine.system
    kind = install.kind if install else "by hand"
    if kind == "service":
        return Remedy(
            f'Add `Environment="{setting}"` under `[Service]` with '
            "`sudo systemctl edit ollama.service`, then restart Ollama",
            ("sudo", "systemctl", "restart", "ollama"),
        )
    if kind == "app" and system == "darwin":
        return Remedy("Move the context length slider in the Ollama app's settings to 32k or more")
    if kind == "app":
        return Remedy(
            "Move the context length slider in Ollama's settings to 32k or more, or set "
            f"{server.window_setting} in the user's environment variables and restart Ollama"
        )
    if system == "windows":
        return Remedy(f"Run `setx {server.window_setting} {FLOOR}`, then restart `ollama serve`")
    return Remedy(f"Stop Ollama and start it with `{setting} ollama serve`")


def gpus_here(machine: Machine) -> int:
    """How many GPUs were read."""
    readings = [each.value for each in machine.gpus.values() if isinstance(each, Known)]
    return sum(len(gpus) for gpus in readings)
