"""Brushes for the demo's pictures: a flat, friendly city under hills.

Pictures are drawn twice as large and halved, so that edges are smooth.  Sizes and places are shares
of the picture's width and height, from the upper left corner.
"""

from __future__ import annotations

import io
import math
import random
from collections.abc import Sequence
from dataclasses import dataclass, field

from PIL import Image, ImageDraw, ImageFilter, ImageOps

WIDTH, HEIGHT, TWICE = 880, 660, 2
Colour = tuple[int, int, int]
Point = tuple[float, float]

SKIES: dict[str, tuple[Colour, Colour]] = {
    "morning": ((253, 224, 188), (163, 203, 224)),
    "noon": ((214, 236, 245), (120, 184, 222)),
    "cloudy": ((222, 226, 229), (168, 181, 190)),
    "dusk": ((250, 190, 140), (110, 110, 160)),
    "night": ((44, 54, 92), (18, 24, 48)),
}
HILLS: tuple[Colour, Colour] = ((124, 158, 150), (96, 138, 124))
WALLS: tuple[Colour, ...] = (
    (247, 236, 214), (232, 214, 190), (214, 228, 226), (245, 221, 204), (226, 232, 208),
    (238, 238, 238), (204, 219, 234),
)  # fmt: skip
ROOFS: tuple[Colour, ...] = ((183, 92, 66), (160, 78, 60), (141, 98, 84), (196, 120, 84))
CLOTHES: tuple[Colour, ...] = (
    (214, 84, 74), (72, 118, 178), (88, 150, 110), (232, 176, 70), (130, 96, 160), (80, 90, 110),
)  # fmt: skip
SKINS: tuple[Colour, ...] = ((198, 144, 104), (172, 118, 80), (216, 166, 128))
ROAD, KERB, GRASS, EARTH = (104, 108, 114), (198, 196, 190), (136, 176, 112), (172, 138, 102)
WATER, DARK, LEAF, TRUNK = (128, 160, 168), (58, 58, 62), (92, 148, 88), (122, 92, 66)


def mixed(a: Colour, b: Colour, share: float) -> Colour:
    """The colour that lies ``share`` of the way from a to b."""
    one, two, three = (round(p + (q - p) * share) for p, q in zip(a, b, strict=True))
    return one, two, three


