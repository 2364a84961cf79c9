from __future__ import annotations

from collections.abc import Mapping

import pytest

from pytest_llmeval.errors import UnsupportedByProvider
from pytest_llmeval.models.batches.chunks import divide, limits_of
from pytest_llmeval.models.providers.batch_port import BatchLimits
from pytest_llmeval.models.request import Request
from tests.models.batches.vendor import Vendor, request


def chunks(requests: Mapping[str, Request], limits: BatchLimits) -> list[list[str]]:
    return [list(chunk.requests) for chunk in divide(requests, Vendor(), limits)]


def test_requests_are_divided_by_number() -> None:
    five = {f"k{n}": request() for n in range(5)}
    assert chunks(five, BatchLimits(2, 100)) == [["k0", "k1"], ["k2", "k3"], ["k4"]]


def test_requests_are_divided_by_bytes_up_to_the_last_one_that_fits() -> None:
    sizes = {"a": 4, "b": 6, "c": 1, "d": 9}
    found = {key: request("x" * size) for key, size in sizes.items()}
    assert chunks(found, BatchLimits(10, 10)) == [["a", "b"], ["c", "d"]]


def test_request_that_is_too_large_alone_goes_alone() -> None:
    assert chunks({"a": request("x" * 20), "b": request("y")}, BatchLimits(10, 10)) == [["a"], ["b"]]


def test_batch_is_of_one_model() -> None:
    mixed = {"a": request(model="m"), "b": request(model="n"), "c": request(model="m")}
    found = list(divide(mixed, Vendor(), BatchLimits(10, 100)))
    assert [(chunk.model.model, list(chunk.requests)) for chunk in found] == [("m", ["a", "c"]), ("n", ["b"])]


def test_request_that_cannot_be_sent_in_a_batch_is_left_out() -> None:
    assert chunks({"a": request("unsendable"), "b": request()}, BatchLimits(10, 100)) == [["b"]]
    assert chunks({"a": request("unsendable")}, BatchLimits(10, 100)) == []


@pytest.mark.parametrize("provider", [object(), Vendor(batch_limits=None)], ids=["no port", "no batches"])
def test_provider_without_batches_is_named_with_the_way_out(provider: object) -> None:
    with pytest.raises(UnsupportedByProvider, match=r"^mine: takes no batches; leave out --llm-batch, or use a model"):
        limits_of(provider, "mine")
