import multiprocessing
from pathlib import Path

import pytest

from pytest_llmeval.errors import BudgetExhausted
from pytest_llmeval.models.budget import Budget, Ledger, Limits, OwnLedger, SharedLedger, Spent


@pytest.fixture(params=["own", "shared"])
def ledger(request: pytest.FixtureRequest, tmp_path: Path) -> Ledger:
    return OwnLedger() if request.param == "own" else SharedLedger(tmp_path / "deep" / "ledger")


def test_ledger_sums(ledger: Ledger) -> None:
    ledger.add(Spent(1, 10, 0.5))
    assert ledger.add(Spent(1, 10, 0.25)) == (True, Spent(2, 20, 0.75))


def test_ledger_refuses_what_the_sum_forbids(ledger: Ledger) -> None:
    ledger.add(Spent(calls=3))
    assert ledger.add(Spent(calls=1), unless=lambda so_far: so_far.calls >= 3) == (False, Spent(calls=3))


def test_calls_are_counted_exactly(ledger: Ledger) -> None:
    budget = Budget(Limits(calls=2), ledger)
    budget.reserve_call()
    budget.reserve_call()
    with pytest.raises(BudgetExhausted, match=r"^--llm-max-calls=2 is used up$"):
        budget.reserve_call()


def test_tokens_and_cost_stop_the_call_after_they_were_reached(ledger: Ledger) -> None:
    budget = Budget(Limits(tokens=100, cost_usd=1.0), ledger)
    budget.reserve_call()
    budget.charge(99, 0.99)
    budget.reserve_call()
    budget.charge(None, None)
    budget.charge(1, None)
    with pytest.raises(BudgetExhausted, match="--llm-max-tokens=100 is used up: 100 tokens"):
        budget.reserve_call()
    cheap = Budget(Limits(cost_usd=1.0), ledger)
    cheap.charge(None, 0.01)
    with pytest.raises(BudgetExhausted, match=r"--llm-max-cost=1 is used up: \$1.0000"):
        cheap.reserve_call()


def test_time_counts_from_the_start_of_the_run() -> None:
    now = [1000.0]
    budget = Budget(Limits(seconds=60), OwnLedger(), clock=lambda: now[0])
    budget.reserve_call()
    now[0] += 60
    with pytest.raises(BudgetExhausted, match="--llm-max-time=60 is used up"):
        budget.reserve_call()


def test_without_limits_everything_goes_and_is_counted(ledger: Ledger) -> None:
    budget = Budget(Limits(), ledger)
    for _ in range(100):
        budget.reserve_call()
        budget.charge(10**9, 10**6)
    assert ledger.add(Spent()) == (True, Spent(100, 10**11, 10.0**8))


def reserve(path: Path, tries: int, won: "multiprocessing.Queue[int]") -> None:
    budget = Budget(Limits(calls=100), SharedLedger(path))
    count = 0
    for _ in range(tries):
        try:
            budget.reserve_call()
        except BudgetExhausted:
            break
        count += 1
    won.put(count)


def test_processes_share_one_ledger_exactly(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    won: multiprocessing.Queue[int] = context.Queue()
    processes = [context.Process(target=reserve, args=(tmp_path / "ledger", 80, won)) for _ in range(3)]
    for process in processes:
        process.start()
    counts = [won.get(timeout=30) for _ in processes]
    for process in processes:
        process.join()
    assert sum(counts) == 100
