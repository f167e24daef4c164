"""What moderators decided can be learnt, measured without looking ahead, and kept harmless."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import numpy as np
import pytest

from app.guess import figures, model
from app.guess.model import Corrupt
from app.guess.words import MOST_WORDS, words_of
from app.queries import decisions as read
from app.queries import suggestions
from app.queries.decisions import Decision
from app.services import learning
from models import SuggestionModel
from tests import factories
from tests.history import decisions, sentence

NAMES = frozenset({"wicaksono"})


@pytest.fixture(scope="module")
def history() -> list[Decision]:
    return decisions(700)


@pytest.fixture(scope="module")
def fitted(history: list[Decision]) -> model.Model:
    return learning.fit(history, NAMES)


@pytest.fixture
def use(session: Any, fitted: model.Model, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Keep a model in the database, and let the next question find it."""

    def go(helps: str = "category department", **spoilt: Any) -> SuggestionModel:
        head, arrays, checksum = model.dump(fitted)
        row = SuggestionModel(
            kind="lapor", examples=900, synthetic=True, helps=helps, figures={},
            **{"head": head, "arrays": arrays, "checksum": checksum} | spoilt,
        )  # fmt: skip
        session.add(row)
        session.flush()
        suggestions.forget()
        return row

    yield go
    suggestions.forget()


def test_it_learns_what_was_decided_and_says_so_for_texts_it_has_not_seen(
    session: Any, history: list[Decision]
) -> None:
    learnt = learning.evaluate(history, "time", synthetic=True)
    category, department = learnt.figures["category"], learnt.figures["department"]
    assert category["model"]["accuracy"] > 0.88  # six in a hundred labels are wrong
    assert category["model"]["accuracy"] > category["majority"]["accuracy"] + 0.3
    assert department["model"]["accuracy"] > department["rules"]["accuracy"] + 0.03
    assert learnt.helps == ("category", "department")
    assert category["calibration_error"] < 0.1
    assert category["model"]["accuracy_low"] < category["model"]["accuracy"]
    assert learnt.figures["synthetic"] is True


def test_labels_that_follow_from_nothing_switch_nothing_on(
    session: Any, history: list[Decision]
) -> None:
    rng = np.random.default_rng(3)
    shuffled = rng.permutation([one.category for one in history])
    offices = rng.permutation([one.department for one in history])
    blind = [
        replace(one, category=str(c), department=str(d))
        for one, c, d in zip(history, shuffled, offices, strict=True)
    ]
    learnt = learning.evaluate(blind, "time", synthetic=True)
    assert learnt.helps == ()
    assert learnt.figures["category"]["model"]["accuracy"] < 0.55


def test_nothing_that_is_guessed_was_filed_before_what_was_learnt_from_was_decided(
    history: list[Decision],
) -> None:
    early, late = learning.parted(history, "time")
    assert max(one.decided_at for one in early) < min(one.filed_at for one in late)
    assert not {one.id for one in early} & {one.id for one in late}
    assert len(early) + len(late) < len(history)  # some lie across that moment


