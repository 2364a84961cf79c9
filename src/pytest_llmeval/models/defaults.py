"""What every request of a trial shares, and the requests that are made of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pytest_llmeval.models.model_name import ModelName
from pytest_llmeval.models.request import Message, Params, Request, Tool, read_messages
from pytest_llmeval.models.response_schema import Schema, read_schema
from pytest_llmeval.models.tools.fake_tool import FakeTool
from pytest_llmeval.models.trial_budget import TrialLimits


@dataclass(frozen=True, slots=True)
class Defaults:
    """What every request of a trial shares."""

    model: ModelName
    params: Params = field(default_factory=Params)
    system: str | None = None
    sample: int = 1
    base_url: str | None = None
    max_steps: int = 10
    """How often a model that calls tools is asked at most, before it has to have answered."""
    limits: TrialLimits = field(default_factory=TrialLimits)
    """What the trial may take in all."""

    def request(
        self,
        prompt: str | Message | Iterable[Message],
        system: str | None,
        tools: Iterable[Tool | FakeTool | Mapping[str, Any]],
        schema: Schema | None,
        params: Mapping[str, Any],
    ) -> Request:
        """Make a request; what it does not say is as for the trial.

        Raises:
            ConfigurationError: Where the prompt, a tool, a parameter or the schema cannot be read.
        """
        return Request(
            model=self.model,
            messages=read_messages(prompt),
            system=self.system if system is None else system,
            tools=tuple(tool.spec if isinstance(tool, FakeTool) else Tool.read(tool) for tool in tools),
            response_schema=None if schema is None else read_schema(schema),
            params=self.params.updated(params) if params else self.params,
            sample=self.sample,
            base_url=self.base_url,
        )
