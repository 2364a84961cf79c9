"""The floor plan, held against the code: who may import whom, and what the entry module may cost."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Mapping
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

import pytest_llmeval

PACKAGE = Path(pytest_llmeval.__file__).parent
ROOT_MODULES = ("bounded", "errors", "fingerprint", "redaction", "safe_text", "seen_from", "student_t")
"""Small modules below every folder; they import nothing but each other."""
ROAD = ("benchmark", "models", "grading", "runs", "analysis", "reports")
"""Each folder may import those before it, and the root modules."""
WITHIN_ANALYSIS = ("statistics", "analysis", "comparing", "people", "judges", "gating")
"""The folders of analysis, and its own modules, which sum up a run; each may import those before it."""
ROOF = ("plugin", "cli")
"""Stand on the whole road and do not know each other."""
FACES = ("pytest_llmeval", "pytest_llmeval.graders", "pytest_llmeval.perturbations", "pytest_llmeval.probes")
"""Re-export names for users; nothing inside imports them."""
HEAVY = ("pydantic", "openai", "anthropic", "jsonschema", "genai_prices", "scipy", "numpy", "rapidfuzz", "yaml", "rich")


def module_name(path: Path) -> str:
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def modules() -> dict[str, ast.Module]:
    return {module_name(path): ast.parse(path.read_text(encoding="utf-8")) for path in PACKAGE.rglob("*.py")}


def imported(tree: ast.AST) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            assert node.level == 0, "imports are absolute"
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


@cache
def graph() -> dict[str, set[str]]:
    return {name: {other for other in imported(tree) if other in modules()} for name, tree in modules().items()}


def room(module: str) -> str:
    return module.split(".")[1] if "." in module else module


def allowed(module: str) -> set[str]:
    here = room(module)
    if here in ROOT_MODULES:
        return set(ROOT_MODULES)
    if here in ROOF:
        return {*ROOT_MODULES, *ROAD, here}
    return {*ROOT_MODULES, *ROAD[: ROAD.index(here) + 1]}


@pytest.mark.parametrize("module", sorted(name for name in modules() if name not in FACES))
def test_module_imports_only_what_stands_before_it(module: str) -> None:
    # A package's own face holds a docstring and no code, so importing it imports nothing.
    others = {other for other in graph()[module] if other != "pytest_llmeval"}
    assert {other for other in others if room(other) not in allowed(module)} == set()


def test_the_folders_of_analysis_stand_in_their_order() -> None:
    def place(module: str) -> int:
        parts = module.removeprefix("pytest_llmeval.analysis.").split(".")
        return WITHIN_ANALYSIS.index(parts[0] if len(parts) > 1 else "analysis")

    inside = [name for name in graph() if name.startswith("pytest_llmeval.analysis.") and name.count(".") > 1]
    folders = {name for name in inside if (PACKAGE.parent / name.replace(".", "/")).is_dir()}
    edges = [(name, other) for name in inside for other in graph()[name] if other in set(inside) - folders]
    assert [(name, other) for name, other in edges if place(other) > place(name)] == []


def test_nothing_inside_imports_what_is_there_for_users() -> None:
    inside = {name: imported(tree) for name, tree in modules().items() if name not in FACES}
    assert [name for name, others in inside.items() if "pytest_llmeval" in others] == []


def circle_in(edges: Mapping[str, set[str]]) -> list[str]:
    """Return the modules of one circle, the first of them again at its end; none where there is no circle."""
    try:
        TopologicalSorter(edges).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


def test_there_are_no_import_circles() -> None:
    edges = {name: {o for o in others if o not in FACES} for name, others in graph().items() if name not in FACES}
    assert sum(map(len, edges.values())) > len(edges)  # the modules were read, and what they import was understood
    assert circle_in(edges) == []
    assert sorted(circle_in({"a": {"b"}, "b": {"c"}, "c": {"b"}})[1:]) == ["b", "c"]


def test_providers_and_grading_do_not_know_each_other() -> None:
    for module, others in graph().items():
        if ".models." in module:
            assert not any(room(other) == "grading" for other in others), module
        if ".grading." in module:
            assert not any(".providers" in other for other in others), module


def test_only_the_plugin_imports_pytest() -> None:
    outside = [name for name, tree in modules().items() if room(name) != "plugin" and "pytest" in imported(tree)]
    assert outside == []


def test_package_faces_hold_no_code() -> None:
    for path in PACKAGE.rglob("__init__.py"):
        if path.parent != PACKAGE:
            tree = modules()[module_name(path)]
            assert [type(node) for node in tree.body] in ([], [ast.Expr]), path


def test_no_class_inherits_what_it_must_refuse() -> None:
    """A base class whose children refuse one of its methods holds two ideas; part them."""
    assert [name for name, tree in modules().items() if "NotImplementedError" in ast.dump(tree)] == []


def test_entry_module_imports_no_heavy_package() -> None:
    code = f"import sys, pytest, pytest_llmeval.plugin.entrypoint; print([m for m in {HEAVY} if m in sys.modules])"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "[]"


def test_a_run_imports_neither_gates_nor_batches_before_they_are_wanted() -> None:
    unwanted = (
        "pytest_llmeval.plugin.gate",
        "pytest_llmeval.plugin.batch_run",
        "pytest_llmeval.analysis.comparing.comparison",
    )
    code = f"import sys, pytest_llmeval.plugin.session; print([m for m in {unwanted} if m in sys.modules])"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "[]"


def test_no_model_reads_its_own_source_when_it_is_made() -> None:
    """Under pytest pydantic's own reading of docstrings costs a tenth of a second of each run; see field_docs."""
    assert [name for name, tree in modules().items() if "use_attribute_docstrings" in ast.dump(tree)] == []


def test_every_name_of_the_face_exists() -> None:
    for name in pytest_llmeval.__all__:
        assert getattr(pytest_llmeval, name) is not None
    assert dir(pytest_llmeval) == sorted(pytest_llmeval.__all__)
    assert set(pytest_llmeval._HOMES) | set(pytest_llmeval._FACES) == set(pytest_llmeval.__all__)


def test_unknown_name_of_the_face_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'asert_grade'"):
        pytest_llmeval.asert_grade  # noqa: B018
