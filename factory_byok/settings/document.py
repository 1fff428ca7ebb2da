"""One file of droid's: read it bounded, change its text under a lock, write it whole or not at all.

A write makes a complete temporary file beside the target, keeps the replaced bytes in the journal,
looks at the target once more and then swaps the two names. Where the system can exchange names
(Linux, macOS), what was swapped out is compared again, so that even a change between that last
look and the swap is noticed and put back. A target with several hard links gets a file of its own.
"""

import errno
import os
import stat
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from factory_byok.droid_facts import Json
from factory_byok.errors import ByokError
from factory_byok.settings import jsonc
from factory_byok.settings.journal import (
    Journal,
    Made,
    Record,
    digest,
    discard,
    new_file,
    private_folder,
    remove_folders,
    stray_names,
    strays,
    sync_folder,
    temporary_name,
    token,
    why,
)
from factory_byok.world import World

MOST_BYTES: Final = 10 * 1024 * 1024  # of one settings file; droid's own hold a few kilobytes
TRIES: Final = 10  # writes attempted while other programs keep changing the file
LONGEST_WAIT: Final = 60.0  # seconds for the lock of another byok
_NO_EXCHANGE: Final = (errno.EINVAL, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP)


class Changed(ByokError):
    """Another program changed the file while byok was writing; nothing of its work was replaced."""


class Broken(ByokError):
    """The file does not parse, so byok does not write it; `fault` names the place."""

    def __init__(self, path: Path, fault: jsonc.Fault) -> None:
        """Says where, and that nothing was written."""
        where = f"{path}, line {fault.line}, column {fault.column}"
        super().__init__(
            f"droid ignores this whole file: {where}: {fault.message}",
            "Nothing was written; `byok fix file_rejected` shows what it would repair",
        )
        self.fault = fault


class Touched(ByokError):
    """The file is no longer as byok left it; `wrote` and `now` are both texts, None for absent."""

    def __init__(self, record: Record, now: str | None) -> None:
        """Says which write can no longer be taken back."""
        super().__init__(
            f"{record.path} has been changed since `byok {record.verb}` wrote it",
            "Nothing was changed; take the difference back by hand",
        )
        self.record = record
        self.wrote = _decode(record.bytes_after())
        self.now = now


@dataclass(frozen=True, slots=True)
class Document:
    """One file at one moment; equal documents are the same file with the same content and rights.

    `target` is `path` with its links followed. `raw`, `text` and `mode` are None when there is no
    file. `text` keeps line ends, and bytes that are not UTF-8 as surrogates.
    """

    path: Path
    target: Path
    raw: bytes | None = None
    text: str | None = None
    mode: int | None = None
    owner: tuple[int, int] = (-1, -1)


@dataclass(frozen=True, slots=True)
class Written:
    """What one transaction did: both texts, None for no file; `record` is "" when nothing changed.

    `step` is the name under which `undo` takes it back.
    """

    path: Path
    before: str | None
    after: str | None
    record: str = ""
    step: str = ""


# --- reading -------------------------------------------------------------------------------------


def read(path: Path, *, most_bytes: int = MOST_BYTES) -> Document:
    """Reads one file, following links; an absent file has `raw` None.

    Raises ByokError for a folder, a pipe, a device, a link to nothing, more than `most_bytes`, and
    whatever the system refuses. Never blocks on a pipe.
    """
    path = path.absolute()
    target = Path(os.path.realpath(path))
    try:
        _refuse(path, target.stat(), most_bytes)
        raw, seen = _bytes(path, target, most_bytes)
    except FileNotFoundError:
        if path.is_symlink():
            raise ByokError(f"{path} is a link to {target}, which does not exist") from None
        return Document(path, target)
    except OSError as error:
        raise ByokError(f"{path} could not be read: {why(error)}") from None
    mode = stat.S_IMODE(seen.st_mode) if os.name == "posix" else None
    return Document(path, target, raw, _decode(raw), mode, (seen.st_uid, seen.st_gid))


