"""A watch on what the candidate does: what no answer to a question of code needs ends it, and is told.

The walls and limits are what holds; hooks can be got around. They tell what was tried, and are a second wall.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from typing import Any

FORBIDDEN = {
    "socket.": "open a network connection",
    "os.fork": "start a process",
    "os.posix_spawn": "start a process",
    "os.spawn": "start a process",
    "os.startfile": "start a process",
    "os.system": "start a process",
    "os.exec": "start a process",
    "pty.spawn": "start a process",
    "subprocess.Popen": "start a process",
    "os.kill": "send a signal",
    "signal.pthread_kill": "send a signal",
    "ctypes.": "call into C",
    "sys.addaudithook": "watch the watch",
    "os.chroot": "change the root",
}
"""The begin of an event of `sys.audit`, and what it is."""
CHANGING = frozenset(
    {"os.chmod", "os.chown", "os.link", "os.mkdir", "os.remove", "os.rename", "os.rmdir", "os.symlink", "os.truncate"}
    | {"os.utime", "os.setxattr", "os.mkfifo", "os.mknod", "shutil.rmtree", "shutil.move"}
)
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


def stand_watch(work: str, readable: Sequence[str], tell: Callable[[str], None]) -> None:
    """Watch this process from now on; nothing can take the watch away again.

    Args:
        work: The only folder in which it may write.
        readable: Folders and files it may read beside that.
        tell: Told what was tried; the process ends right after.
    """
    judge = Judge(work, readable)

    def hook(event: str, args: tuple[Any, ...], leave: Callable[[int], None] = os._exit) -> None:
        tried = judge.tried(event, args)
        if tried:
            try:
                tell(tried)
            finally:
                leave(1)

    sys.addaudithook(hook)


class Judge:
    """Tells what an event of `sys.audit` is, where it is forbidden; keeps its own hands on what it needs.

    Args:
        work: As for `stand_watch`.
        readable: As for `stand_watch`.
    """

    def __init__(self, work: str, readable: Sequence[str]) -> None:
        self._writable = (os.path.realpath(work), "/dev/null")
        self._readable = (*self._writable, "/dev/urandom", *map(os.path.realpath, readable), *readable)
        self._whole, self._text = os.path.abspath, os.fsdecode

    def tried(self, event: str, args: tuple[Any, ...]) -> str | None:
        """Return what was tried; None for what is allowed."""
        if event == "open":
            return self._opening(args)
        if event in CHANGING:
            paths = [one for one in args if isinstance(one, str | bytes | os.PathLike)]
            outside = (one for one in paths if not self._inside(one, self._writable))
            return next((f"change {self._shown(one)}" for one in outside), None)
        return next((told for begin, told in FORBIDDEN.items() if event.startswith(begin)), None)

    def _opening(self, args: tuple[Any, ...]) -> str | None:
        path, _, flags = args
        if not isinstance(path, str | bytes | os.PathLike):
            return None  # a descriptor that is open already
        writes = isinstance(flags, int) and flags & _WRITING
        if self._inside(path, self._writable if writes else self._readable):
            return None
        return f"{'write to' if writes else 'read'} {self._shown(path)}"

    def _inside(self, path: Any, places: Sequence[str]) -> bool:
        whole = self._whole(self._text(path))
        return any(whole == place or whole.startswith(f"{place}/") for place in places)

    def _shown(self, path: Any) -> str:
        return self._text(path)[:200]
