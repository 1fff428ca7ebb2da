"""One real turn of the installed droid through one entry, in a home of its own."""

import json
import re
import tempfile
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

from factory_byok.core.errors import ByokError
from factory_byok.core.facts import Entry, Exercise, Json
from factory_byok.core.json_fields import as_object, count, text
from factory_byok.core.world import Completed, ProgramError, World
from factory_byok.droid.installed import followed
from factory_byok.droid.quiet import quiet_environment
from factory_byok.droid.settings.target import Target, stored, target

DEADLINE: Final = 300.0  # seconds: droid itself retries for 89 s, and a model may have to load
PROMPT: Final = "Say hello in one short sentence. Do not use any tool."
SHOWN: Final = 300  # characters of an answer or a logged reason
_LISTS: Final = {"settings": "customModels", "local": "customModels", "config": "custom_models"}
# Of the user's environment only what a program needs to run, and what the entry's key names.
_KEPT: Final = (
    "PATH", "LANG", "LC_ALL", "TERM", "SystemRoot", "SYSTEMROOT", "ComSpec", "PATHEXT",
    "SSL_CERT_FILE", "SSL_CERT_DIR", "NODE_EXTRA_CA_CERTS", "HTTP_PROXY", "HTTPS_PROXY",
    "NO_PROXY", "http_proxy", "https_proxy", "no_proxy",
)  # fmt: skip
_LOGGED: Final = re.compile(r'\[LLM\] Chat route failure.*?"message":("(?:[^"\\]|\\.)*")')
_ERROR: Final = re.compile(r'"errorMessage":("(?:[^"\\]|\\.)*")')


def droid_turn(world: World, entry: Entry, droid_path: str, deadline: float = DEADLINE) -> Exercise:
    """Lets droid answer one prompt through the entry; the result holds its answer or its reason.

    A temporary home (0700, removed afterwards) holds this entry alone; nothing of the user's is
    read or written by droid, and its calls to Factory go nowhere. Never
    raises but for an interrupt.
    """
    try:
        aim = target(world, entry)
        item = stored(entry) if entry.file else _written(entry)
        with tempfile.TemporaryDirectory(prefix="byok-droid-", ignore_cleanup_errors=True) as home:
            _furnish(Path(home), entry, item)
            start = time.monotonic()
            done = _exec(world, entry, droid_path, Path(home), deadline)
            seconds = round(time.monotonic() - start, 3)
            return _result(aim, entry, done, seconds, _logged(Path(home)))
    except (ByokError, OSError) as error:
        reason = error.message if isinstance(error, ByokError) else "there is no room for a home"
        fault = "timeout" if isinstance(error, ProgramError) else "settings"
        return Exercise(entry.id, entry.model, "droid", "failed", reason, {"fault": fault})


def _written(entry: Entry) -> dict[str, Json]:
    """A model without an entry, as `byok add` would write it into settings.json."""
    return {
        "model": entry.model,
        "displayName": entry.label,
        "baseUrl": entry.base_url,
        "apiKey": "not-needed",
        "provider": entry.dialect,
    }


def _furnish(home: Path, entry: Entry, item: Mapping[str, Json]) -> None:
    """Writes the one entry into the kind of file that it comes from."""
    folder = home / ".factory"
    folder.mkdir(mode=0o700)
    (home / "work").mkdir(mode=0o700)
    name = "config.json" if entry.kind == "config" else "settings.json"
    place = folder / name
    place.touch(mode=0o600)
    place.write_text(json.dumps({_LISTS[entry.kind]: [dict(item)]}), encoding="utf-8")


def _exec(world: World, entry: Entry, droid_path: str, home: Path, deadline: float) -> Completed:
    """`droid exec` in that home. A wrong trailing number of the id is accepted when only one entry
    has its slug, so the entry's own id works where it stands alone.
    """
    given = entry.id if entry.file else f"custom:{entry.model}"
    wanted = [*_KEPT, *entry.key.variables]
    env = {name: world.env[name] for name in wanted if name in world.env}
    homes = {"HOME": str(home), "USERPROFILE": str(home), "TMPDIR": str(home)}
    if followed(world).rules.needs_login:
        env["FACTORY_API_KEY"] = "fk-byok"  # never sent: Factory's addresses are closed here
    return world.run(
        [droid_path, "exec", "-o", "json", "-m", given, PROMPT],
        deadline=deadline,
        env=quiet_environment(replace(world, env={**env, **homes}), home),
        cwd=home / "work",
    )


def _logged(home: Path) -> str:
    """Why droid's turn failed, which it tells only its log."""
    for path in sorted((home / ".factory" / "logs").glob("*.log")):
        said = path.read_text("utf-8", "replace")
        for pattern in (_LOGGED, _ERROR):
            found = pattern.search(said)
            if found:
                return str(json.loads(found[1]))[:SHOWN]
    return ""


def _result(aim: Target, entry: Entry, done: Completed, seconds: float, logged: str) -> Exercise:
    """What droid said, or why it did not, with nothing secret in it."""
    whole = _json(done.out)
    usage = as_object(whole, "usage")
    said = aim.hide(text(whole, "result"))[:SHOWN]
    evidence: dict[str, Json] = {
        "exit_code": done.code,
        "seconds": seconds,
        "answer": said,
        "prompt_tokens": count(usage, "input_tokens"),
        "completion_tokens": count(usage, "output_tokens"),
    }
    kept = {key: value for key, value in evidence.items() if value not in (None, "")}
    if done.code == 0 and whole.get("is_error") is not True and said.strip():
        return Exercise(entry.id, entry.model, "droid", "passed", "", kept)
    words = logged or " ".join((done.err or done.out).split()) or "it gave no answer"
    reason = f"droid's turn failed: {aim.hide(words)[:SHOWN]}"
    return Exercise(entry.id, entry.model, "droid", "failed", reason, {**kept, "fault": "droid"})


def _json(out: str) -> Mapping[str, Json]:
    """The last line of droid's output that is a JSON object; empty when there is none."""
    for line in reversed(out.splitlines()):
        try:
            value: Json = json.loads(line)
        except (ValueError, RecursionError):
            continue
        if isinstance(value, dict):
            return value
    return {}