def _bytes(path: Path, target: Path, most_bytes: int) -> tuple[bytes, os.stat_result]:
    """A regular file's bytes; read again while somebody is writing into it."""
    flags = os.O_RDONLY
    for name in ("O_NONBLOCK", "O_NOCTTY", "O_CLOEXEC", "O_BINARY"):
        flags |= getattr(os, name, 0)
    with os.fdopen(os.open(target, flags), "rb") as file:
        for _ in range(TRIES):
            seen = os.fstat(file.fileno())
            _refuse(path, seen, most_bytes)
            file.seek(0)
            raw = file.read(min(seen.st_size, most_bytes) + 1)
            again = os.fstat(file.fileno())
            if (seen.st_size, seen.st_mtime_ns) == (again.st_size, again.st_mtime_ns):
                break
        _refuse(path, again, most_bytes)
    return raw[:most_bytes], again


def _refuse(path: Path, seen: os.stat_result, most_bytes: int) -> None:
    """Raises ByokError for what is no ordinary file or is too large."""
    if stat.S_ISDIR(seen.st_mode):
        raise ByokError(f"{path} is a folder, not a file")
    if not stat.S_ISREG(seen.st_mode):
        kind = "a pipe" if stat.S_ISFIFO(seen.st_mode) else "a device or a socket"
        raise ByokError(f"{path} is {kind}, not a file")
    if seen.st_size > most_bytes:
        raise ByokError(
            f"{path} is too large: {seen.st_size:,} bytes, and byok reads at most {most_bytes:,}"
        )


def _decode(raw: bytes | None) -> str | None:
    return None if raw is None else raw.decode("utf-8", "surrogateescape")


def _encode(path: Path, text: str | None) -> bytes | None:
    try:
        return None if text is None else text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        raise ByokError(f"The new text of {path} holds half a character", "A bug") from None


# --- changing ------------------------------------------------------------------------------------


def transact(
    world: World,
    path: Path,
    change: Callable[[str | None], str | None],
    *,
    verb: str,
    repair: bool = False,
    step: str = "",
) -> Written:
    """Reads a file, lets `change` make its new text, and writes that whole, under a lock.

    `change` gets None for an absent file and returns None for "no file"; it is called again when
    another program changed the file meanwhile. The text must parse before (unless `repair`) and
    after. `step` joins several writes into one step of `undo` (see `new_step`).
    Raises Broken, Changed, or ByokError with one sentence; the file is then as it was.
    """

    def checked(before: str | None) -> str | None:
        if not repair:
            _values(path, before)
        try:
            after = change(before)
        except jsonc.Fault as fault:
            raise Broken(path, fault) from None
        if after != before:
            _values(path, after)
        return after

    return _transact(world, path, checked, Record("", "", verb, "", step, "", ""))


def new_step() -> str:
    """A name that joins the writes of one verb, so that `undo` takes them back together."""
    return token()


def undo(world: World, step: str = "") -> tuple[Written, ...]:
    """Takes back byok's last step that still stands, or the step of that name.

    The step's files must be byte for byte as byok left them: else Touched is raised and nothing is
    changed. ByokError when there is nothing to take back.
    """
    journal = Journal(world)
    for record in journal.all():
        if record.pending:
            _tidy(world, Path(record.path))
    records = journal.step(step) if step else journal.last()
    if not records:
        raise ByokError("There is nothing to take back")
    for newest in {record.path: record for record in reversed(records)}.values():
        _still(newest, read(Path(newest.path)))
    taking = new_step()
    return tuple(_take_back(world, record, taking) for record in records)


def _take_back(world: World, record: Record, step: str) -> Written:
    """Puts back what one record replaced."""

    def change(_: str | None) -> str | None:
        _still(record, read(Path(record.path)))
        return _decode(record.bytes_before())

    draft = Record("", "", "undo", "", step, "", "", undoes=(record.id,))
    return _transact(world, Path(record.path), change, draft)


def _still(record: Record, document: Document) -> None:
    """Raises Touched unless the file is as this record left it."""
    if digest(document.raw) != record.after:
        raise Touched(record, document.text)


def _transact(
    world: World, path: Path, change: Callable[[str | None], str | None], draft: Record
) -> Written:
    """The loop of a transaction: lock, clear, read, change, write; again when overtaken."""
    with _locked(world, path):
        journal = Journal(world)
        _clear(journal, read(path))
        for _ in range(TRIES):
            document = read(path)
            text = change(document.text)
            if text == document.text:
                return Written(document.path, text, text)
            if text is None and document.path.is_symlink():
                text = "{}\n"  # without its file the link would lead to nothing
            try:
                record = _write(journal, document, text, draft)
            except Changed:
                continue
            break
        else:
            raise Changed(f"{path} keeps being changed by another program", "Try again")
    _clear_others(world, document.target)
    return Written(document.path, document.text, text, record.id, record.step)


