"""Writes the tables of the documentation that repeat what the code says: ``python -m tools.doc_tables``.

A table stands between ``<!-- table: NAME -->`` and ``<!-- end of table -->``; a test fails where one is out of date.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

from pytest_llmeval.benchmark.spellings import SPELLINGS
from pytest_llmeval.cli.main import COMMANDS
from pytest_llmeval.models.providers.endpoints import ENDPOINTS
from pytest_llmeval.plugin.option import Option
from pytest_llmeval.plugin.options import OPTIONS
from pytest_llmeval.runs.field_docs import documented_schema
from pytest_llmeval.runs.record import DESIGNED_FIELDS
from pytest_llmeval.runs.schema import shipped_schema
from pytest_llmeval.runs.sidecar import RunInfo

DOCS = Path(__file__).parents[1] / "docs"
MEANINGS: Mapping[str, str] = MappingProxyType(
    {
        "Call.provider": "Who was asked.",
        "Call.model": "Which of its models.",
        "Call.messages": "The conversation that was sent.",
        "Call.reply": "What came back.",
        "Call.request_hash": "Identifies all that was sent.",
        "Call.system": "The system prompt.",
        "Call.params": "Sampling parameters of this call.",
        "Call.tools": "Names of the tools that were offered.",
        "Call.role": "Whether the model under test was asked, or a judge.",
        "Call.attempts": "Tries, the successful one included.",
        "Call.cached": "Whether the reply came from the cache.",
        "Call.cost_usd": "What it cost; null where the price is unknown.",
        "Tool.name": "Its name.",
        "Tool.description": "What the model is told of it.",
        "Tool.parameters": "JSON Schema of its arguments.",
        "Reply.text": "What the model wrote.",
        "Reply.finish_reason": "Why the model stopped.",
        "Reply.tool_calls": "Tools the model asked for, with their results where they were run.",
        "ToolCall.name": "Which tool.",
        "ToolCall.arguments": "What it was given.",
        "ToolCall.id": "The provider's own name of the call.",
        "Reply.usage": "Tokens of this call.",
        "Reply.system_fingerprint": "The provider's own mark of the configuration that answered.",
        "Reply.retrieval_method": "How the provider found evidence.",
        "Reply.thinking": "What the model thought aloud before it answered.",
        "Reply.token_logprobs": "Log probability of each output token, if asked for with `logprobs=True`.",
        "Score.name": "What was measured.",
        "Score.value": "From 0 (worst) to 1 (best); null where nothing could be measured.",
        "Score.passed": "Whether it is good enough; null where that was not asked or cannot be told.",
        "Score.detail": "One line for a person.",
        "Score.kind": "Who stands behind it: a check of fact, a rule of thumb, a model, a person.",
        "Score.grader": "Id of the grader it came from.",
        "RunInfo.run_id": "The run; the same as on every line of the log.",
        "RunInfo.schema_version": "As in the record.",
        "RunInfo.versions": "Of Python, pytest, this plugin, the SDKs and the price list.",
        "RunInfo.git": "`sha`, `branch`, and `dirty`: whether tracked files differed from the commit.",
        "RunInfo.benchmarks": "`name`, `path`, number of `entries` and content `hash` of each benchmark; "
        "by its manifest its `version`, and how many entries had `changed_since`.",
    }
)
"""What fields mean whose types do not say it themselves."""
_REGION = re.compile(r"(<!-- table: (\S+) -->\n).*?(<!-- end of table -->)", re.DOTALL)


def table(titles: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Write a Markdown table; bars inside cells are escaped."""
    cells = [[cell.replace("|", "\\|") for cell in row] for row in rows]
    lines = [titles, ["---"] * len(titles), *cells]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def record_table(*, designed: bool) -> str:
    """Tell the fields of a record: those every line has, or the further ones."""
    schema = shipped_schema()
    chosen = {name: told for name, told in schema["properties"].items() if (name in DESIGNED_FIELDS) is designed}
    return _fields_table(chosen)


def part_table(part: str) -> str:
    """Tell the fields of an object inside a record, such as ``Call``."""
    fields = shipped_schema()["$defs"][part]["properties"]
    return _fields_table(
        {name: {"description": MEANINGS.get(f"{part}.{name}", ""), **told} for name, told in fields.items()}
    )


