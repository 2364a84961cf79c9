"""The run that another is held against: a log by its path, or a baseline by its name."""

from __future__ import annotations

from pathlib import Path

from pytest_llmeval.analysis.comparing.sides import Side, read_sides
from pytest_llmeval.analysis.contested import VoteRules
from pytest_llmeval.errors import ConfigurationError
from pytest_llmeval.runs.baselines import DEFAULT_NAME, blessed_logs, blessed_names, folder_near, is_path
from pytest_llmeval.seen_from import seen_from


def base_sides(named: Path, votes: VoteRules | None = None, *, near: Path | None = None) -> dict[str, Side]:
    """Read a run log; where there is none, the baseline of that name, all its models.

    Args:
        named: Path or name.
        votes: What votes must come to for a grade to count.
        near: Where to look for baselines if the working folder is in no project.

    Raises:
        RunLogError: Where a log cannot be read.
        ConfigurationError: Where there is neither a log nor a baseline of that name.
    """
    if named.exists() or is_path(str(named)):
        return read_sides(named, votes)
    here = Path.cwd()
    folder = folder_near(here, otherwise=near)
    logs = blessed_logs(folder, str(named))
    if not logs:
        raise ConfigurationError(_unknown(str(named), folder, str(seen_from(here, folder))))
    return {model: side for log in logs for model, side in read_sides(seen_from(here, log), votes).items()}


def _unknown(name: str, folder: Path, shown: str) -> str:
    others = blessed_names(folder)
    known = f"there is {', '.join(others)}" if others else "there is none at all"
    option = "" if name == DEFAULT_NAME else f" --name {name}"
    return f"no file and no baseline {name}; in {shown} {known}; to make one: pytest-llmeval bless RUN{option}"
