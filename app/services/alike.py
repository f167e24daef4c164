"""Keep the list of words that many items share; a job does it each night."""

from __future__ import annotations

from sqlalchemy import text

from models import AnySession

LATEST = 20_000  # items looked at
FEWEST = 5  # items a word must stand in, so that no name enters the list
SHARE = 0.002

COUNT = text(
    """
    WITH asked AS (
      SELECT count(*)::float AS n FROM (SELECT 1 FROM item ORDER BY id DESC LIMIT :latest) AS latest
    )
    INSERT INTO common_word (stem, share)
    SELECT word, ndoc / asked.n
    FROM ts_stat(format('SELECT search FROM item ORDER BY id DESC LIMIT %s', :latest)), asked
    WHERE ndoc >= greatest(:fewest, :share * asked.n) AND length(word) > 2
    """
)


def count_words(session: AnySession) -> None:
    """Count anew in how many of the latest items each word stands."""
    session.execute(text("DELETE FROM common_word"))
    session.execute(COUNT, {"latest": LATEST, "fewest": FEWEST, "share": SHARE})
