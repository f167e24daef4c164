"""The commands that learn and measure."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, text

from app.queries import decisions as read
from models import SuggestionModel
from tests.history import decisions


@pytest.fixture
def run(app: Flask, session: Any) -> Any:
    """Run a command of ``flask routing``."""
    return lambda *words: app.test_cli_runner().invoke(args=["routing", *words])


def test_figures_come_with_their_baselines_and_say_that_texts_are_invented(
    run: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    history = decisions(500)
    monkeypatch.setattr(read, "read", lambda *_args: history)
    result = run("evaluate", "--split", "time", "--synthetic", "--json")
    assert result.exit_code == 0, result.output
    figures = json.loads(result.stdout)
    assert figures["synthetic"] is True and figures["split"] == "time"
    for question in ("category", "department"):
        for name in ("model", "rules", "majority"):
            one = figures[question][name]
            assert one["n"] == figures["test"] and 0 <= one["accuracy"] <= one["top3"] <= 1
            assert one["accuracy_low"] <= one["accuracy"] <= one["accuracy_high"]
            assert one["macro_f1_low"] <= one["macro_f1_high"]
    said = run("evaluate", "--split", "random", "--synthetic").output
    assert "sintetis" in said and "majority" in said


def test_without_history_the_commands_say_what_is_missing(run: Any, session: Any) -> None:
    for words in (("train",), ("evaluate",), ("evaluate", "--json")):
        result = run(*words)
        assert result.exit_code == 1 and "200" in result.output
        assert "Traceback" not in result.output
    assert session.scalar(select(func.count()).select_from(SuggestionModel)) == 0


def test_learning_can_be_left_to_the_worker_and_waits_there_once(run: Any, session: Any) -> None:
    assert run("train", "--queue").exit_code == 0
    assert run("train", "--queue").exit_code == 0
    waiting = text("SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'suggestions_train'")
    assert session.scalar(waiting) == 1
