"""A session of choosing: shows two answers side by side, takes a key, then a note; every choice is saved at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from pytest_llmeval.analysis.people.preferring import AnswerPair, Pairs, who
from pytest_llmeval.benchmark.entry import Entry
from pytest_llmeval.cli.card_session import CardSession
from pytest_llmeval.cli.terminal_port import Terminal
from pytest_llmeval.reports.grading_screen import keyed, said
from pytest_llmeval.reports.lines import Line, line
from pytest_llmeval.reports.pair_card import CHOICE_KEYS, CHOICES, OTHER_KEYS, pair_lines
from pytest_llmeval.runs.asked_entry import asked_entry
from pytest_llmeval.runs.preference_file import Preference, Verdict, write_preferences
from pytest_llmeval.runs.provenance import utc_timestamp


class PreferringSession(CardSession):
    """Asks of pair after pair which answer is better.

    Args:
        pairs: All of them.
        preferences: What the file holds; choices are added to it.
        path: The file.
        terminal: To ask on.
        rater: Who is asked; what this rater chose before is not asked again.
        entries: Of the benchmark, by id; may lack any.
        most: How many pairs to ask about, those of earlier sessions counted; all by default.
        now: The clock.
    """

    def __init__(
        self,
        pairs: Pairs,
        preferences: list[Preference],
        path: Path,
        terminal: Terminal,
        *,
        rater: str,
        entries: Mapping[str, Entry],
        most: int | None = None,
        now: Callable[[], str] = utc_timestamp,
    ) -> None:
        wanted = pairs.pairs[:most]
        self._pairs = [pair for pair in wanted if not is_chosen(pair, preferences, rater)]
        todo, done = len(self._pairs), len(wanted) - len(self._pairs)
        message = "" if entries else "no gold answers: name the benchmark with --benchmark FILE"
        super().__init__(terminal, rater=rater, todo=todo, done=done, blind=True, message=message)
        self._preferences, self._path = preferences, path
        self._entries, self._now = entries, now

    def _keys(self) -> list[Line]:
        return [*keyed(CHOICE_KEYS, self._width), *keyed(OTHER_KEYS, self._width)]

    def _decide_by(self, key: str) -> bool:
        if key in CHOICES:
            self._choose(CHOICES[key])
        return key in CHOICES

    def _choose(self, choice: str) -> None:
        note = self._note(choice if choice in ("tie", "both bad") else f"{choice} is better")
        if note is None:
            self._message = "not chosen"
            return
        pair = self._pairs[self._place]
        self._preferences.append(
            preference_of(pair, verdict_of_side(pair, choice), self._rater, self._now(), note or None, shown=True)
        )
        self._save()
        self._tell_saved(pair.first.question_id, choice)
        self._go_on(decided=True)

    def _take_back(self) -> None:
        self._preferences.pop()
        self._save()

    def _save(self) -> None:
        write_preferences(self._path, self._preferences)

    def _card(self) -> list[Line]:
        if self._at_end:
            return [line(), said(f"Nothing is left: {self.decided} chosen now, {self.skipped} skipped.")]
        pair = self._pairs[self._place]
        return pair_lines(pair, asked_entry(pair.first, self._entries), self._width - 2)


def is_chosen(pair: AnswerPair, preferences: Sequence[Preference], rater: str) -> bool:
    """Tell whether a rater has chosen between these two answers."""
    return any(one.rater == rater and pair.choice(one) for one in preferences)


def verdict_of_side(pair: AnswerPair, choice: str) -> Verdict:
    """Say which answer it is that was on a side."""
    if choice in ("tie", "both bad"):
        return "tie" if choice == "tie" else "both_bad"
    return "first" if (choice == "left") == (pair.left == "first") else "second"


def preference_of(
    pair: AnswerPair, verdict: Verdict, rater: str, timestamp: str, notes: str | None, *, shown: bool
) -> Preference:
    """Return a choice as it is kept."""
    return Preference(
        question_id=pair.first.question_id,
        sample=pair.first.sample,
        eval=pair.eval,
        category=pair.first.category,
        first=who(pair.first),
        second=who(pair.second),
        preferred=verdict,
        left=pair.left if shown else None,
        answers=pair.answers,
        rater=rater,
        notes=notes,
        timestamp=timestamp,
    )
