"""Is it alive, is it ready: for load balancers and bin/serve."""

from __future__ import annotations

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue
from sqlalchemy import text

from app.logs import log
from models import reading

from .guards import public

bp = Blueprint("health", __name__)


@bp.get("/healthz")
@public
def alive() -> ResponseReturnValue:
    """The process answers."""
    return jsonify(status="ok")


@bp.get("/readyz")
@public
def ready() -> ResponseReturnValue:
    """The database answers and has been migrated."""
    try:
        revision = reading().scalar(text("SELECT version_num FROM alembic_version"))
    except Exception as error:
        log.error("not ready", exc_info=error)
        return jsonify(status="database unavailable"), 503
    return jsonify(status="ready", revision=revision)
