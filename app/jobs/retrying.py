"""When a job that failed is tried again."""

from __future__ import annotations

from procrastinate import BaseRetryStrategy, RetryDecision
from procrastinate.jobs import Job

MINUTE, HOUR = 60, 3600


class Patience(BaseRetryStrategy):
    """Try again after growing pauses (seconds), never for what will fail again the same way."""

    def __init__(self, *pauses: int, but_not: tuple[type[BaseException], ...] = ()) -> None:
        self.pauses, self.but_not = pauses, but_not

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        """The next try, or None when it is enough."""
        if job.attempts >= len(self.pauses) or isinstance(exception, self.but_not):
            return None
        return RetryDecision(retry_in={"seconds": self.pauses[job.attempts]})


QUICK = Patience(5, 30, 2 * MINUTE, 10 * MINUTE)
LONG = Patience(30, 2 * MINUTE, 10 * MINUTE, HOUR, 4 * HOUR, 12 * HOUR, 24 * HOUR)