@dataclass
class Canvas:
    """A picture being drawn."""

    rng: random.Random
    light: str = "noon"
    image: Image.Image = field(init=False)
    pen: ImageDraw.ImageDraw = field(init=False)

    def __post_init__(self) -> None:
        self.image = Image.new("RGB", (WIDTH * TWICE, HEIGHT * TWICE))
        self.pen = ImageDraw.Draw(self.image, "RGBA")

    def shade(self, colour: Colour) -> Colour:
        """The colour as it looks in this light."""
        tint, share = {
            "night": ((24, 30, 66), 0.62),
            "dusk": ((150, 92, 90), 0.24),
            "cloudy": ((150, 158, 166), 0.16),
            "morning": ((255, 224, 180), 0.08),
        }.get(self.light, ((255, 255, 255), 0.0))
        return mixed(colour, tint, share)

    def _xy(self, points: Sequence[Point]) -> list[Point]:
        return [(x * WIDTH * TWICE, y * HEIGHT * TWICE) for x, y in points]

    def shape(self, points: Sequence[Point], colour: Colour, *, lit: bool = False) -> None:
        """A filled polygon; ``lit`` keeps its colour in any light."""
        self.pen.polygon(self._xy(points), fill=colour if lit else self.shade(colour))

    def box(self, x: float, y: float, w: float, h: float, colour: Colour, **how: bool) -> None:
        """A filled rectangle."""
        self.shape([(x, y), (x + w, y), (x + w, y + h), (x, y + h)], colour, **how)

    def blob(
        self, x: float, y: float, w: float, h: float, colour: Colour, *, lit: bool = False
    ) -> None:
        """A filled ellipse around (x, y), w and h across."""
        box = self._xy([(x - w / 2, y - h / 2), (x + w / 2, y + h / 2)])
        self.pen.ellipse([*box[0], *box[1]], fill=colour if lit else self.shade(colour))

    def line(self, points: Sequence[Point], colour: Colour, width: float = 0.004) -> None:
        """A line; ``width`` is a share of the picture's width."""
        self.pen.line(
            self._xy(points),
            fill=self.shade(colour),
            width=max(1, round(width * WIDTH * TWICE)),
            joint="curve",
        )

    def rough(
        self, x: float, y: float, w: float, h: float, colour: Colour, teeth: int = 16
    ) -> None:
        """A patch with an uneven edge."""
        turns = [2 * math.pi * n / teeth for n in range(teeth)]
        reach = [self.rng.uniform(0.78, 1.12) / 2 for _ in turns]
        self.shape(
            [
                (x + w * r * math.cos(t), y + h * r * math.sin(t))
                for t, r in zip(turns, reach, strict=True)
            ],
            colour,
        )

    def glow(self, x: float, y: float, size: float, colour: Colour, strength: int = 150) -> None:
        """Light around a lamp."""
        layer = Image.new("RGBA", (WIDTH // 2, HEIGHT // 2), (*colour, 0))
        centre, reach = (x * WIDTH / 2, y * HEIGHT / 2), size * WIDTH / 4
        box = [centre[0] - reach, centre[1] - reach, centre[0] + reach, centre[1] + reach]
        ImageDraw.Draw(layer).ellipse(box, fill=(*colour, strength))
        layer = layer.filter(ImageFilter.GaussianBlur(reach / 2.2)).resize(self.image.size)
        self.image.paste(layer, (0, 0), layer)
        self.pen = ImageDraw.Draw(self.image, "RGBA")

    def jpeg(self) -> bytes:
        """The finished picture."""
        out = io.BytesIO()
        self.image.save(out, "JPEG", quality=84)
        return out.getvalue()

    def frame(self, share: float, side: float, mirrored: bool) -> None:
        """Finish with ``share`` of what was drawn: left (``side`` 0) or right (1), or turned."""
        width, height = self.image.size
        left, top = (1 - share) * side * width, (1 - share) * 0.6 * height
        box = (left, top, left + share * width, top + share * height)
        cut = self.image.resize((WIDTH, HEIGHT), Image.Resampling.BOX, box=box)
        self.image = ImageOps.mirror(cut) if mirrored else cut

    # What stands in many pictures ------------------------------------------------------------

    def sky(self, horizon: float = 0.5) -> None:
        """Sky, hills (one with a flat top) and clouds, down to the horizon."""
        low, high = SKIES[self.light]
        steps = 48
        for n in range(steps):
            y = horizon * n / steps
            self.box(0, y, 1, horizon / steps + 0.01, mixed(high, low, n / steps), lit=True)
        if self.light == "night":
            for _ in range(40):
                x, y = self.rng.random(), self.rng.random() * horizon * 0.7
                self.blob(x, y, 0.003, 0.004, (240, 240, 250), lit=True)
        else:
            for _ in range(self.rng.randrange(1, 4)):
                self._cloud(self.rng.uniform(0.05, 0.9), self.rng.uniform(0.06, horizon * 0.5))
        self._hills(horizon)

    def _cloud(self, x: float, y: float) -> None:
        white = (246, 248, 250) if self.light != "cloudy" else (204, 210, 215)
        for dx, size in ((-0.05, 0.08), (0, 0.12), (0.055, 0.09), (0.1, 0.06)):
            self.blob(x + dx, y, size, size * 0.55, white)

    def _hills(self, horizon: float) -> None:
        x, far, near = self.rng.uniform(0.1, 0.6), *HILLS
        top = horizon - 0.16
        flat = [(x - 0.4, horizon), (x - 0.05, top), (x + 0.13, top + 0.005), (x + 0.5, horizon)]
        self.shape(flat, far)
        points, y = [(0.0, horizon)], horizon - 0.05
        for n in range(9):
            points.append((n / 8, y + self.rng.uniform(-0.03, 0.03)))
        self.shape([*points, (1.0, horizon)], near)

    def ground(self, colour: Colour = GRASS, horizon: float = 0.5) -> None:
        """Everything below the horizon."""
        self.box(0, horizon, 1, 1 - horizon, colour)

    def road(self, horizon: float = 0.5, dashes: bool = True, surface: Colour = ROAD) -> None:
        """A road that leads away from us, with pavements."""
        self.shape([(0.42, horizon), (0.58, horizon), (1.14, 1), (-0.14, 1)], KERB)
        self.shape([(0.445, horizon), (0.555, horizon), (0.98, 1), (0.02, 1)], surface)
        if dashes:
            for a, b in ((0.04, 0.1), (0.2, 0.34), (0.52, 0.8)):
                y1, y2 = horizon + a * (1 - horizon), horizon + b * (1 - horizon)
                w1, w2 = 0.004 + 0.012 * a, 0.004 + 0.012 * b
                self.shape(
                    [(0.5 - w1, y1), (0.5 + w1, y1), (0.5 + w2, y2), (0.5 - w2, y2)],
                    (236, 232, 214),
                )

    def house(self, x: float, base: float, w: float, h: float) -> None:
        """A house whose front stands on ``base``."""
        wall, roof = self.rng.choice(WALLS), self.rng.choice(ROOFS)
        self.box(x, base - h, w, h, wall)
        over = w * 0.08
        self.shape(
            [(x - over, base - h), (x + w / 2, base - h * 1.5), (x + w + over, base - h)], roof
        )
        light = (252, 222, 140) if self.light in ("night", "dusk") else (150, 182, 200)
        lit = self.light in ("night", "dusk") and self.rng.random() < 0.7
        for n in (0.14, 0.62):
            self.box(x + w * n, base - h * 0.78, w * 0.24, h * 0.3, light, lit=lit)
        self.box(x + w * 0.42, base - h * 0.5, w * 0.16, h * 0.5, mixed(roof, DARK, 0.3))

    def row(self, base: float = 0.56, left: bool = True, right: bool = True) -> None:
        """Houses along both sides of a road."""
        spots = ((0.3, 0.11), (0.17, 0.14), (-0.02, 0.2)) if left else ()
        for x, w in spots:
            self.house(x, base + (w - 0.11) * 0.9, w, w * 1.05)
        spots = ((0.6, 0.11), (0.71, 0.14), (0.85, 0.2)) if right else ()
        for x, w in spots:
            self.house(x, base + (w - 0.11) * 0.9, w, w * 1.05)

    def tree(self, x: float, base: float, size: float, lean: float = 0.0) -> None:
        """A round tree; ``lean`` shifts its crown."""
        w = size * 0.06
        top = (x + lean, base - size * 0.6)
        self.shape(
            [(x - w, base), (x + w, base), (top[0] + w * 0.6, top[1]), (top[0] - w * 0.6, top[1])],
            TRUNK,
        )
        for dx, dy, r in ((-0.2, 0.02, 0.5), (0.2, 0.0, 0.5), (0.0, -0.2, 0.56)):
            leaf = mixed(LEAF, (60, 120, 80), self.rng.random() * 0.6)
            self.blob(top[0] + dx * size, top[1] + dy * size, size * r, size * r * 1.25, leaf)

    def person(self, x: float, base: float, size: float, *, helmet: bool = False) -> None:
        """Somebody standing."""
        cloth, skin = self.rng.choice(CLOTHES), self.rng.choice(SKINS)
        w = size * 0.2
        self.box(x - w * 0.42, base - size * 0.42, w * 0.34, size * 0.42, (70, 74, 96))
        self.box(x + w * 0.08, base - size * 0.42, w * 0.34, size * 0.42, (70, 74, 96))
        vest = (240, 140, 50) if helmet else cloth
        self.shape(
            [
                (x - w * 0.6, base - size * 0.36),
                (x + w * 0.6, base - size * 0.36),
                (x + w * 0.46, base - size * 0.8),
                (x - w * 0.46, base - size * 0.8),
            ],
            vest,
        )
        if helmet:
            self.box(x - w * 0.54, base - size * 0.58, w * 1.08, size * 0.05, (240, 236, 160))
        self.blob(x, base - size * 0.9, size * 0.17, size * 0.21, skin)
        hair = (250, 208, 70) if helmet else self.rng.choice(((44, 36, 34), cloth, (238, 232, 226)))
        box = self._xy(
            [(x - size * 0.09, base - size * 1.02), (x + size * 0.09, base - size * 0.8)]
        )
        self.pen.pieslice([*box[0], *box[1]], 180, 360, fill=self.shade(hair))

    def cone(self, x: float, base: float, size: float) -> None:
        """A traffic cone."""
        orange = (236, 112, 46)
        self.shape([(x - size * 0.3, base), (x + size * 0.3, base), (x, base - size)], orange)
        self.shape(
            [
                (x - size * 0.19, base - size * 0.36),
                (x + size * 0.19, base - size * 0.36),
                (x + size * 0.11, base - size * 0.62),
                (x - size * 0.11, base - size * 0.62),
            ],
            (248, 246, 240),
        )
        self.box(x - size * 0.4, base - size * 0.04, size * 0.8, size * 0.08, orange)

    def motorbike(self, x: float, base: float, size: float) -> None:
        """A motorbike with its rider."""
        for dx in (-0.32, 0.32):
            self.blob(x + dx * size, base - size * 0.16, size * 0.3, size * 0.36, DARK)
            self.blob(x + dx * size, base - size * 0.16, size * 0.14, size * 0.17, (150, 150, 150))
        body = self.rng.choice(CLOTHES)
        self.shape(
            [
                (x - size * 0.42, base - size * 0.3),
                (x + size * 0.3, base - size * 0.22),
                (x + size * 0.4, base - size * 0.5),
                (x + size * 0.28, base - size * 0.5),
                (x, base - size * 0.34),
                (x - size * 0.4, base - size * 0.44),
            ],
            body,
        )
        self.person(x - size * 0.08, base - size * 0.16, size * 0.9, helmet=False)
