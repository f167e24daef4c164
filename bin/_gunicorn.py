"""gunicorn's settings for bin/serve; host, port and logs come by command line."""

from __future__ import annotations

import os
import re
from typing import Any

from gunicorn.glogging import Logger

# Ballots: a line with the moment of a cast would lead, by its place in the database, to the ballot.
UNSAID = re.compile(r"/suara/(\d+/(pilih|cek)|bilik)\b")

# What follows opens something to whoever has it: a new password, a feed, the end of letters.
OPENS = re.compile(r"^(/(?:sandi-baru|konfirmasi|berhenti|umpan|hadir|georeport/v2/tokens)/).+")


def told(path: str) -> str:
    """A path as the log may say it."""
    return OPENS.sub(r"\1…", path)


class AccessLog(Logger):
    """The usual log, without the pages on which people vote and without what opens anything."""

    def atoms(self, resp: Any, req: Any, environ: Any, request_time: Any) -> dict[str, Any]:
        """What a line may speak of."""
        found: dict[str, Any] = super().atoms(resp, req, environ, request_time)
        return found | {"U": told(found["U"])}

    def access(self, resp: Any, req: Any, environ: Any, request_time: Any) -> None:
        """One line for an answer."""
        if not UNSAID.match(req.path):
            super().access(resp, req, environ, request_time)


logger_class = AccessLog
wsgi_app = "wsgi:app"
worker_class = "gthread"
workers = 2
threads = 8
timeout = 60
graceful_timeout = 10
keepalive = 15
worker_tmp_dir = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
# No address, no query, no agent: the log says what was asked and how long it took, not by whom.
access_log_format = '%(t)s %(m)s "%(U)s" %(s)s %(B)s %(M)sms'
control_socket_disable = True
