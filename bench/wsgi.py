"""The application as it is served, and beside it a bare Flask route: the floor of this server."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from flask import Flask, Response, jsonify, request
from sqlalchemy import text

from app import create_app
from models import db

app = create_app()
floor = Flask("floor")
INSERT = text("INSERT INTO bench_row (n) VALUES (:n)")


@floor.get("/bench/bare.json")
def bare() -> Response:
    """The least a Flask route can answer."""
    return jsonify(ok=True)


@floor.get("/bench/bare/<int:size>")
def sized(size: int) -> Response:
    """The least a Flask route can do that answers so many bytes of HTML."""
    return Response("x" * size, mimetype="text/html")


@floor.post("/bench/insert")
def insert() -> Response:
    """The least a Flask route can write: one row, committed."""
    with app.app_context():
        db.session.execute(INSERT, {"n": int(request.form["n"])})
        db.session.commit()
    return jsonify(ok=True)


def application(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
    """Our pages by our application, the floor by an empty one, both on the same server."""
    target = floor if environ["PATH_INFO"].startswith("/bench/") else app
    return target(environ, start)
