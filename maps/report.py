"""A folium report: how many open items each kelurahan has, as coloured areas.

folium writes what it is given into JavaScript template literals, where ``${…}`` would run even
after HTML escaping.  So nothing people wrote goes in: only area names, made harmless by ``safe``,
and numbers.  All files come from our own server.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from markupsafe import escape

from .grid import BBox
from .outlines import Outline

NONCE = "@nonce@"  # stands in the shell until a response puts its own there
EMPTY = "#f3efe6"  # the colour of no item at all
RAMP = ("#fbd5bd", "#f6a97f", "#e8764a", "#c8472a", "#8f2415")
UNSAFE = {"`": "&#96;", "$": "&#36;", "\\": "&#92;", "{": "&#123;"}

VENDOR = {  # folium's names for its files -> ours; what is missing here is not loaded at all
    "leaflet": "leaflet/leaflet.js",
    "leaflet_css": "leaflet/leaflet.css",
    "jquery": "jquery/jquery.min.js",
    "awesome_markers": "awesome-markers/leaflet.awesome-markers.min.js",
    "awesome_markers_css": "awesome-markers/leaflet.awesome-markers.css",
    "awesome_markers_font_css": "fontawesome/css/all.min.css",
    "markerclusterjs": "markercluster/leaflet.markercluster.js",
    "markerclustercss": "markercluster/MarkerCluster.css",
    "markerclusterdefaultcss": "markercluster/MarkerCluster.Default.css",
    "leaflet-heat.js": "heat/leaflet-heat.js",
}
NEEDED = ("leaflet", "leaflet_css")  # of these, what a map of areas without markers uses


@dataclass(frozen=True)
class Step:
    """One colour of the legend: areas with ``low`` to ``high`` items."""

    colour: str
    low: int
    high: int


@dataclass(frozen=True)
class Shell:
    """The parts of a page with the map; every script and style waits for its nonce."""

    head: str
    body: str
    script: str
    steps: tuple[Step, ...]

    def with_nonce(self, nonce: str) -> Shell:
        """The same for one response."""
        head = self.head.replace(NONCE, nonce)
        return Shell(head, self.body, self.script, self.steps)


def safe(text: str) -> str:
    """Text that means nothing in HTML, nor in a JavaScript template literal."""
    return "".join(UNSAFE.get(letter, letter) for letter in str(escape(text)))


def steps(counts: Iterable[int]) -> tuple[Step, ...]:
    """Up to five steps with about as many areas in each, after one for none at all."""
    found = sorted(count for count in counts if count > 0)
    if not found:
        return (Step(EMPTY, 0, 0),)
    edges = sorted({found[min(len(found) * i // len(RAMP), len(found) - 1)] for i in range(1, 6)})
    colours = RAMP[-len(edges) :] if len(edges) > 2 else RAMP[2 : 2 + len(edges)]
    lows = [1, *(edge + 1 for edge in edges[:-1])]
    made = [Step(c, low, high) for c, low, high in zip(colours, lows, edges, strict=True)]
    return (Step(EMPTY, 0, 0), *made)


def colour(scale: Sequence[Step], count: int) -> str:
    """The colour of a number."""
    return next((step.colour for step in scale if count <= step.high), scale[-1].colour)


def shell(
    areas: Iterable[Outline],
    counts: Mapping[str, int],
    bbox: BBox,
    words: tuple[str, str, str],
    asset: Callable[[str], str] = lambda path: f"/static/vendor/{path}",
) -> Shell:
    """The map of open items per kelurahan; ``words`` name area, kecamatan and number.

    ``asset`` gives the address of a file under ``static/vendor``.
    """
    import folium  # slow to load and seldom needed

    _use_own_files()
    scale = steps(counts.values())
    west, south, east, north = bbox
    chart = folium.Map(
        tiles=None, zoom_snap=0.25, scroll_wheel_zoom=False, attribution_control=False
    )
    chart.options["maxZoom"] = 18
    tip = folium.GeoJsonTooltip(["name", "district", "open"], [safe(word) for word in words])
    data = _data(areas, counts, scale)
    folium.GeoJson(data, style_function=_style, tooltip=tip).add_to(chart)
    chart.fit_bounds([[south, west], [north, east]])
    root: Any = chart.get_root()
    root.render()
    head = _files(asset) + _styles(root.header.render())
    return Shell(head, root.html.render(), root.script.render(), scale)


def _data(
    areas: Iterable[Outline], counts: Mapping[str, int], scale: Sequence[Step]
) -> dict[str, Any]:
    features = [
        {
            "type": "Feature",
            "id": area.code,
            "properties": {
                "name": safe(area.name),
                "district": safe(area.district),
                "open": counts.get(area.code, 0),
                "colour": colour(scale, counts.get(area.code, 0)),
            },
            "geometry": json.loads(area.geometry),
        }
        for area in areas
    ]
    return {"type": "FeatureCollection", "features": features}


def _style(feature: Mapping[str, Any]) -> dict[str, Any]:
    fill = feature["properties"]["colour"]
    return {"fillColor": fill, "fillOpacity": 0.85, "color": "#6b6257", "weight": 1}


@cache
def _use_own_files() -> None:
    """Point every class of folium at our own files, so that no page can call another server."""
    import folium.plugins  # noqa: F401 (its classes carry addresses, too)
    from folium.elements import JSCSSMixin

    waiting = [JSCSSMixin]
    while waiting:
        kind: Any = waiting.pop()
        waiting.extend(kind.__subclasses__())
        for name in ("default_js", "default_css"):
            if files := kind.__dict__.get(name):
                own = [(key, f"/static/vendor/{VENDOR[key]}") for key, _ in files if key in VENDOR]
                setattr(kind, name, own)


def _files(asset: Callable[[str], str]) -> str:
    """Tags for the files this map uses."""
    script, style = (escape(asset(VENDOR[name])) for name in NEEDED)
    return (
        f'<link rel="stylesheet" href="{style}">\n'
        f'<script nonce="{NONCE}" src="{script}"></script>\n'
    )


def _styles(head: str) -> str:
    """folium's own styles for the map; those for the whole page and its viewport stay out."""
    blocks = re.findall(r"<style>(.*?)</style>", head, re.DOTALL)
    own = [block for block in blocks if "#map_" in block or ".foliumtooltip" in block]
    return "".join(f'<style nonce="{NONCE}">{block}</style>\n' for block in own)
