"""Jobs: what happens after a transaction, in a process of its own.

Each task is a thin function that calls a service; ``in_application`` opens the application around
it and commits.  A task may run twice (a worker can die between the commit and the tick in the
queue), so each of them finds its work done and leaves it alone.  The web never imports this
package: it names tasks through ``app.queue``.
"""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

from procrastinate import App, PsycopgConnector

# The database is named when the worker starts (``running.work``); here tasks only register.
jobs = App(connector=PsycopgConnector(), periodic_defaults={"max_delay": 24 * 3600})


def load() -> App:
    """Import every module of tasks, so that the worker knows them."""
    for found in iter_modules(__path__):
        import_module(f"{__name__}.{found.name}")
    return jobs
