from __future__ import annotations

from pathlib import Path

import pytest

from pytest_llmeval.errors import ConfigurationError
from pytest_llmeval.runs.baselines import FOLDER, baseline_path, blessed_logs, blessed_names, check_name, folder_near


def test_baselines_are_kept_in_the_nearest_folder_that_has_some(tmp_path: Path) -> None:
    below = tmp_path / "a" / "b"
    below.mkdir(parents=True)
    (tmp_path / "a" / "pyproject.toml").touch()
    assert folder_near(below) == tmp_path / "a" / FOLDER
    (tmp_path / FOLDER).mkdir()
    assert folder_near(below) == tmp_path / FOLDER


def test_a_folder_in_no_project_leaves_it_to_the_log_and_else_keeps_them_itself(tmp_path: Path) -> None:
    away, project = tmp_path / "away", tmp_path / "project"
    (project / "llm-runs").mkdir(parents=True)
    away.mkdir()
    assert folder_near(away, otherwise=project / "llm-runs") == away / FOLDER
    (project / "pytest.ini").touch()
    assert folder_near(away, otherwise=project / "llm-runs") == project / FOLDER
    assert folder_near(away, "llm-judges", otherwise=project / "llm-runs") == project / "llm-judges"
    (away / "pyproject.toml").touch()
    assert folder_near(away, otherwise=project / "llm-runs") == away / FOLDER


def test_two_models_never_share_a_file() -> None:
    names = ["openai:a/b", "openai:a_b", "openai:a:b", "openai:a b", "openai:a__b"]
    assert len({baseline_path(Path(), "main", name) for name in names}) == len(names)


def test_names_and_logs_are_those_on_disk(tmp_path: Path) -> None:
    assert blessed_names(tmp_path) == []
    for name in ("main", "old"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "m.jsonl").touch()
    assert blessed_names(tmp_path) == ["main", "old"]
    assert blessed_logs(tmp_path, "old") == [tmp_path / "old" / "m.jsonl"]


@pytest.mark.parametrize("name", ["..", "a/b", "", "-x", "é h"])
def test_a_name_is_a_plain_word(name: str) -> None:
    with pytest.raises(ConfigurationError, match="a baseline's name is made of letters"):
        check_name(name)
