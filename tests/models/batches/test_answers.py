from __future__ import annotations

import pytest

from pytest_llmeval.errors import AuthenticationError, RequestRejected
from pytest_llmeval.models.answer import Reply
from pytest_llmeval.models.batches.answers import BatchAnswers


def test_answer_is_paid_for_when_it_is_taken_first() -> None:
    answers = BatchAnswers()
    answers.add("k", Reply("yes"))
    assert "k" in answers
    assert "other" not in answers
    assert [answers.take("k"), answers.take("k")] == [(Reply("yes"), True), (Reply("yes"), False)]


def test_request_that_failed_raises_and_ends_its_own_trial_only() -> None:
    answers = BatchAnswers()
    answers.add("k", AuthenticationError("vendor:m: 403 not yours", status=403))
    with pytest.raises(RequestRejected, match="vendor:m: 403 not yours") as caught:
        answers.take("k")
    assert caught.value.status == 403
