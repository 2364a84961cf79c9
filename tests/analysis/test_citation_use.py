from __future__ import annotations

from pytest_llmeval.analysis.citation_use import CitationUse, citations_of
from pytest_llmeval.benchmark.entry import Entry
from pytest_llmeval.grading.grade import Score
from pytest_llmeval.grading.retrieval.citing import citations
from pytest_llmeval.models.answer import Answer
from tests.runs.samples import record


def test_citations_are_read_from_what_the_grader_scores() -> None:
    for text, number in (("nothing", 0), ("a.py, b.py:3 and c.py", 3)):
        grade = citations(fabricated="ignore")(Entry(id="q", question="?"), Answer(text))
        assert citations_of(record(scores=grade.scores)) == number


def test_answers_nobody_counted_are_in_no_rate() -> None:
    found = CitationUse()
    for scores in ((Score("cites", 1.0, detail="2 cited"),), (Score("cites", 0.0, detail="0 cited"),), ()):
        found.add(record(scores=scores))
    assert (found.rate.count, found.rate.n, found.per_answer) == (1, 2, 1.0)
    assert citations_of(record(scores=(Score("cites", 1.0, detail="some"),))) is None
    assert CitationUse().per_answer is None
