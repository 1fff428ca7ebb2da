"""What kind of place this is: inside Windows (WSL), inside a container, or neither."""

from typing import Final

from factory_byok.core.world import World
from factory_byok.hardware.sysfs import text

# Files that Docker and Podman put into every container
CONTAINER_FILES: Final = (".dockerenv", "run/.containerenv")

# Set by systemd-nspawn, Podman and LXC (systemd.io/CONTAINER_INTERFACE), and by Kubernetes
CONTAINER_VARIABLES: Final = ("container", "KUBERNETES_SERVICE_HOST")

# Words in /proc/self/cgroup and /proc/1/cgroup of Docker, Kubernetes, containerd, LXC, Podman
CONTAINER_GROUPS: Final = ("/docker", "/kubepods", "containerd", "/lxc", "libpod")


def in_wsl(world: World) -> bool:
    """Whether this Linux runs inside Windows; its kernel's release says `microsoft`."""
    if world.system != "linux":
        return False
    release = text(world.root / "proc/sys/kernel/osrelease") or text(world.root / "proc/version")
    return "microsoft" in (release or "").lower() or bool(world.env.get("WSL_DISTRO_NAME"))


def in_container(world: World) -> bool:
    """Whether this is a container, by its marker files, variables or control groups."""
    if world.system != "linux":
        return False
    if any(text(world.root / name) is not None for name in CONTAINER_FILES):
        return True
    if any(world.env.get(name) for name in CONTAINER_VARIABLES):
        return True
    groups = "".join(text(world.root / f"proc/{who}/cgroup") or "" for who in ("self", "1"))
    return any(word in groups for word in CONTAINER_GROUPS)
