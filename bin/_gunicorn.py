"""gunicorn's settings for bin/serve; host, port and logs come by command line."""

from __future__ import annotations

import os
import re
from typing import Any

from gunicorn.glogging import Logger

# Ballots: a line with the moment of a cast would lead, by its place in the database, to the ballot.
UNSAID = re.compile(r"/suara/(\d+/(pilih|cek)|bilik)\b")


class AccessLog(Logger):
    """The usual log, without the pages on which people vote."""

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