def _values(path: Path, text: str | None) -> Json:
    """What a text says, None for no file. Raises Broken."""
    try:
        return None if text is None else jsonc.load(text)
    except jsonc.Fault as fault:
        raise Broken(path, fault) from None


@contextmanager
def _locked(world: World, path: Path, wait: float = LONGEST_WAIT) -> Iterator[None]:
    """Holds the lock of one file; it lies in byok's state folder, not among droid's files."""
    from filelock import FileLock, Timeout  # 50 ms, and only writing needs it

    folder = world.state / "locks"
    target = os.fsencode(os.path.normcase(os.path.realpath(path)))
    try:
        private_folder(folder)
        lock = FileLock(folder / f"{digest(target)[:24]}.lock", mode=0o600)
        lock.acquire(timeout=wait, poll_interval=0.01)
    except Timeout:
        raise ByokError(f"Another byok is writing {path}", "Try again when it has ended") from None
    except (OSError, NotImplementedError) as error:
        reason = why(error) if isinstance(error, OSError) else "it cannot lock files"
        message = f"byok cannot keep its lock in {folder}: {reason}"
        raise ByokError(message, "Nothing was changed; XDG_STATE_HOME moves it") from None
    try:
        yield
    finally:
        lock.release()


# --- writing -------------------------------------------------------------------------------------


def _write(journal: Journal, document: Document, text: str | None, draft: Record) -> Record:
    """Writes the new text over the file as it was read. Raises Changed or ByokError."""
    data = _encode(document.path, text)
    target = document.target
    temporary = target.with_name(temporary_name(target.name))
    folders: tuple[str, ...] = ()
    try:
        if document.raw is not None and not os.access(target, os.W_OK):
            raise ByokError(f"{document.path} is write-protected", "Nothing was changed")
        folders = private_folder(target.parent)
        if data is not None:
            new_file(temporary, data, document.mode or 0o600, document.owner)
        made = _made(journal, document, text, folders)
        if draft.undoes:  # leads back to a state that byok may once have left
            made = journal.made(document.path, data)
        draft = replace(draft, path=str(document.path), temporary=temporary.name, made=made)
        record = journal.keep(draft, document.raw, data)
        try:
            _put(document, data, temporary)
        except (OSError, ByokError):
            journal.drop(record)
            raise
    except BaseException as error:
        _drop(journal, document, data, temporary)
        remove_folders(folders)
        if isinstance(error, OSError):
            message = f"{document.path} could not be written: {why(error)}"
            raise ByokError(message, "Nothing was changed") from None
        raise
    sync_folder(target.parent)
    if data is None:
        remove_folders(journal.made(document.path, document.raw).folders)
    journal.commit(record)
    return record


def _put(document: Document, data: bytes | None, temporary: Path) -> None:
    """Makes the change visible in one step, if the file is still as it was read.

    Raises Changed when it is not, and OSError; the target is then not byok's. A failure behind the
    swap leaves the temporary file, with what was swapped out, to the next run.
    """
    if read(document.path) != document:
        raise Changed(f"{document.path} has been changed meanwhile")
    target = document.target
    if document.raw is None:
        _put_new(temporary, target)
    elif data is None:
        target.rename(temporary)
        _check_displaced(document, temporary, _put_new)
    elif _exchange(temporary, target):
        _check_displaced(document, temporary, _exchange)
    else:
        temporary.replace(target)


def _check_displaced(
    document: Document, temporary: Path, put_back: Callable[[Path, Path], object]
) -> None:
    """Removes the old bytes; raises Changed when they are somebody else's and are put back."""
    try:
        held = _bytes(temporary, temporary, sys.maxsize)[0]
        if held != document.raw:
            put_back(temporary, document.target)
    except OSError:
        return
    if held != document.raw:
        raise Changed(f"{document.path} has been changed meanwhile")
    discard(temporary)


