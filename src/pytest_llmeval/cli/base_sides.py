"""The run that another is held against: a log by its path, or a baseline by its name."""

from __future__ import annotations

from pathlib import Path

from pytest_llmeval.analysis.comparing.sides import Side, read_sides
from pytest_llmeval.analysis.contested import VoteRules
from pytest_llmeval.runs.baselines import blessed_logs, folder_near, is_path
from pytest_llmeval.seen_from import seen_from


def base_sides(named: Path, votes: VoteRules | None = None) -> dict[str, Side]:
    """Read a run log; where there is none, the baseline of that name, all its models.

    Args:
        named: Path or name.
        votes: What votes must come to for a grade to count.

    Raises:
        RunLogError: Where there is neither.
    """
    here = Path.cwd()
    logs = [] if named.exists() or is_path(str(named)) else blessed_logs(folder_near(here), str(named))
    found = {model: side for log in logs for model, side in read_sides(seen_from(here, log), votes).items()}
    return found or read_sides(named, votes)
