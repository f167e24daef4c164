"""The folium report: our own files only, and no text that could run."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from maps.outlines import Outline
from maps.report import VENDOR, safe, shell, steps

BOX = (107.5, -7.0, 107.8, -6.8)
WORDS = ("Kelurahan", "Kecamatan", "Open")
SQUARE = (
    '{"type":"Polygon","coordinates":[[[107.6,-6.9],[107.61,-6.9],[107.61,-6.89],[107.6,-6.9]]]}'
)
ATTACKS = (
    "${window.owned=1}",
    "`;window.owned=1;`",
    "</script><script>window.owned=1</script>",
    "<img src=x onerror=window.owned=1>",
    "\\u0024{window.owned=1}",
    "{{ window.owned }}",
)


def made(name: str = "Dago", count: int = 3) -> Any:
    return shell([Outline("1", name, "Coblong", False, SQUARE)], {"1": count}, BOX, WORDS)


def all_classes(kind: Any) -> Iterator[Any]:
    for below in kind.__subclasses__():
        yield below
        yield from all_classes(below)


def test_no_class_of_folium_names_a_file_of_another_server() -> None:
    import folium.plugins
    from folium.elements import JSCSSMixin

    made()
    assert folium.plugins.HeatMap in set(all_classes(JSCSSMixin))
    for kind in all_classes(JSCSSMixin):
        for name, url in (*kind.default_js, *kind.default_css):
            assert url.startswith("/static/vendor/"), (kind, name, url)


def test_the_report_asks_no_other_server_for_anything() -> None:
    found = made()
    for part in (found.head, found.body, found.script):
        assert not re.search(r"""(?:src|href)=["'](?:https?:)?//""", part)
        assert "cdn" not in part
    assert "http" not in found.head.replace("http-equiv", "")


def test_every_file_we_name_is_installed(app: Any) -> None:
    from pathlib import Path

    vendor = Path(app.static_folder) / "vendor"
    assert [path for path in VENDOR.values() if not (vendor / path).is_file()] == []


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_name_that_would_run_stays_text(attack: str) -> None:
    script = made(attack).script
    assert attack not in script
    data = script[script.index("_add({") :]
    for sign in ("<", "`", "${"):
        assert sign not in data.split("bindTooltip")[0]


def test_safe_text_holds_no_sign_of_html_or_of_templates() -> None:
    assert not set("<>\"'`$\\{") & set(safe("".join(ATTACKS)))
    assert safe("Babakan Ciparay") == "Babakan Ciparay"


def test_every_script_and_style_waits_for_its_nonce() -> None:
    found = made().with_nonce("abc")
    tags = re.findall(r"<(?:script|style)\b[^>]*>", found.head)
    assert tags
    assert all('nonce="abc"' in tag for tag in tags)
    assert "viewport" not in found.head
    assert "<script" not in found.body + found.script


def test_the_legend_covers_every_number_once() -> None:
    for counts in ([], [0], [3], [1, 1, 2], list(range(100)), [5] * 50, [1, 1000]):
        scale = steps(counts)
        assert scale[0].low == scale[0].high == 0
        assert len({step.colour for step in scale}) == len(scale)
        edges = [(step.low, step.high) for step in scale]
        assert all(low <= high for low, high in edges)
        assert all(
            after[0] == before[1] + 1 for before, after in zip(edges, edges[1:], strict=False)
        )
        assert scale[-1].high == max(counts, default=0)
