"""``flask map``: the counts behind the map, repaired."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select, text

from maps.grid import COARSEST
from models import MapGrid, db
from tests import factories as make

pytestmark = pytest.mark.usefixtures("session")


def test_counts_that_were_lost_are_counted_anew(app):
    make.item("lapor", state="verified")
    db.session.execute(text("DELETE FROM map_delta"))
    db.session.execute(text("DELETE FROM map_grid"))
    result = app.test_cli_runner().invoke(args=["map", "rebuild"])
    assert result.exit_code == 0, result.output
    everything = (MapGrid.level == COARSEST, MapGrid.facet == "", MapGrid.phase == "")
    assert db.session.scalar(select(func.sum(MapGrid.n)).where(*everything)) == 1
