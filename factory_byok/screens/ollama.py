"""How Ollama is present on this machine, in words."""

from typing import Final

from factory_byok.core.facts import InstallKind, OllamaInstall, Reading, Unknown

KINDS: Final[dict[InstallKind, str]] = {
    "service": "a service",
    "app": "the desktop app",
    "homebrew": "Homebrew's",
    "container": "in a container",
    "by hand": "started by hand",
}


def ollama_phrase(reading: Reading[OllamaInstall]) -> str:
    """`a service (/usr/local/bin/ollama), runs on port 11434`, or why it is not known."""
    if isinstance(reading, Unknown):
        return f"not known: {reading.why}"
    install = reading.value
    ports = ", ".join(str(port) for port in install.ports)
    runs = f"runs on port {ports}" if ports else "runs"
    if install.kind == "absent":
        return f"no program found, but one {runs}" if install.running else "not installed"
    where = f" ({install.program})" if install.program else ""
    if install.running:
        return f"{KINDS[install.kind]}{where}, {runs}"
    kind = "installed" if install.kind == "by hand" else KINDS[install.kind]
    return f"{kind}{where}, does not run"
