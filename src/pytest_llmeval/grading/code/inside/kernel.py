"""System calls of Linux that Python has no function for (`os.unshare` came with 3.12)."""

from __future__ import annotations

import ctypes
import os
import resource
import sys

NEW_MOUNTS = 0x00020000
NEW_UTS = 0x04000000
NEW_IPC = 0x08000000
NEW_USER = 0x10000000
NEW_PIDS = 0x20000000
NEW_NETWORK = 0x40000000

_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE, _PR_SET_CHILD_SUBREAPER = 1, 4, 36
_PR_CAPBSET_DROP, _PR_SET_NO_NEW_PRIVS = 24, 38
_MS_NOSUID, _MS_NODEV, _MS_BIND, _MS_REC, _MS_PRIVATE = 2, 4, 4096, 16384, 1 << 18
_MNT_DETACH = 2
_SYS_MOUNT_SETATTR = 442  # one number on every architecture; glibc has the function since 2.36 only
_AT_RECURSIVE, _AT_FDCWD = 0x8000, -100
_ATTR_READ_ONLY, _ATTR_NOSUID, _ATTR_NODEV = 1, 2, 4
_CAPABILITY_V3 = 0x20080522
_CAPABILITIES = 64

_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


class KernelError(OSError):
    """A system call failed; says which."""


def _call(name: str, *args: object) -> int:
    if _libc is None:
        raise KernelError(f"{name}: only Linux has it")
    result = int(getattr(_libc, name)(*args))
    if result < 0:
        raise KernelError(f"{name}: {os.strerror(ctypes.get_errno())}")
    return result


def unshare(flags: int) -> None:
    """Leave the namespaces of the process that started this one."""
    _call("unshare", flags)


def private_mounts() -> None:
    """Keep mounts of this namespace from others."""
    _call("mount", b"none", b"/", None, ctypes.c_ulong(_MS_REC | _MS_PRIVATE), None)


def mount_memory(target: str, options: str) -> None:
    """Mount a file system that lives in memory."""
    flags = ctypes.c_ulong(_MS_NOSUID | _MS_NODEV)
    _call("mount", b"tmpfs", os.fsencode(target), b"tmpfs", flags, options.encode())


def bind(source: str, target: str) -> None:
    """Show a folder, or a file, in another place too."""
    flags = ctypes.c_ulong(_MS_BIND | _MS_REC)
    _call("mount", os.fsencode(source), os.fsencode(target), None, flags, None)


def make_read_only(path: str, *, deep: bool = True) -> None:
    """Forbid writing to a mount, set-user-id programs and devices on it; ``deep``: to those below it too."""
    attributes = (ctypes.c_uint64 * 4)(_ATTR_READ_ONLY | _ATTR_NOSUID | (_ATTR_NODEV if deep else 0), 0, 0, 0)
    flags = ctypes.c_uint(_AT_RECURSIVE if deep else 0)
    where = ctypes.c_int(_AT_FDCWD)
    size = ctypes.c_size_t(ctypes.sizeof(attributes))
    _call("syscall", ctypes.c_long(_SYS_MOUNT_SETATTR), where, os.fsencode(path), flags, attributes, size)


def change_root(folder: str) -> None:
    """Make a mounted folder the root of all paths; what was there before is out of reach."""
    os.chdir(folder)
    _call("pivot_root", b".", b".")
    _call("umount2", b".", _MNT_DETACH)
    os.chdir("/")


def die_with_parent() -> None:
    """Have the kernel kill this process when its parent ends; forgotten when the user id changes."""
    _prctl(_PR_SET_PDEATHSIG, 9)


def adopt_orphans() -> None:
    """Become the parent of all descendants whose own parent ends."""
    _prctl(_PR_SET_CHILD_SUBREAPER, 1)


def set_dumpable(on: bool) -> None:
    """Say whether processes of the same user may look into this one's memory and descriptors."""
    _prctl(_PR_SET_DUMPABLE, int(on))


def drop_privileges() -> None:
    """Give up every capability, for ever."""
    _prctl(_PR_SET_NO_NEW_PRIVS, 1)
    for capability in range(_CAPABILITIES):
        try:
            _prctl(_PR_CAPBSET_DROP, capability)
        except KernelError:  # there are no more, or this process may not give up what it does not have
            break
    _call("capset", (ctypes.c_uint32 * 2)(_CAPABILITY_V3, 0), (ctypes.c_uint32 * 6)())


def _prctl(option: int, value: int) -> None:
    zero = ctypes.c_ulong(0)
    _call("prctl", option, ctypes.c_ulong(value), zero, zero, zero)


def limit(what: int, value: int) -> None:
    """Set a soft and hard limit, or the hard limit that is there where that is lower."""
    _, hard = resource.getrlimit(what)
    least = value if hard == resource.RLIM_INFINITY else min(value, hard)
    resource.setrlimit(what, (least, least))
