"""What can go wrong, in the user's words.

The tree, from the general to the special::

    LLMEvalError
    ├── BenchmarkError            a benchmark file cannot be used; carries every fault found in it
    ├── ConfigurationError        a flag, ini value or marker argument cannot be used
    ├── RunLogError               a run log or its sidecar cannot be read or written
    ├── ExtractionError           an answer's text holds no value of the kind that was asked for
    ├── BudgetExhausted           the run may not spend any more
    ├── OverBudget                a trial has used up its own budget: a failure of the system under test
    ├── NotReplayable             an earlier run has no answer to this
    └── InfrastructureError       the measurement failed, not the model
        ├── GraderError           a grader crashed or returned something that is no grade
        │   └── NothingExpected       the entry does not say what the grader is to hold the answer against
        ├── UnscoredError         a grader could not reach a verdict
        ├── UnsupportedByProvider the provider cannot do what the request asks
        ├── CacheMiss             asking is forbidden and the cache has no answer
        └── ProviderError         the provider did not answer
            ├── FatalProviderError      no later call can succeed either
            │   ├── AuthenticationError     missing, wrong or unauthorised key
            │   ├── ModelNotFound           the provider does not know the model
            │   ├── QuotaExhausted          the account has no credit left
            │   ├── ParameterRejected       the model does not take a sampling parameter that every call sends
            │   └── TooManyErrors           calls fail one after another
            ├── RequestRejected         this one request was refused (400, 413, 422)
            ├── BadReply                what came back is not what the wire format promises
            └── TransientProviderError  worth another try
                ├── RateLimited             429, perhaps with a Retry-After
                ├── ProviderTimeout         no reply in time
                └── ProviderUnavailable     5xx, refused or cut connection

An infrastructure error makes the test an *error*, never a failed answer.
"""

from __future__ import annotations

from collections.abc import Sequence


class LLMEvalError(Exception):
    """Base of every error this package raises on purpose."""


class BenchmarkError(LLMEvalError):
    """A benchmark cannot be used; all faults are told together.

    Args:
        faults: One line per fault, each readable alone (``file:line: what is wrong; way out``).
    """

    def __init__(self, faults: Sequence[str]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(self.faults))


class ConfigurationError(LLMEvalError):
    """A flag, ini value or marker argument cannot be used as it was given."""


class RunLogError(LLMEvalError):
    """A run log or its sidecar cannot be read or written."""


class ExtractionError(LLMEvalError, ValueError):
    """An answer holds no value of the kind that was asked for."""


class BudgetExhausted(LLMEvalError):
    """The run may not spend any more; what is left is not asked."""


class OverBudget(LLMEvalError):
    """A trial has used up its own budget, which is a failure of the system under test."""

    state = "over_budget"
    """How the trial's record has it."""


class NotReplayable(LLMEvalError):
    """The run that is replayed has no answer to this question as it stands now."""


class InfrastructureError(LLMEvalError):
    """The measurement failed, which says nothing about the model under test."""


class GraderError(InfrastructureError):
    """A grader crashed, or returned something that cannot be read as a grade."""


class NothingExpected(GraderError):
    """The entry does not say what the grader is to hold the answer against."""


class UnscoredError(InfrastructureError):
    """A grader could not reach a verdict, so the trial neither passed nor failed."""


class UnsupportedByProvider(InfrastructureError):
    """The provider cannot do what the request asks of it."""


class CacheMiss(InfrastructureError):
    """Asking is forbidden, and the cache has no answer."""


class ProviderError(InfrastructureError):
    """The provider did not give an answer.

    Args:
        message: One line without secrets, naming the provider and the model.
        status: The HTTP status where there was one.
    """

    def __init__(self, message: str, *, status: int | None = None) -> None:
        super().__init__(message)
        self.status = status


class FatalProviderError(ProviderError):
    """No later call can succeed either, so the session ends here."""


def is_unmeasured(error: BaseException | None) -> bool:
    """Tell whether an error is of this one measurement alone, for which a gate's ``max_unscored`` may allow."""
    return isinstance(error, InfrastructureError) and not isinstance(error, FatalProviderError)


class AuthenticationError(FatalProviderError):
    """The key is missing, wrong, or not allowed to use the model."""


class ModelNotFound(FatalProviderError):
    """The provider does not know the model."""


class QuotaExhausted(FatalProviderError):
    """The account has no credit left; waiting will not help."""


class ParameterRejected(FatalProviderError):
    """The model does not take a sampling parameter that every call of the run sends."""


class TooManyErrors(FatalProviderError):
    """So many calls failed one after another that the rest would fail too."""


class RequestRejected(ProviderError):
    """The provider refused this one request, and would refuse it again."""


class BadReply(ProviderError):
    """What came back is not what the wire format promises."""


class TransientProviderError(ProviderError):
    """Another try may succeed.

    Args:
        message: One line without secrets.
        status: The HTTP status where there was one.
        retry_after_s: How many seconds the provider asked us to wait, where it said so.
    """

    def __init__(self, message: str, *, status: int | None = None, retry_after_s: float | None = None) -> None:
        super().__init__(message, status=status)
        self.retry_after_s = retry_after_s


class RateLimited(TransientProviderError):
    """Too many requests or tokens in the provider's window."""


class ProviderTimeout(TransientProviderError):
    """No reply within the time allowed."""


class ProviderUnavailable(TransientProviderError):
    """The provider failed, or the connection was refused or cut."""
