from dataclasses import replace

from pytest_llmeval.models.batches.waiting import Progress
from pytest_llmeval.models.estimate import ModelEstimate
from pytest_llmeval.reports.batch_lines import progress_text
from pytest_llmeval.reports.estimate import estimate_lines
from pytest_llmeval.reports.lines import width_of

MINI = ModelEstimate("openai:gpt-4o-mini", 1200, 143_000, 0.0221, 0.7414)
OWN_TASK = ModelEstimate("anthropic:claude-sonnet-4-6", 1200, 143_000, 0.447, 18.4, at_least=True)
LOCAL = ModelEstimate("ollama-local:llama3:8b", 20, 300, None, None)
FREE = ModelEstimate("offline:bm25", 20, 300, 0.0, 0.0)


def told(*estimates: ModelEstimate, width: int = 120, **given: object) -> list[str]:
    return [line.text for line in estimate_lines(estimates, width=width, **given)]  # type: ignore[arg-type]


def test_several_models_are_a_table_with_a_sum() -> None:
    assert told(MINI, OWN_TASK, LOCAL) == [
        "model                                 calls      input tokens  price",
        "openai:gpt-4o-mini                    1,200           143,000  $0.0221 – $0.7414",
        "anthropic:claude-sonnet-4-6  at least 1,200  at least 143,000  $0.4470 – $18.40, or more",
        "ollama-local:llama3:8b                   20               300  unknown",
        "all                          at least 2,420  at least 286,300  $0.4691 – $19.14, or more",
        "assumed: 4 characters are a token; replies take 1 token to max_tokens, or 1,000 where that is not set",
        "         tools, turns and code of your own may ask more; cached answers are not considered",
        "nothing was asked, no test was run",
    ]


def test_one_model_needs_no_sum_and_one_price_no_range() -> None:
    assert told(FREE)[:2] == ["model         calls  input tokens  price", "offline:bm25     20           300  $0"]
    assert told(FREE)[2].startswith("assumed: ")


def test_sum_of_nothing_but_unknown_prices_is_unknown() -> None:
    assert told(LOCAL, LOCAL)[3].split() == ["all", "40", "600", "unknown"]


def test_sum_says_that_a_price_is_missing() -> None:
    assert told(LOCAL, MINI)[3].endswith("$0.0221 – $0.7414, or more")


def test_nothing_to_ask_is_said() -> None:
    assert told() == ["nothing is selected that would ask a model", "nothing was asked, no test was run"]


def test_prices_of_batches_are_named_as_such() -> None:
    assert any("all is asked in batches" in line for line in told(MINI, batch=True))
    assert not any("batches" in line for line in told(MINI))


def test_first_faults_are_named_and_the_others_counted() -> None:
    lines = told(MINI, faults=[f"t[{n}]: file {n} does not exist\x1b[2J" for n in range(7)])
    assert lines[2] == "cannot be asked: t[0]: file 0 does not exist"
    assert lines[7] == "… and 2 more that cannot be asked"


def test_no_line_is_wider_than_the_terminal_and_none_needs_more_than_ascii() -> None:
    long = ModelEstimate("openai:" + "x" * 200, 1, 2, 0.1, 0.2, at_least=True)
    lines = told(long, MINI, width=72, ascii_only=True, faults=["y" * 300])
    assert all(line.isascii() and width_of(line) <= 72 for line in lines)


def test_progress_names_what_is_out_of_the_ordinary_only() -> None:
    plain = Progress(batches=1, over=0, requests=1500, succeeded=0, errored=0, waited_s=4.0)
    assert progress_text(plain) == "llm-batch: 0 of 1,500 done, waiting for 4.0 s"
    assert progress_text(replace(plain, waited_s=0.001)) == "llm-batch: 0 of 1,500 done, waiting"
    rich = Progress(3, 2, 500, 120, 3, 72.0, "openai:b: 503")
    assert progress_text(rich) == (
        "llm-batch: 123 of 500 done, 3 of them failed, 2 of 3 batches over, waiting for 1 m 12 s, "
        "the last poll failed: openai:b: 503"
    )
    assert progress_text(Progress(1, 1, 2, 2, 0, 9.0)) == "llm-batch: 2 of 2 done, over"