def sidecar_table() -> str:
    """Tell the fields of the sidecar."""
    fields = documented_schema(RunInfo)["properties"]
    return _fields_table(
        {name: {"description": MEANINGS.get(f"RunInfo.{name}", ""), **told} for name, told in fields.items()}
    )


def _fields_table(properties: Mapping[str, Any]) -> str:
    rows = [[f"`{name}`", type_of(told), _plain(told.get("description", ""))] for name, told in properties.items()]
    return table(["field", "type", "meaning"], rows)


def type_of(told: Mapping[str, Any]) -> str:
    """Say in a few words what a field of a JSON Schema takes."""
    if "anyOf" in told:
        return " or ".join(dict.fromkeys(type_of(one) for one in told["anyOf"]))
    if "enum" in told:
        return ", ".join(f"`{value}`" for value in told["enum"])
    if "$ref" in told:
        return str(told["$ref"]).rpartition("/")[2]
    if told.get("type") == "array":
        return f"list of {type_of(told['items'])}" if told.get("items") else "list"
    return str(told.get("type", "any"))


def provider_table() -> str:
    """Tell the hosted and local providers."""
    rows = []
    for row in ENDPOINTS.values():
        key = " or ".join(f"`{name}`" for name in row.key_variables) or "none"
        moved = f"; `{row.base_url_variable}` moves it" if row.base_url_variable else ""
        url = f"`{row.base_url}`{moved}" if row.base_url else "`--llm-base-url`"
        rows.append([f"`{row.name}`", key + ("" if row.needs_key else " (optional)" * (key != "none")), url])
    return table(["provider", "key", "base URL"], rows)


def spelling_table() -> str:
    """Tell which other names a field may have."""
    return table(
        ["field", "also read from"],
        [[f"`{field}`", ", ".join(f"`{name}`" for name in names)] for field, names in SPELLINGS.items()],
    )


def option_table() -> str:
    """Tell every flag, with the ini value behind it."""
    return table(["flag", "ini", "default", "meaning"], map(_option_row, OPTIONS))


def _option_row(option: Option) -> list[str]:
    shown = f"`{option.flag}={option.metavar}`" if option.metavar else f"`{option.flag}`"
    ini = f"`{option.name}`" if option.in_ini and not option.flag_only else "–"
    repeated = " (repeatable)" if option.many else ""
    return [shown + repeated, ini, "–" if option.default is None else f"`{option.default}`", _plain(option.help)]


def command_table() -> str:
    """Tell the subcommands of ``pytest-llmeval``."""
    rows = [[f"`pytest-llmeval {name}`", line] for name, line in sorted(COMMANDS.items())]
    return table(["command", "what it does"], rows)


def _plain(text: str) -> str:
    return " ".join(text.replace("``", "`").split())


TABLES: Mapping[str, Callable[[], str]] = MappingProxyType(
    {
        "record-designed": lambda: record_table(designed=True),
        "record-further": lambda: record_table(designed=False),
        "record-call": lambda: part_table("Call"),
        "record-tool": lambda: part_table("Tool"),
        "record-reply": lambda: part_table("Reply"),
        "record-tool-call": lambda: part_table("ToolCall"),
        "record-tool-result": lambda: part_table("ToolResult"),
        "record-turn": lambda: part_table("TurnRecord"),
        "record-usage": lambda: part_table("Usage"),
        "record-score": lambda: part_table("Score"),
        "sidecar": sidecar_table,
        "providers": provider_table,
        "spellings": spelling_table,
        "options": option_table,
        "commands": command_table,
    }
)
"""Each table by the name under which pages ask for it."""


def renewed(text: str) -> str:
    """Return a page with all its tables as the code would have them now."""
    return _REGION.sub(lambda found: f"{found[1]}{TABLES[found[2]]()}{found[3]}", text)


def outdated(folder: Path = DOCS) -> Iterator[tuple[Path, str]]:
    """Yield each page whose tables are out of date, with the text it should have."""
    for path in sorted(folder.glob("*.md")):
        text = path.read_text(encoding="utf-8")
        if (fresh := renewed(text)) != text:
            yield path, fresh


def main() -> int:
    """Rewrite what is out of date."""
    for path, fresh in outdated():
        path.write_text(fresh, encoding="utf-8")
        sys.stdout.write(f"renewed {path.name}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