def test_the_later_decisions_change_nothing_of_what_was_learnt(
    session: Any, history: list[Decision], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever the later texts say, fit never sees them."""
    seen: list[Sequence[Decision]] = []
    fit = learning.fit

    def watched(found: Sequence[Decision], names: frozenset[str]) -> model.Model:
        seen.append(found)
        return fit(found, names)

    monkeypatch.setattr(learning, "fit", watched)
    _early, late = learning.parted(history, "time")
    learning.evaluate(history, "time", synthetic=True)
    assert not {one.id for one in seen[0]} & {one.id for one in late}
    assert max(one.decided_at for one in seen[0]) < late[0].filed_at


def test_too_few_decisions_teach_nothing(session: Any) -> None:
    with pytest.raises(learning.TooFew):
        learning.evaluate(decisions(50))


def test_words_that_could_be_a_persons_are_not_kept(history: list[Decision]) -> None:
    private = [
        replace(one, text=f"{one.text} Pak Gunadi telepon 08123456789 rumah wicaksono")
        for one in history[:400]
    ]
    rare = [replace(one, text=f"{one.text} kriptonit") for one in history[400:404]]
    learnt = learning.fit([*private, *rare, *history[404:]], NAMES)
    known = set(learnt.encoder.words)
    assert {"lampu", "padam"} <= known
    assert not known & {"gunadi", "wicaksono", "kriptonit", "pak"}
    assert not any(char.isdigit() for word in known for char in word)


def test_the_same_text_many_times_makes_no_word_common(history: list[Decision]) -> None:
    copies = [replace(history[0], id=n, text="rahasia keluarga besar") for n in range(40)]
    assert "rahasia" not in learning.fit([*history, *copies], NAMES).encoder.words


def test_confidential_reports_are_never_learnt_from(session: Any) -> None:
    shown = factories.item("lapor", state="accepted", department_code="dishub")
    hidden = factories.item(
        "lapor", state="accepted", department_code="dishub", visibility="confidential"
    )
    found = {one.id for one in read.read(session)}
    assert shown.id in found and hidden.id not in found


def test_saved_and_loaded_it_guesses_the_same(fitted: model.Model) -> None:
    text = "lampu tiang padam gelap sekali"
    again = model.load(*model.dump(fitted))
    before, after = (m.guess("category", text, ("area=32.73.02.1004",)) for m in (fitted, again))
    assert [guess.code for guess in before] == [guess.code for guess in after]
    assert before[0].code == "pju-mati"
    assert before[0].confidence == pytest.approx(after[0].confidence, abs=0.01)
    assert set(after[0].words) <= set(words_of(text))


def test_a_model_that_was_touched_is_not_loaded(fitted: model.Model) -> None:
    head, arrays, checksum = model.dump(fitted)
    for spoilt in (
        (head, arrays[:-9] + b"123456789", checksum),
        (head.replace("lampu", "lampo"), arrays, checksum),
        (head, arrays[: len(arrays) // 2], model.checksum(head, arrays[: len(arrays) // 2])),
        ("{}", arrays, model.checksum("{}", arrays)),
    ):
        with pytest.raises(Corrupt):
            model.load(*spoilt)


class Bomb:
    """What runs when somebody unpickles it."""

    def __reduce__(self) -> tuple[Any, tuple[str]]:
        return (pytest.fail, ("a pickle was run",))


def test_a_pickle_in_the_arrays_is_refused_and_never_run(fitted: model.Model) -> None:
    import io

    head, _arrays, _checksum = model.dump(fitted)
    packed = io.BytesIO()
    np.savez(packed, weights=np.array([Bomb()], dtype=object))
    with pytest.raises(Corrupt):
        model.load(head, packed.getvalue(), model.checksum(head, packed.getvalue()))


def test_a_damaged_model_switches_suggestions_off_with_a_line_in_the_log(
    use: Any, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    assert suggestions.of_words("", "", "") == []
    use()
    assert suggestions.of_words("Lampu jalan padam", "tiang gelap sekali")[0].code == "pju-mati"
    use(arrays=b"not an archive")
    assert suggestions.of_words("Lampu jalan padam", "tiang gelap sekali") == []
    said = capsys.readouterr().out + caplog.text  # where lines go depends on who asked first
    assert "suggestion model unusable" in said


def test_what_did_not_beat_the_rules_is_not_shown(use: Any) -> None:
    use(helps="department")
    assert suggestions.of_words("Lampu jalan padam", "tiang gelap sekali") == []
    use(helps="")
    assert suggestions.held().model is None


def test_a_city_may_keep_suggestions_off(
    app: Any, use: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    use()
    city = app.config["CITY"]
    off = replace(city, facts={**city.facts, "suggestions": {"enabled": False}})
    monkeypatch.setitem(app.config, "CITY", off)
    suggestions.forget()
    assert suggestions.of_words("Lampu jalan padam", "tiang gelap sekali") == []


def test_what_the_city_has_ended_is_not_suggested(session: Any, use: Any) -> None:
    from app.queries import labels
    from app.queries.calendar import city_day
    from models import Category

    use()
    words, category = ("Lampu jalan padam", "tiang gelap sekali"), session.get(Category, "pju-mati")
    try:
        for ends, suggested in ((timedelta(0), False), (timedelta(days=3), True)):
            category.valid_to = city_day() + ends
            session.flush()
            labels.forget()
            assert bool(suggestions.of_words(*words)) == suggested
    finally:
        session.rollback()
        labels.forget()


def test_the_web_never_imports_what_learns() -> None:
    code = (
        "import sys; from tests.settings import test_settings; from app import create_app; "
        "create_app(test_settings('postgresql+psycopg://nobody@localhost/none')); "
        "import app.queries.suggestions; "
        "print(sorted(m for m in ('sklearn', 'scipy', 'joblib') if m in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip().endswith("[]")


def test_a_guess_stays_small_however_long_the_text(fitted: model.Model) -> None:
    long = " ".join(f"kata{chr(97 + n % 26)}{chr(97 + n // 26 % 26)}" for n in range(9000))
    assert len(words_of(long)) == MOST_WORDS
    assert fitted.guess("category", long * 3) is not None
    arrays = [fitted.encoder.weights, *(head.weights for head in fitted.heads.values())]
    assert sum(array.nbytes for array in arrays) < 20 * 2**20


def test_training_keeps_a_row_with_its_figures_and_the_web_takes_it_up(
    session: Any, history: list[Decision], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(read, "read", lambda *_args: history)
    rows = [learning.train(synthetic=True) for _n in range(2)]
    suggestions.forget()
    assert suggestions.held().row == rows[-1].id
    assert rows[-1].figures["category"]["beats"] == {"rules": True, "majority": True}
    import random

    said = sentence(random.Random(99), "sampah-menumpuk")
    assert suggestions.of_words("", said)[0].code == "sampah-menumpuk"
    suggestions.forget()


def test_intervals_hold_what_is_known_of_them() -> None:
    low, high = figures.wilson(8, 10)
    assert (round(low, 3), round(high, 3)) == (0.490, 0.943)
    truth = ["a", "a", "b", "c"]
    found = figures.score(truth, [["a"], ["b", "a"], ["b"], ["a", "b", "c"]])
    assert (found.accuracy, found.top3) == (0.5, 1.0)
    assert found.macro_f1 == pytest.approx((2 / 4 + 2 / 3 + 0) / 3)
    assert not figures.beats(["a"] * 50, ["a"] * 50, ["b"] * 50)  # too few
    assert figures.beats(["a"] * 200, ["a"] * 200, ["a"] * 150 + ["b"] * 50)
