"""What a page asks the database, for tests of what it costs."""

from __future__ import annotations

from sqlalchemy import event

from models import db


class Statements:
    """The statements sent while it is open."""

    def __enter__(self) -> list[str]:
        self.sent: list[str] = []
        event.listen(db.engine, "before_cursor_execute", self._note)
        return self.sent

    def _note(self, _connection, _cursor, statement, *_more):
        if not statement.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK")):
            self.sent.append(statement)

    def __exit__(self, *_error: object) -> None:
        event.remove(db.engine, "before_cursor_execute", self._note)
