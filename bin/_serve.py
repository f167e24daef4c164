"""bin/serve: everything a person needs to see Rembuk run, from a fresh checkout to the address.

Starts the private cluster, brings the database up to date, then watches over web and job worker
until Ctrl-C or SIGTERM, when all of it stops.
"""

from __future__ import annotations

import argparse
import errno
import os
import signal
import socket
import subprocess
import time
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import ProxyHandler, Request, build_opener

from _children import Child
from _cluster import Cluster
from _ensure import ensure
from _environment import check_settings, demo, flask, prepared
from _say import CHECKOUT, LOGS, Stop, log, main, say
from _state import demo_accounts, load_city, load_demo, migrate
from _venv import VENV

READY_WITHIN = 60.0
STOP_WITHIN = 15.0


def serve(arguments: list[str]) -> int:
    """Run until asked to stop; returns 0."""
    options = parse(arguments)
    refuse_used(options.host, options.port)
    signal.signal(signal.SIGTERM, interrupt)
    signal.signal(signal.SIGHUP, interrupt)
    ensure()
    with prepared() as (env, cluster):
        env.setdefault("REMBUK_BASE_URL", address(options.host, options.port))
        check_settings(env)
        migrate(env, cluster)
        load_city(env, cluster)
        shown = demo(env) and not options.empty
        if shown:
            load_demo(env, cluster)
        run_until_interrupted(options, env, cluster, shown)
    say("Stopped.")
    return 0


def parse(arguments: list[str]) -> argparse.Namespace:
    """The options of the command line."""
    parser = argparse.ArgumentParser(prog="bin/serve", description="Run Rembuk.")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (127.0.0.1)")
    parser.add_argument("--port", type=int, default=5000, help="port to listen on (5000)")
    parser.add_argument("--empty", action="store_true", help="load the city but no demonstration")
    return parser.parse_args(arguments)


def refuse_used(host: str, port: int) -> None:
    """Stop with one sentence when the address cannot be listened on."""
    if not 1 <= port <= 65535:
        raise Stop(f"{port} is not a port: choose one from 1024 to 65535 with --port.")
    try:
        family, kind, protocol, _, where = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[
            0
        ]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(where)
    except (OSError, OverflowError) as error:
        if getattr(error, "errno", 0) == errno.EADDRINUSE:
            raise Stop(
                f"Port {port} is in use: stop what runs there, or choose another with --port."
            ) from None
        raise Stop(
            f"Cannot listen on {host}:{port} ({error}): choose others with --host, --port."
        ) from None


def interrupt(*_: object) -> None:
    """SIGTERM and SIGHUP end the program the way Ctrl-C does."""
    raise KeyboardInterrupt


def address(host: str, port: int) -> str:
    """The URL to open on this machine."""
    name = "127.0.0.1" if host in {"0.0.0.0", "::", ""} else host
    return f"http://[{name}]:{port}" if ":" in name else f"http://{name}:{port}"


def run_until_interrupted(
    options: argparse.Namespace, env: dict[str, str], cluster: Cluster | None, shown: bool
) -> None:
    """Start web, then worker, and watch them; stop both however this ends."""
    url = address(options.host, options.port)
    web, worker = children(options, env)
    try:
        web.start()
        wait_ready(web, url)
        worker.start()
        greet(url, env, shown)
        watch(web, worker, cluster)
    except KeyboardInterrupt:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        say("\nStopping …")
    finally:
        for child in (web, worker):
            child.ask_to_stop()
        for child in (web, worker):
            child.wait(STOP_WITHIN)


def children(options: argparse.Namespace, env: dict[str, str]) -> tuple[Child, Child]:
    """Web server and job worker, not yet started."""
    host = f"[{options.host}]" if ":" in options.host else options.host
    config = Path(__file__).with_name("_gunicorn.py")
    gunicorn = [VENV / "bin" / "python", "-m", "gunicorn", "--config", f"file:{config}",
                "--bind", f"{host}:{options.port}",
                "--access-logfile", LOGS / "access.log"]  # fmt: skip
    # argon2 takes 19 MiB a thread; without these two glibc would keep it for every thread.
    web_env = {"MALLOC_ARENA_MAX": "2", "MALLOC_MMAP_THRESHOLD_": "1048576"} | env
    web = Child("web", [str(word) for word in gunicorn], web_env, LOGS / "web.log")
    return web, Child("worker", flask("worker"), env, LOGS / "worker.log")


def wait_ready(web: Child, url: str) -> None:
    """Wait until /readyz answers 200; Stop with the log's end when the web server gives up."""
    opener = build_opener(ProxyHandler({}))  # a proxy of the machine is not for loopback
    asked = Request(f"{url}/readyz", headers={"Host": "localhost"})  # a name always answered
    deadline = time.monotonic() + READY_WITHIN
    answer = "no answer"
    while time.monotonic() < deadline:
        if not web.alive():
            raise Stop(f"The web server did not start. {web.output} ends with:\n{web.tail()}")
        try:
            opener.open(asked, timeout=5).close()
            return
        except HTTPError as error:
            answer = f"{error.code} {error.read(300).decode(errors='replace')}"
        except (URLError, OSError) as error:
            answer = str(error)
        time.sleep(0.05)
    raise Stop(
        f"{url}/readyz did not become ready ({answer}). {web.output} ends with:\n{web.tail()}"
    )


def greet(url: str, env: dict[str, str], shown: bool) -> None:
    """Print where to look and, in the demo, who one can be."""
    say(f"\nRembuk runs at {url}   (Ctrl-C stops it)")
    if shown:
        print(f"\n{demo_accounts(env)}", flush=True)
    else:
        print("\nThe first administrator: bin/flask account create-admin ADDRESS", flush=True)
    print(f"\nLogs: {LOGS.relative_to(CHECKOUT)}/", flush=True)


def watch(web: Child, worker: Child, cluster: Cluster | None) -> None:
    """Look once a second: a dead worker, web server or postmaster is started again."""
    while True:
        time.sleep(1)
        if cluster and not cluster.running():
            say("PostgreSQL has stopped; starting it again …")
            try:
                cluster.start()
            except (Stop, subprocess.SubprocessError) as reason:
                log(str(reason))
        for child in (web, worker):
            if not child.alive() and child.revive():
                say(f"The {child.name} process had stopped and was started again: {child.output}")


if __name__ == "__main__":
    os.chdir(CHECKOUT)
    main(serve)
