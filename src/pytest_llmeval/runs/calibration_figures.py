"""Figures of a calibration as its file keeps them."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from pytest_llmeval.runs.kept_findings import Figure, Share


class LengthBiasFigure(Figure):
    """How many levels a judge rises with each doubling of an answer's words, people's grade being the same."""

    p_value: float | None = None
    """Of the test that length does not matter."""
    n: int = 0
    reason: str = ""
    """Why the slope is unknown."""


class CategoryFigures(BaseModel):
    """One category of the answers that were labelled."""

    model_config = ConfigDict(frozen=True, extra="allow")

    same: Share
    kappa: float | None = None
    """Linear weights."""
