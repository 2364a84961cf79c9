"""The eval session: registered as a plugin at the first eval; reads benchmarks, makes items, and brings in the rest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from pytest_llmeval.errors import BenchmarkError, ConfigurationError
from pytest_llmeval.models.model_name import ModelName
from pytest_llmeval.plugin import workers
from pytest_llmeval.plugin.canary_stop import CanaryStop
from pytest_llmeval.plugin.contamination import contamination_told
from pytest_llmeval.plugin.counting import Counting
from pytest_llmeval.plugin.desk import Desk
from pytest_llmeval.plugin.failures import ShortFailures
from pytest_llmeval.plugin.freezing import MANY, freeze_collected
from pytest_llmeval.plugin.guarded_first import guarded_first
from pytest_llmeval.plugin.items import name_of, trial_of
from pytest_llmeval.plugin.left_out import LeftOut, files_skipped
from pytest_llmeval.plugin.marked_trials import asked_once, trials
from pytest_llmeval.plugin.marker import EvalSpec, read_marker
from pytest_llmeval.plugin.notes import notes_before
from pytest_llmeval.plugin.parametrize import parametrize
from pytest_llmeval.plugin.prompt_leaks import leaks_told
from pytest_llmeval.plugin.quotas import Quotas
from pytest_llmeval.plugin.recording import RunFacts
from pytest_llmeval.plugin.reporter import Reporter
from pytest_llmeval.plugin.resuming import Resuming
from pytest_llmeval.plugin.runner import Runner
from pytest_llmeval.plugin.screen import Screen
from pytest_llmeval.plugin.settings import Settings
from pytest_llmeval.plugin.shelf import Shelf
from pytest_llmeval.plugin.state import SETTINGS, cast_of, code_execution, past, run_id, slicer
from pytest_llmeval.plugin.stock import take_stock
from pytest_llmeval.plugin.trial import Trial
from pytest_llmeval.plugin.trial_run import TrialRun
from pytest_llmeval.plugin.workers import Collected
from pytest_llmeval.runs.eval_name import function_of
from pytest_llmeval.runs.provenance import git_state

SESSION = pytest.StashKey["EvalSession"]()


class EvalSession:
    """One per process and pytest session.

    Made when the first marker is met; in an xdist controller, when a worker tells of evals. Registers the parts that do
    the work: where tests run, the runner and the reporter; where the log is written, the desk, the screen, the quotas.
    """

    def __init__(self, config: pytest.Config, settings: Settings) -> None:
        self._config = config
        self._settings = settings
        self._past = past(config)
        cast = cast_of(config)
        self._models = cast.models or tuple(map(ModelName.parse, self._past.models))
        self._judges = cast.judges
        self._shelf = Shelf(config.rootpath)
        git = git_state(config.rootpath)
        resumed = self._past.resumed
        facts = RunFacts(resumed.run_id if resumed else run_id(config), git.sha)
        self._desk: Desk | None = None
        self._screen: Screen | None = None
        if not workers.is_worker(config) and not settings.dry_run:
            self._desk = Desk(config, settings, facts, git, resumed)
            self._screen = Screen(config, self._desk)
        counting = Counting(settings.rules, counts_flagged=settings.counts_flagged)
        self._runner = Runner(config, settings, replace(cast, models=self._models), self._past, counting)
        self.resuming = Resuming(config, self._past)
        self.left_out = LeftOut(slicer(config).shard)
        self._leaks: list[tuple[EvalSpec, str]] = []  # told if any eval of the marker is run
        self._register(facts, counting)

    def _register(self, facts: RunFacts, counting: Counting) -> None:
        parts: dict[str, object | None] = {
            "failures": ShortFailures(self._config),
            "slicer": slicer(self._config),
            "runner": self._runner,
            "reporter": Reporter(facts, self._desk, counting),
            "desk": self._desk,
            "screen": self._screen,
            "quotas": Quotas() if self._desk is not None else None,
            "batch": self._batch_run(),
            "gate": self._gate(),
            "canary_stop": CanaryStop(self._config, self._desk) if self._settings.canary_stop else None,
        }
        for name, part in parts.items():
            if part is not None:
                self._config.pluginmanager.register(part, f"llm_eval_{name}")

    # Gates, baselines and batches are imported where they are wanted: every run would pay for what few ask for.
    def _gate(self) -> object | None:
        if self._desk is None or not (self._settings.rules or self._settings.baseline):
            return None
        from pytest_llmeval.plugin.gate import Gate

        return Gate(self._config, self._settings, self._desk)

    def _batch_run(self) -> object | None:
        if self._desk is None or not self._settings.batch:
            return None
        from pytest_llmeval.plugin.batch_run import BatchRun

        return BatchRun(self._settings, self._past, self._desk, self._runner.started_engine)

    def parametrize(self, metafunc: pytest.Metafunc, mark: pytest.Mark) -> None:
        """Turn a marked function into items; every fault of marker and file is told here."""
        try:
            spec = read_marker(mark)
            benchmark = self._shelf.take(spec, metafunc.definition.path)
            beside = benchmark.path.parent if benchmark.path else metafunc.definition.path.parent
            samples = self._settings.samples or spec.samples or 1
            found = trials(
                spec,
                benchmark,
                self._models,
                samples,
                (beside, self._config.rootpath),
                metafunc.definition.iter_markers(),
                self._shelf.check_of(benchmark),
            )
            leaks = leaks_told(spec, asked_once(found), spec.leaks or self._settings.leaks)
        except (ConfigurationError, BenchmarkError) as error:
            apart = (
                "\n" if isinstance(error, BenchmarkError) else " "
            )  # the faults of a file stand on lines of their own
            fault = f"{metafunc.definition.nodeid}:{apart}{error}"
        else:
            self._leaks += [(spec, f"{metafunc.definition.nodeid}: {told}") for told in leaks]
            refusal = code_execution(self._config).refusal(spec.graders)
            parametrize(metafunc, [replace(one, refusal=refusal) for one in found] if refusal else found)
            if len(found) >= MANY:
                freeze_collected(self._config)
            return
        pytest.fail(fault, pytrace=False)  # outside of the handler, or the fault would be told twice

    def begin(self, item: pytest.Item) -> TrialRun:
        """Return the run of an item whose fixtures are being set up."""
        return self._runner.begin(item)

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Run first what must pass."""
        items[:] = guarded_first(items)

    def pytest_deselected(self, items: Sequence[pytest.Item]) -> None:
        """Count the evals that are left out."""
        self.left_out.note_deselected(items)

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Take stock of what is left to run once everybody has deselected."""
        found = [trial for trial in map(trial_of, session.items) if trial is not None and trial.model is not None]
        left_out, of_other_shards = self.left_out.told(session.items, self._config.args)
        stock = take_stock(self._shelf.benchmarks, self._shelf.check_of, self._settings, asking=bool(found))
        resumed = self.resuming.find(session.items)
        collected = Collected(
            models=tuple(dict.fromkeys(str(trial.model) for trial in found)),
            entries=len({(id(trial.spec), trial.origin.id) for trial in found}),
            trials=len(found),
            functions=tuple(dict.fromkeys(function_of(name_of(item)) for item in session.items if trial_of(item))),
            benchmarks=stock.described,
            contamination=tuple(contamination_told(found, map(self._shelf.check_of, self._shelf.benchmarks))),
            deselected=left_out + files_skipped(self._config),
            left_to_shards=of_other_shards,
            notes=(*self._notes(found), *stock.notes, *resumed),
            refusal=self.resuming.refusal or stock.refusal,
            finished=self.resuming.finished,
        )
        self._runner.keep_private(benchmark.path for benchmark in self._shelf.benchmarks if benchmark.path)
        if workers.is_worker(self._config):
            workers.leave_note(self._config, collected)
        elif collected.refusal:
            raise pytest.UsageError(collected.refusal)
        elif self._desk is not None:
            self._desk.expect(collected)

    def _notes(self, found: Sequence[Trial]) -> list[str]:
        return notes_before(found, self._config, self._settings, self._models, self._judges, self._leaks)

    def workers_collected(self, collected: Collected | None) -> None:
        """Open the desk of a controller and print the header that a single process prints after collecting.

        Args:
            collected: What the workers found; None where they could not say and a report came first.

        Raises:
            pytest.UsageError: Where they found that the run must not begin.
        """
        if collected is not None and collected.refusal:
            raise pytest.UsageError(collected.refusal)
        if self._desk is None or self._screen is None or (collected is not None and not collected.trials):
            return
        if collected is not None:
            self._desk.expect(collected)
        self._desk.open(self._past.kept())
        if collected is not None:
            self._screen.print_header()

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self) -> None:
        """Spare the garbage collector what collecting has made."""
        freeze_collected(self._config)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(self) -> None:
        """Open the desk before anything is asked, so that a log that cannot be written costs nothing."""
        planning = self._config.option.setupplan
        if self._desk is not None and not self._desk.is_open and self._desk.collected.trials and not planning:
            self._desk.open(self._past.kept())

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Close the desk once everybody has had a say in how the session ended."""
        if self._desk is not None:
            self._desk.close(int(session.exitstatus))


def eval_session(config: pytest.Config) -> EvalSession:
    """Return the session's one `EvalSession`; made, and registered as a plugin, at the first eval."""
    if SESSION not in config.stash:
        session = EvalSession(config, config.stash[SETTINGS])
        config.stash[SESSION] = session
        config.pluginmanager.register(session, "llm_eval_session")
    return config.stash[SESSION]
