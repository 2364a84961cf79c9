import pytest

from pytest_llmeval.errors import AuthenticationError, ProviderError, ProviderTimeout, RateLimited, RequestRejected
from pytest_llmeval.models.retrying import RetryPolicy

POLICY = RetryPolicy(attempts=3, base_s=1, longest_s=10, draw=lambda: 1.0)


@pytest.mark.parametrize("error", [AuthenticationError("no"), RequestRejected("no"), ProviderError("no")])
def test_only_transport_errors_are_tried_again(error: ProviderError) -> None:
    assert POLICY.wait_s(error, 1) is None


def test_wait_doubles_and_tries_are_bounded() -> None:
    assert [POLICY.wait_s(ProviderTimeout("slow"), attempt) for attempt in (1, 2, 3)] == [1.0, 2.0, None]


def test_wait_is_drawn_from_the_upper_half() -> None:
    assert RetryPolicy(base_s=1, draw=lambda: 0.0).wait_s(ProviderTimeout("slow"), 1) == 0.5


def test_wait_never_passes_the_cap() -> None:
    assert RetryPolicy(attempts=50, base_s=1, longest_s=10, draw=lambda: 1.0).wait_s(ProviderTimeout("x"), 40) == 10


@pytest.mark.parametrize(("asked", "waited"), [(3.0, 3.0), (0.0, 0.0), (-1.0, 0.0), (3600.0, 10)])
def test_retry_after_is_obeyed_up_to_the_cap(asked: float, waited: float) -> None:
    assert POLICY.wait_s(RateLimited("slow down", retry_after_s=asked), 1) == waited
