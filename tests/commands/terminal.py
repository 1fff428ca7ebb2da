"""byok in a terminal of its own: what is typed into it, and what it shows."""

import os
import pty
import re
import select
import sys
import termios
import time


class Person:
    """Somebody who types into byok and reads what it shows."""

    def __init__(self, *words: str, before: str = "") -> None:
        """Starts byok in a terminal of its own, so that ctrl-c reaches it as a signal.

        `before` is Python that stands in for what this machine has not.
        """
        self.pid, self._screen = pty.fork()
        if self.pid == 0:  # pragma: no cover - the other process
            start = f"{before}\nfrom factory_byok.cli import main\nmain()"
            given = ["-c", start] if before else ["-m", "factory_byok"]
            command = [sys.executable, *given, *words]
            os.environ |= {"TERM": "xterm", "COLUMNS": "80", "LINES": "50"}
            os.execv(command[0], command)
        self.seen = ""
        self._read = 0

    def sees(self, mark: str, seconds: float = 60.0) -> "Person":
        """Waits until the screen shows a mark after all that was waited for before."""
        end = time.monotonic() + seconds
        while mark not in self.seen[self._read :]:
            assert time.monotonic() < end, f"no {mark!r} in:\n{self.seen}"
            assert self._more(), f"it ended without {mark!r}:\n{self.seen}"
        self._read += self.seen[self._read :].index(mark) + len(mark)
        return self

    def hides_typing(self) -> "Person":
        """Waits until the terminal does not show what is typed."""
        end = time.monotonic() + 60
        while termios.tcgetattr(self._screen)[3] & termios.ECHO:
            assert time.monotonic() < end, "it shows what is typed"
            time.sleep(0.01)
        return self

    def types(self, text: str) -> "Person":
        """Types a line."""
        os.write(self._screen, text.encode() + b"\r")
        return self

    def presses_ctrl_c(self) -> "Person":
        """Interrupts, after a moment: Python may overlook it while a question is just coming up."""
        time.sleep(0.3)
        os.write(self._screen, b"\x03")
        return self

    def ends(self) -> int:
        """Reads the rest and gives the exit code."""
        end = time.monotonic() + 60
        while time.monotonic() < end and self._more():
            pass
        os.close(self._screen)
        _, status = os.waitpid(self.pid, 0)
        return os.waitstatus_to_exitcode(status)

    def _more(self) -> bool:
        """Reads what came; False at the end."""
        if not select.select([self._screen], [], [], 1.0)[0]:
            return True
        try:
            data = os.read(self._screen, 65536)
        except OSError:  # Linux says so when the other side is closed
            return False
        self.seen += re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", data.decode("utf-8", "replace"))
        return bool(data)
