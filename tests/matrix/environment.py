"""An environment of its own for the matrix: the package and the plugins that people use beside it.

They load themselves into every pytest run, so they must not stand in the environment that runs the project's own tests.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import venv
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).parents[2]
CACHE = ROOT / ".cache" / "matrix"
PLUGINS = (
    "anyio",
    "pytest-asyncio",
    "pytest-benchmark",
    "pytest-cov",
    "pytest-html",
    "pytest-randomly",
    "pytest-reportlog",
    "pytest-repeat",
    "pytest-rerunfailures",
    "pytest-sugar",
    "pytest-timeout",
    "pytest-xdist",
    "syrupy",
)
DONE = "installed.txt"


class NotInstallable(Exception):
    """The environment could not be made; says what pip said."""


def python_with_plugins(cache: Path = CACHE, plugins: Sequence[str] = PLUGINS) -> Path:
    """Return the interpreter of the environment, which is made at the first call and kept.

    It is made anew where the Python, the plugins or the project's own dependencies are others than before. Test
    processes that want it at the same time wait for the first of them.

    Raises:
        NotInstallable: Where a package cannot be had, as without a network.
    """
    cache.mkdir(parents=True, exist_ok=True)
    (cache / ".gitignore").write_text("*\n", encoding="utf-8")
    named = "\n".join([sys.version, str(ROOT), (ROOT / "pyproject.toml").read_text(encoding="utf-8"), *plugins])
    place = cache / hashlib.sha256(named.encode()).hexdigest()[:16]
    with (cache / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (place / DONE).exists():
            for older in cache.glob("*/"):
                shutil.rmtree(older)
            _make(place, plugins)
    return place / "bin" / "python"


def _make(place: Path, plugins: Sequence[str]) -> None:
    venv.create(place, symlinks=True)
    # The pip of the environment that runs the tests does it: a pip of its own would take longer than all the rest.
    pip = [sys.executable, "-m", "pip", "--python", str(place / "bin" / "python"), "install", "--quiet"]
    pip.append("--no-compile")  # most modules are never imported here
    clean = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run([*pip, "--editable", str(ROOT), *plugins], env=clean, capture_output=True, text=True)
    if done.returncode:
        raise NotInstallable(done.stderr.strip()[-1000:])
    (place / DONE).write_text("\n".join(plugins), encoding="utf-8")
