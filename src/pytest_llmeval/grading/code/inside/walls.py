"""The walls: a root folder with Python's library and nothing else, no network, no other process, no other user."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator

from pytest_llmeval.grading.code.inside import kernel

WORK = "/tmp"  # noqa: S108  it is the empty folder of the sandbox's own root
SYSTEM = ("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/share/zoneinfo")
FILES = ("/dev/null", "/dev/urandom")
TMPFS = "size={size},nr_inodes=2048,mode={mode}"
FIRST_UID = 2_000_000_000
"""Users that exist nowhere; each sandbox gets two of its own, so that limits of processes count for it alone."""
_EVERYTHING = kernel.NEW_MOUNTS | kernel.NEW_NETWORK | kernel.NEW_IPC | kernel.NEW_UTS | kernel.NEW_PIDS


def raise_walls(root: str, size: int) -> None:
    """Leave all namespaces and change the root; the next child is the first process of a namespace of its own.

    Args:
        root: An empty folder; what is mounted there is seen by this process and its children alone.
        size: Bytes that may be written to the working folder.

    Raises:
        OSError: Where the kernel, or who set it up, does not allow it.
    """
    uid, gid = os.getuid(), os.getgid()
    kernel.unshare(_EVERYTHING | (kernel.NEW_USER if uid else 0))
    if uid:
        _map_user(uid, gid)
    kernel.private_mounts()
    kernel.mount_memory(root, TMPFS.format(size=1 << 20, mode="0755"))
    for path in _shown():
        _show(path, root + path)
    os.mkdir(root + WORK)
    kernel.mount_memory(root + WORK, TMPFS.format(size=size, mode="1777"))
    kernel.change_root(root)
    kernel.make_read_only("/", deep=False)
    os.chdir(WORK)


def _map_user(uid: int, gid: int) -> None:
    for name, text in (("setgroups", "deny"), ("uid_map", f"{uid} {uid} 1"), ("gid_map", f"{gid} {gid} 1")):
        with open(f"/proc/self/{name}", "w") as file:
            file.write(text)


def _shown() -> Iterator[str]:
    """Yield what is shown: the system's libraries, Python's own, two harmless devices."""
    library = os.path.join(os.path.realpath(sys.base_prefix), "lib")
    standard = os.path.realpath(os.path.dirname(os.__file__))
    own = [path for path in (library, standard) if not any(path.startswith(f"{one}/") for one in SYSTEM)]
    if standard.startswith(f"{library}/"):
        own = own[:1]
    yield from (path for path in (*SYSTEM, *dict.fromkeys(own), *FILES) if os.path.exists(path))


def _show(path: str, target: str) -> None:
    if os.path.islink(path):
        os.makedirs(os.path.dirname(target), exist_ok=True)
        os.symlink(os.readlink(path), target)
        return
    if os.path.isdir(path):
        os.makedirs(target, exist_ok=True)
        kernel.bind(path, target)
        kernel.make_read_only(target)
    else:
        os.makedirs(os.path.dirname(target), exist_ok=True)
        with open(target, "w"):
            pass
        kernel.bind(path, target)


def become_nobody(number: int) -> None:
    """Take on a user id of one's own, where this process may, and give up all privileges.

    Args:
        number: Which of the sandbox's users.
    """
    if os.getuid() == 0:
        for uid in (FIRST_UID + number, 65534):  # a container may know few users
            try:
                os.setgroups([])
                os.setresgid(uid, uid, uid)
                os.setresuid(uid, uid, uid)
                break
            except OSError:
                continue
    kernel.drop_privileges()
