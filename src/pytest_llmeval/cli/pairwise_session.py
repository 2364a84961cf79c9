"""The work behind `pytest-llmeval pairwise`: which pairs are left, asking about them, writing each down at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pytest_llmeval.analysis.judges.answer_pairs import AnswerPair, AnswerPairs
from pytest_llmeval.analysis.judges.judgement import outcome_of
from pytest_llmeval.benchmark.entry import Entry
from pytest_llmeval.cli.asking import JudgeDesk, tell_spent
from pytest_llmeval.cli.printing import note
from pytest_llmeval.cli.progress import Progress
from pytest_llmeval.fingerprint import fingerprint
from pytest_llmeval.grading.judge.asking import Heard, side_by_side
from pytest_llmeval.grading.judge.pairwise import Better, BothOrders, Opinion, ask_both_orders, pairwise_hash
from pytest_llmeval.models.answer import Call, Usage
from pytest_llmeval.models.model_name import ModelName
from pytest_llmeval.models.tracing import total_cost
from pytest_llmeval.runs.preference_log import PreferenceLine, PreferenceLog, Said
from pytest_llmeval.runs.provenance import utc_timestamp

SAME = Heard(Opinion("tie", "Both answers are the same text."))


@dataclass(frozen=True, slots=True)
class Task:
    """One pair for one judge."""

    pair: AnswerPair
    entry: Entry
    judge: ModelName
    judge_hash: str
    key: str


def tasks_of(pairs: AnswerPairs, entries: Mapping[str, Entry], desk: JudgeDesk, sample: int | None) -> Iterator[Task]:
    """Yield each pair for each judge.

    Args:
        pairs: All that could be judged.
        entries: By id, with their gold answers.
        desk: Knows the judges.
        sample: How many pairs; the same ones every time.
    """
    chosen = list(pairs.pairs)
    if sample is not None:
        chosen = sorted(chosen, key=lambda one: fingerprint([one.name, one.base.sample]))[:sample]
    hashes = {model: pairwise_hash(desk.judge(model, lambda _: None), desk.params) for model in desk.models}
    for pair in chosen:
        entry = _entry_of(pair, entries)
        texts = [pair.base_text.text, pair.new_text.text]
        for model, judge_hash in hashes.items():
            yield Task(pair, entry, model, judge_hash, fingerprint([judge_hash, entry.hash, *texts]))


def _entry_of(pair: AnswerPair, entries: Mapping[str, Entry]) -> Entry:
    """Return the benchmark's entry, where it is still the one that was asked; else what the log knows of it."""
    entry = entries.get(pair.base.question_id)
    if entry is not None and pair.base.entry_hash in (None, entry.hash):
        return entry
    return Entry(id=pair.base.question_id, question=pair.base.question)


def judge_all(tasks: list[Task], pairs: AnswerPairs, desk: JudgeDesk, log: PreferenceLog) -> None:
    """Ask about all pairs that are not settled; whatever ends it, what was judged is in the log.

    Raises:
        FatalProviderError: Where no judge can be asked any more.
        RunLogError: Where the log cannot be written.
    """
    todo = [task for task in tasks if task.key not in log.lines or not log.lines[task.key].is_settled]
    progress, calls = Progress("pairwise", len(todo)), list[Call]()
    waiting = iter(todo)

    async def worker() -> None:
        for task in waiting:
            line = await _judged(task, pairs, desk, calls)
            if line is not None:
                log.append(line)
            progress.step()

    async def work() -> None:
        await side_by_side([worker() for _ in range(desk.concurrency)])

    try:
        desk.loop.run(work())
    except BaseException:
        progress.end()
        note(f"stopped; what was judged is in {log.path}, and the same command goes on")
        raise
    progress.end()
    tell_spent(calls)


async def _judged(task: Task, pairs: AnswerPairs, desk: JudgeDesk, calls: list[Call]) -> PreferenceLine | None:
    """Judge one pair; None where the budget forbade it."""
    pair, own = task.pair, list[Call]()
    identical = pair.base_text.text == pair.new_text.text
    said = BothOrders(str(task.judge), SAME, SAME)
    if not identical:
        judge = desk.judge(task.judge, own.append)
        said = await ask_both_orders(judge, task.entry, pair.base_text, pair.new_text, params=desk.params)
    calls += own
    if said.a_first.not_asked or said.b_first.not_asked:
        return None
    return PreferenceLine(
        key=task.key,
        entry=pair.name,
        sample=pair.base.sample,
        category=pair.base.category,
        base=pairs.base,
        new=pairs.new,
        base_run=pair.base.run,
        new_run=pair.new.run,
        judge=said.judge,
        judge_hash=task.judge_hash,
        base_first=_said(said.a_first),
        new_first=_said(said.b_first),
        outcome=outcome_of(_better(said.a_first), _better(said.b_first)),
        base_characters=len(pair.base_text.text),
        new_characters=len(pair.new_text.text),
        identical=identical,
        usage=sum((call.reply.usage for call in own), Usage()),
        cost_usd=total_cost(own),
        timestamp=utc_timestamp(),
    )


def _better(heard: Heard[Opinion]) -> Better | None:
    return None if heard.verdict is None else heard.verdict.better


def _said(heard: Heard[Opinion]) -> Said:
    rationale = "" if heard.verdict is None else heard.verdict.rationale
    return Said(better=_better(heard), rationale=rationale, fault=heard.fault, abstained=heard.abstained)
