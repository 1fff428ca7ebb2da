"""The scripts with which bash, zsh and fish complete byok, and where a shell finds them."""

import shlex
from pathlib import Path
from typing import Final, Literal, cast, get_args

from factory_byok.core.errors import ByokError, UsageError
from factory_byok.core.world import World
from factory_byok.droid.settings.writing.disk import why

Shell = Literal["bash", "zsh", "fish"]

_BASH: Final = r"""_byok_completion() {
    local line found status word="${COMP_WORDS[COMP_CWORD]}"
    local IFS=$'\n'
    COMPREPLY=()
    found=$(COMP_WORDS="${COMP_WORDS[*]}" COMP_CWORD=$COMP_CWORD _BYOK_COMPLETE=complete_bash \
        "${COMP_WORDS[0]/#\~/$HOME}" 2>/dev/null)
    status=$?
    if [ $status -eq 10 ]; then
        compopt -o default 2>/dev/null
        return
    fi
    while IFS= read -r line; do
        [ -n "$line" ] && COMPREPLY+=("$line")
    done <<< "$found"
    case "${#COMPREPLY[@]}:${COMPREPLY[0]}" in
        1:*=) compopt -o nospace 2>/dev/null ;;
    esac
}
complete -F _byok_completion byok
"""
_ZSH: Final = r"""#compdef byok
_byok() {
    local answer code
    local -a found
    answer=$(_BYOK_COMPLETE=complete_zsh _TYPER_COMPLETE_ARGS="${(j: :)words[1,CURRENT]}" \
        ${(Q)~words[1]} 2>/dev/null)
    code=$?
    if (( code == 10 )); then
        _files
        return
    fi
    found=("${(@f)answer}")
    [[ -n "$answer" ]] || return 1
    if [[ "$found[1]" == *'=' && $#found -eq 1 ]]; then
        compadd -S '' -- "${found[1]}"
    else
        _describe -V byok found
    fi
}
if [[ "$funcstack[1]" == _byok ]]; then
    _byok "$@"
else
    (( $+functions[compdef] )) || { autoload -Uz compinit && compinit }
    compdef _byok byok
fi
"""
_FISH: Final = r"""function __byok_complete
    set -l found (env _BYOK_COMPLETE=complete_fish \
        _TYPER_COMPLETE_ARGS=(commandline -cp | string collect) byok 2>/dev/null)
    if test $status -eq 10
        __fish_complete_path (commandline -ct)
    else if test (count $found) -gt 0
        printf '%s\n' $found
    end
end
complete --command byok --no-files --arguments '(__byok_complete)'
"""
SHELLS: Final = {"bash": _BASH, "zsh": _ZSH, "fish": _FISH}


def script(shell: str) -> str:
    """What a shell must read so that it asks byok."""
    return SHELLS[shell]


def shell_of_environment(world: World) -> Shell:
    """The user's shell. Raises UsageError when it is none of ours."""
    name = Path(world.env.get("SHELL", "")).name
    for shell in get_args(Shell):
        if name == shell:
            return cast(Shell, shell)
    raise UsageError("Which shell is not known", "Say `byok completion bash`, zsh or fish")


def install(world: World, shell: Shell, text: str) -> tuple[Path, list[Path]]:
    """The script's place and the files that were changed. Raises ByokError."""
    place, start = _places(world, shell)
    changed = []
    try:
        if not place.exists() or place.read_text("utf-8") != text:
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(text, "utf-8")
            changed.append(place)
        line = f"source {shlex.quote(str(place))}  # byok completion"
        if start and line not in _read(start).splitlines():
            with start.open("a", encoding="utf-8") as file:
                file.write(f"{'' if _read(start)[-1:] in ('', chr(10)) else chr(10)}{line}\n")
            changed.append(start)
    except OSError as error:
        raise ByokError(f"{error.filename} could not be written: {why(error)}") from None
    return place, changed


def _places(world: World, shell: Shell) -> tuple[Path, Path | None]:
    """Where the script goes, and the start file that must name it (fish needs none)."""
    home, env = world.user_home, world.env
    if shell == "fish":
        config = Path(env.get("XDG_CONFIG_HOME") or home / ".config")
        return config / "fish/completions/byok.fish", None
    place = Path(env.get("XDG_DATA_HOME") or home / ".local/share") / f"byok/completion.{shell}"
    if shell == "bash":
        return place, home / ".bashrc"
    return place, Path(env.get("ZDOTDIR") or home) / ".zshrc"


def _read(path: Path) -> str:
    """The text of a start file; empty when there is none."""
    return path.read_text("utf-8", "surrogateescape") if path.exists() else ""