def _put_new(temporary: Path, target: Path) -> None:
    """Gives a file its name only if nobody has made one of that name. Raises Changed."""
    try:
        target.hardlink_to(temporary)
    except FileExistsError:
        raise Changed(f"{target} has been made meanwhile") from None
    except OSError:  # a file system without hard links
        if target.exists():
            raise Changed(f"{target} has been made meanwhile") from None
        temporary.replace(target)
    else:
        discard(temporary)


def _exchange(one: Path, other: Path) -> bool:
    """Swaps two names in one step; False where the system or the file system cannot."""
    import ctypes  # 6 ms, and only writing needs it

    names = (os.fsencode(one), os.fsencode(other))
    if sys.platform == "linux":
        call = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
        here = -100  # AT_FDCWD; both paths are absolute anyway
        arguments: tuple[bytes | int, ...] = (here, names[0], here, names[1], 2)  # RENAME_EXCHANGE
    elif sys.platform == "darwin":
        call = getattr(ctypes.CDLL(None, use_errno=True), "renamex_np", None)
        arguments = (*names, 2)  # RENAME_SWAP
    else:
        return False
    if call is None:
        return False
    if call(*arguments) == 0:
        return True
    number = ctypes.get_errno()
    if number in _NO_EXCHANGE:
        return False
    if number == errno.ENOENT:
        raise Changed(f"{other} has been removed meanwhile")
    raise OSError(number, os.strerror(number))


# --- bookkeeping ---------------------------------------------------------------------------------


def _made(journal: Journal, document: Document, text: str | None, folders: tuple[str, ...]) -> Made:
    """What byok will have made of the file after this write: known from before, or new in it."""
    if text is None:
        return Made()
    earlier = journal.made(document.path, document.raw)
    try:
        before, after = (_values(document.path, each) for each in (document.text or "{}", text))
    except Broken:
        return Made()  # a repair: what is whose is not known
    still = tuple(each for each in earlier.pointers if _leads_to_container(after, each))
    return Made(
        document.raw is None or earlier.file,
        folders or earlier.folders,
        still + tuple(each for each in _new_containers(before, after) if each not in still),
    )


def _new_containers(before: Json, after: Json, at: str = "", depth: int = 3) -> Iterator[str]:
    """JSON Pointers of objects and arrays that only the later value has, inside objects."""
    if not isinstance(before, dict) or not isinstance(after, dict) or depth == 0:
        return
    for key, value in after.items():
        pointer = f"{at}/{key.replace('~', '~0').replace('/', '~1')}"
        if key not in before and isinstance(value, dict | list):
            yield pointer
        elif key in before:
            yield from _new_containers(before[key], value, pointer, depth - 1)


def _leads_to_container(value: Json, pointer: str) -> bool:
    """Whether a pointer made by `_new_containers` still names an object or array."""
    for step in pointer.split("/")[1:]:
        if not isinstance(value, dict):
            return False
        value = value.get(step.replace("~1", "/").replace("~0", "~"))
    return isinstance(value, dict | list)


def _tidy(world: World, path: Path, wait: float = LONGEST_WAIT) -> None:
    """Clears what killed processes left of one file, if it can be had."""
    with suppress(ByokError), _locked(world, path, wait):
        _clear(Journal(world), read(path))


def _clear(journal: Journal, document: Document) -> None:
    """Decides this file's open records and removes its stray temporary files; it is locked."""
    left: dict[str, bytes] = {}
    target = document.target
    for stray in strays(target.parent, target.name):
        with suppress(OSError, ByokError):
            left[stray.name] = _bytes(stray, stray, sys.maxsize)[0]
    journal.settle(document.path, document.raw, left)
    for name in left:
        discard(target.with_name(name))


def _clear_others(world: World, target: Path) -> None:
    """Clears what killed processes left of the other files in this folder, where nobody waits."""
    for name in stray_names(target.parent) - {target.name}:
        _tidy(world, target.with_name(name), wait=0)


def _drop(journal: Journal, document: Document, data: bytes | None, temporary: Path) -> None:
    """Removes the temporary file of a failed write, but never the only copy of someone's bytes."""
    with suppress(OSError, ByokError):
        held = _bytes(temporary, temporary, sys.maxsize)[0]
        if held not in (data, document.raw):
            journal.rescue(document.path, held)
        discard(temporary)
