"""Where baselines lie: runs that somebody blessed, by name, one for each model."""

from __future__ import annotations

import re
from pathlib import Path

from pytest_llmeval.errors import ConfigurationError
from pytest_llmeval.fingerprint import fingerprint

FOLDER = "llm-baselines"
"""In the root of the project: small enough to be committed, and apart from the logs, which often are not."""
DEFAULT_NAME = "main"
_NAME = re.compile(r"[A-Za-z0-9][\w.+-]*")
_ROOT_FILES = ("pytest.ini", "pyproject.toml", "tox.ini", "setup.cfg", ".git")


def check_name(name: str) -> str:
    """Return a baseline's name.

    Raises:
        ConfigurationError: Where it cannot be the name of a folder on every system.
    """
    if not _NAME.fullmatch(name):
        raise ConfigurationError(
            f"a baseline's name is made of letters, digits, '.', '_', '+' and '-', such as main; got {name!r}"
        )
    return name


def is_path(named: str) -> bool:
    """Tell whether a baseline is named by its file.

    Example:
        >>> [is_path(one) for one in ("main", "llm-runs/a.jsonl", "a.jsonl", "a.jsonl.gz")]
        [False, True, True, True]
    """
    return "/" in named or "\\" in named or named.endswith((".jsonl", ".jsonl.gz"))


def folder_near(start: Path, name: str = FOLDER, *, otherwise: Path | None = None) -> Path:
    """Return where baselines are kept: in the nearest folder upward that has some, else that is a project's root.

    Args:
        start: Where to look first.
        name: The folder's name, where something else is kept in it.
        otherwise: Where to look as well, such as beside a log, if neither start nor a folder above it is of a project.
    """
    return _upward(start, name) or (otherwise and _upward(otherwise.absolute(), name)) or start / name


def _upward(start: Path, name: str) -> Path | None:
    upward = (start, *start.parents)
    kept = next((one for one in upward if (one / name).is_dir()), None)
    root = next((one for one in upward if any((one / file).exists() for file in _ROOT_FILES)), None)
    found = kept or root
    return found / name if found else None


def baseline_path(folder: Path, name: str, model: str) -> Path:
    """Return where a model's baseline lies.

    Example:
        >>> baseline_path(Path("llm-baselines"), "main", "openai:gpt-4o-mini").as_posix()
        'llm-baselines/main/openai__gpt-4o-mini.jsonl'
    """
    plain = re.sub(r"[^\w.+-]", "_", model.replace(":", "__", 1))
    # Where more than the first colon had to go, two models could share a file.
    apart = "" if plain == model.replace(":", "__", 1) else f"-{fingerprint(model)[:6]}"
    return folder / name / f"{plain}{apart}.jsonl"


def blessed_names(folder: Path) -> list[str]:
    """Return the names under which there is a baseline."""
    return sorted({path.parent.name for path in folder.glob("*/*.jsonl")})


def blessed_logs(folder: Path, name: str) -> list[Path]:
    """Return the logs of a baseline, one for each model."""
    return sorted((folder / check_name(name)).glob("*.jsonl"))
