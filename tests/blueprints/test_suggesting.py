"""A suggestion is a quiet hint: for who files, and for who triages; it decides nothing."""

from __future__ import annotations

import random
import uuid
from typing import Any

import pytest

from app.guess import model
from app.queries import suggestions
from app.services import learning
from models import Draft, SuggestionModel
from tests import factories
from tests.history import decisions, sentence

WORDS = sentence(random.Random(4), "pju-mati")


@pytest.fixture(scope="module")
def fitted() -> tuple[str, bytes, str]:
    return model.dump(learning.fit(decisions(400), frozenset()))


@pytest.fixture
def learnt(session: Any, fitted: tuple[str, bytes, str]) -> Any:
    """A model in use that helps with both questions."""
    head, arrays, checksum = fitted
    session.add(
        SuggestionModel(
            kind="lapor", examples=400, synthetic=True, helps="category department", figures={},
            head=head, arrays=arrays, checksum=checksum,
        )
    )  # fmt: skip
    session.flush()
    suggestions.forget()
    yield
    suggestions.forget()


def _typed(**more: str) -> dict[str, str]:
    return {"title": WORDS[:60], "body": WORDS, "category_code": "lainnya", **more}


def test_who_files_sees_what_the_words_seem_to_be_about_and_why(client: Any, learnt: None) -> None:
    key = uuid.uuid4()
    page = client.post(f"/lapor/baru/{key}/saran", data=_typed())
    assert page.status_code == 200
    said = page.get_data(as_text=True)
    assert 'value="pju-mati"' in said and "%" in said and "“" in said
    assert "set-cookie" not in {name.lower() for name, _value in page.headers}


def test_without_a_model_or_with_few_words_nothing_is_said(client: Any, session: Any) -> None:
    suggestions.forget()
    key = uuid.uuid4()
    said = client.post(f"/lapor/baru/{key}/saran", data=_typed()).get_data(as_text=True)
    assert "pju-mati" not in said and "value=" not in said


def test_what_agrees_with_the_choice_is_not_said(client: Any, learnt: None) -> None:
    page = client.post(f"/lapor/baru/{uuid.uuid4()}/saran", data=_typed(category_code="pju-mati"))
    assert "value=" not in page.get_data(as_text=True)


@pytest.mark.parametrize("kind", ["musrenbang", "badami"])
def test_other_kinds_get_no_hint(client: Any, learnt: None, kind: str) -> None:
    page = client.post(f"/{kind}/baru/{uuid.uuid4()}/saran", data=_typed())
    assert "value=" not in page.get_data(as_text=True)


def test_one_tap_takes_the_category_and_loses_nothing_typed(
    client: Any, session: Any, learnt: None
) -> None:
    key = uuid.uuid4()
    done = client.post(f"/lapor/baru/{key}/kategori", data=_typed(saran="pju-mati"))
    assert done.status_code == 302 and done.location.endswith(f"{key}/isi")
    kept = session.get(Draft, key).data["isi"]
    assert (kept["category_code"], kept["body"]) == ("pju-mati", WORDS)
    client.post(f"/lapor/baru/{key}/kategori", data={"saran": "jalan-berlubang"})
    kept = session.get(Draft, key).data["isi"]
    assert (kept["category_code"], kept["body"]) == ("jalan-berlubang", WORDS)


@pytest.mark.parametrize("saran", ["", "tidak-ada", "usul-jalan-lingkungan", "\0", "x" * 5000])
def test_a_category_that_does_not_exist_changes_nothing(
    client: Any, session: Any, learnt: None, saran: str
) -> None:
    key = uuid.uuid4()
    assert client.post(f"/lapor/baru/{key}/kategori", data=_typed(saran=saran)).status_code == 302
    assert session.get(Draft, key).data["isi"]["category_code"] == "lainnya"


def _page(app: Any, actor: Any, path: str) -> str:
    return app.test_client(user=actor).get(path).get_data(as_text=True)


def test_a_moderator_sees_it_where_it_helps_and_others_do_not(
    app: Any, session: Any, learnt: None
) -> None:
    item = factories.item("lapor", state="verified", title=WORDS[:60], body=WORDS)
    moderator, resident = factories.user(roles=("moderator",)), factories.user()
    officer = factories.user(roles=("officer",))
    session.commit()
    path = f"/lapor/{item.number}"
    shown = "As similar reports were decided before"
    from flask_babel import force_locale, gettext

    with app.test_request_context(), force_locale("id"):
        shown = gettext(shown)
    assert shown in _page(app, moderator, path)
    assert shown in _page(app, moderator, f"{path}/langkah/route")
    assert shown not in _page(app, moderator, f"{path}/langkah/relocate")
    for other in (resident, officer):
        assert shown not in _page(app, other, path)
    assert shown not in app.test_client().get(path).get_data(as_text=True)
