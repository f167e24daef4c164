"""Scenes in a street: what is broken there, and what it looks like when it is not (``after``)."""

from __future__ import annotations

from .demo_brush import CLOTHES, DARK, EARTH, GRASS, KERB, LEAF, ROAD, WALLS, WATER, Canvas, mixed


def street(c: Canvas, *, dashes: bool = True, trees: bool = True) -> None:
    """A street with houses and trees, leading away from us."""
    c.sky()
    c.ground(mixed(GRASS, EARTH, 0.25))
    c.row()
    c.road(dashes=dashes)
    if trees:
        for x, base, size in ((0.29, 0.6, 0.16), (0.13, 0.76, 0.26), (0.87, 0.76, 0.26)):
            if c.rng.random() < 0.7:
                c.tree(x + c.rng.uniform(-0.02, 0.02), base, size)


def pothole(c: Canvas, after: bool) -> None:
    """Holes in the asphalt; after: a dark, smooth patch."""
    street(c)
    x, y = c.rng.uniform(0.36, 0.6), c.rng.uniform(0.74, 0.84)
    if after:
        c.shape(
            [
                (x - 0.15, y - 0.05),
                (x + 0.13, y - 0.06),
                (x + 0.18, y + 0.07),
                (x - 0.19, y + 0.08),
            ],
            (72, 75, 80),
        )
        c.line([(x - 0.15, y - 0.05), (x + 0.13, y - 0.06)], (92, 95, 100), 0.003)
        c.motorbike(x + 0.26, y - 0.08, 0.17)
        return
    for dx, dy, size in ((0, 0, 1.0), (0.17, -0.1, 0.5), (-0.16, 0.09, 0.7))[
        : c.rng.randrange(1, 4)
    ]:
        w = c.rng.uniform(0.2, 0.28) * size
        c.rough(x + dx, y + dy, w, w * 0.46, mixed(ROAD, EARTH, 0.5))
        c.rough(x + dx, y + dy + 0.006, w * 0.78, w * 0.34, (70, 66, 64))
        if c.light == "cloudy" or c.rng.random() < 0.4:
            c.rough(x + dx, y + dy + 0.012, w * 0.62, w * 0.22, WATER)
    if c.rng.random() < 0.6:
        c.motorbike(0.36, 0.72, 0.13)


def pavement(c: Canvas, after: bool) -> None:
    """Loose tiles beside a wall; after: whole ones with a yellow guiding strip."""
    c.sky(0.3)
    c.ground(KERB, 0.3)
    c.box(0, 0.14, 1, 0.36, c.rng.choice(WALLS))
    c.box(0, 0.12, 1, 0.03, (160, 98, 76))
    for x in (0.06, 0.3, 0.54, 0.78):
        c.box(x, 0.24, 0.14, 0.18, (150, 176, 190))
    c.box(0, 0.5, 1, 0.5, (206, 198, 186))
    for row in range(6):
        y = 0.5 + 0.5 * (row / 6) ** 1.2
        h = 0.5 * ((row + 1) / 6) ** 1.2 - 0.5 * (row / 6) ** 1.2
        for n in range(11):
            if not after and c.rng.random() < 0.2 and row > 1:
                c.rough(n / 10 - 0.01, y + h / 2, 0.09, h * 0.9, (128, 108, 90), 9)
                continue
            tile = mixed((214, 204, 190), (184, 150, 128), (n + row) % 2 * 0.7)
            c.box(n / 10 - 0.055, y + 0.004, 0.094, h - 0.008, tile)
    if after:
        c.shape([(0.44, 0.5), (0.5, 0.5), (0.6, 1), (0.42, 1)], (240, 196, 64))
    c.person(0.78, 0.8, 0.36)
    if not after:
        c.cone(0.2, 0.9, 0.1)


def flood(c: Canvas, after: bool) -> None:
    """A street under water; after: dry again."""
    c.light = "cloudy" if not after else c.light
    street(c)
    if after:
        c.person(0.3, 0.84, 0.3, helmet=True)
        return
    brown = (150, 138, 116)
    c.shape([(0.3, 0.6), (0.7, 0.6), (1.2, 1), (-0.2, 1)], brown)
    c.shape([(0, 0.7), (1, 0.7), (1, 1), (0, 1)], brown)
    for _ in range(16):
        x, y = c.rng.uniform(0, 0.9), c.rng.uniform(0.66, 0.98)
        c.line([(x, y), (x + 0.05, y - 0.006), (x + 0.1, y)], (182, 172, 152), 0.003)
    c.motorbike(0.62, 0.88, 0.22)
    c.box(0.5, 0.86, 0.26, 0.04, brown)
    c.person(0.3, 0.86, 0.26)
    c.box(0.24, 0.8, 0.12, 0.07, brown)


def lamp(c: Canvas, after: bool) -> None:
    """A dark street at night; after: the lamp burns."""
    c.light = "night"
    street(c, dashes=True)
    for x, base, h in ((0.2, 0.86, 0.66), (0.66, 0.62, 0.3)):
        c.box(x - 0.006, base - h, 0.012, h, (120, 126, 134))
        c.line([(x, base - h), (x + 0.1 * h / 0.66, base - h - 0.02)], (120, 126, 134), 0.009)
        tip = (x + 0.1 * h / 0.66, base - h - 0.01)
        if after:
            c.glow(tip[0], base - 0.04, 0.5 * h, (255, 226, 150), 90)
            c.glow(*tip, 0.5 * h, (255, 226, 150))
            c.blob(*tip, 0.03, 0.022, (255, 244, 206), lit=True)
        else:
            c.blob(*tip, 0.03, 0.02, (70, 74, 84))
    c.motorbike(0.5, 0.86, 0.16)
    if not after:
        c.glow(0.56, 0.83, 0.16, (255, 240, 190), 120)


def tree(c: Canvas, after: bool) -> None:
    """A tree about to fall; after: trimmed."""
    street(c, trees=False)
    if after:
        c.tree(0.24, 0.86, 0.42)
        c.person(0.42, 0.88, 0.26, helmet=True)
        c.cone(0.52, 0.9, 0.07)
        return
    c.shape([(0.17, 0.9), (0.22, 0.9), (0.48, 0.5), (0.455, 0.48)], (122, 92, 66))
    for dx, dy, r in (
        (0.0, 0.0, 0.24),
        (0.12, 0.04, 0.22),
        (0.06, -0.1, 0.24),
        (0.18, -0.06, 0.18),
    ):
        c.blob(0.48 + dx, 0.46 + dy, r, r * 1.2, mixed(LEAF, (70, 120, 70), c.rng.random()))
    c.rough(0.19, 0.9, 0.16, 0.06, EARTH)
    for n in range(5):
        c.line([(0.6 + n * 0.05, 0.86), (0.64 + n * 0.05, 0.9)], (122, 92, 66), 0.006)


def stalls(c: Canvas, after: bool) -> None:
    """Stalls along a street; after: in a tidy row that leaves room to walk."""
    street(c, trees=False)
    spots = ((0.06, 0.94), (0.2, 0.8), (0.78, 0.84)) if not after else ((0.04, 0.92), (0.84, 0.92))
    for x, base in sorted(spots, key=lambda spot: spot[1]):
        size = 0.2 * base
        colour = c.rng.choice(CLOTHES)
        c.box(x, base - size * 0.7, size, size * 0.7, (170, 128, 92))
        c.box(x + 0.01, base - size * 0.62, size - 0.02, size * 0.24, (246, 238, 220))
        for dx in (0.0, size):
            c.box(x + dx - 0.003, base - size * 1.6, 0.006, size * 1.6, (120, 110, 100))
        for n in range(6):
            stripe = colour if n % 2 else (250, 246, 238)
            left, w = x - 0.02 + n * (size + 0.04) / 6, (size + 0.04) / 6
            c.shape(
                [
                    (left, base - size * 1.5),
                    (left + w, base - size * 1.5),
                    (left + w * 0.9 + 0.004, base - size * 1.85),
                    (left + 0.01, base - size * 1.85),
                ],
                stripe,
            )
        c.person(x + size * 1.25, base + 0.02, size * 1.3)
    c.motorbike(0.52, 0.8, 0.15)


def cables(c: Canvas, after: bool) -> None:
    """Cables in knots; after: few and straight."""
    c.sky(0.62)
    c.ground(KERB, 0.62)
    for x, w in ((-0.02, 0.22), (0.2, 0.2), (0.62, 0.2), (0.84, 0.22)):
        c.house(x, 0.7, w, w * 1.1)
    c.box(0, 0.7, 1, 0.3, ROAD)
    c.box(0.48, 0.1, 0.022, 0.72, (150, 140, 128))
    c.box(0.4, 0.16, 0.18, 0.016, (120, 110, 100))
    number = 5 if after else 26
    for n in range(number):
        y = 0.14 + (n * 0.02 if after else c.rng.uniform(0, 0.16))
        sag = 0.05 if after else c.rng.uniform(0.02, 0.34)
        end = y + (0.02 if after else c.rng.uniform(-0.1, 0.14))
        points = [
            (t / 12, y + (end - y) * t / 12 + sag * 4 * (t / 12 % 0.5) * (0.5 - t / 12 % 0.5) * 2)
            for t in range(13)
        ]
        c.line(points, (44, 44, 48), 0.0026)
    if not after:
        for _ in range(7):
            c.rough(
                c.rng.uniform(0.44, 0.54), c.rng.uniform(0.2, 0.36), 0.05, 0.07, (50, 50, 54), 7
            )
        c.line([(0.49, 0.34), (0.46, 0.56), (0.5, 0.7), (0.44, 0.78)], (40, 40, 44), 0.004)
    c.person(0.3, 0.9, 0.28, helmet=after)


def crossing(c: Canvas, after: bool) -> None:
    """A crossing whose stripes have worn off; after: freshly painted, with a sign."""
    street(c, dashes=False)
    white = (246, 246, 240) if after else mixed(ROAD, (246, 246, 240), 0.16)
    for n in range(7):
        x = 0.06 + n * 0.13
        c.shape(
            [
                (x, 0.8),
                (x + 0.065, 0.8),
                (x + 0.06 + (n - 3) * 0.012, 0.92),
                (x - 0.01 + (n - 3) * 0.012, 0.92),
            ],
            white,
        )
    lean = 0.0 if after else 0.05
    c.line([(0.93, 0.84), (0.93 + lean, 0.46)], (150, 150, 150), 0.009)
    x = 0.93 + lean
    c.shape(
        [(x, 0.36), (x + 0.055, 0.43), (x, 0.5), (x - 0.055, 0.43)],
        (244, 198, 60) if after else (180, 160, 100),
    )
    c.person(0.4, 0.9, 0.26)
    c.person(0.47, 0.9, 0.18)
    c.motorbike(0.6, 0.72, 0.1)


def signal(c: Canvas, after: bool) -> None:
    """Traffic lights out of order; after: green."""
    street(c)
    c.box(0.215, 0.3, 0.014, 0.56, (90, 94, 100))
    c.box(0.18, 0.14, 0.084, 0.26, (48, 50, 54))
    for n, colour in enumerate(((222, 72, 60), (240, 190, 60), (80, 190, 110))):
        on = after and n == 2
        y = 0.185 + n * 0.08
        if on:
            c.glow(0.222, y, 0.2, colour, 110)
        c.blob(0.222, y, 0.05, 0.062, colour if on else mixed(colour, (40, 40, 44), 0.78), lit=on)
    for x, y, s in ((0.5, 0.82, 0.2), (0.62, 0.7, 0.13), (0.4, 0.68, 0.11)):
        c.motorbike(x, y, s)


def leak(c: Canvas, after: bool) -> None:
    """Water springs from the street; after: the ground is closed."""
    street(c)
    x, y = c.rng.uniform(0.4, 0.56), 0.8
    if after:
        c.rough(x, y, 0.2, 0.08, (80, 82, 86))
        c.person(x + 0.2, y + 0.06, 0.28, helmet=True)
        return
    c.rough(x, y + 0.03, 0.44, 0.12, (150, 186, 200))
    c.rough(x, y, 0.1, 0.05, (70, 66, 64))
    for n in range(11):
        dx = (n - 5) * 0.016
        top = y - 0.3 + abs(dx) * 2.2
        c.line([(x, y), (x + dx * 0.6, top), (x + dx * 2, y - 0.02)], (196, 222, 234), 0.006)
    c.cone(x - 0.2, y + 0.04, 0.08)


def works(c: Canvas, after: bool) -> None:
    """Work under way: a digger, helmets and cones."""
    street(c, dashes=after)
    if after:
        c.person(0.7, 0.86, 0.24)
        return
    c.rough(0.5, 0.84, 0.4, 0.14, EARTH)
    yellow = (240, 184, 50)
    c.box(0.56, 0.6, 0.18, 0.12, yellow)
    c.box(0.6, 0.5, 0.09, 0.11, (190, 214, 222))
    c.line([(0.58, 0.62), (0.46, 0.48), (0.4, 0.68)], yellow, 0.018)
    c.shape([(0.36, 0.67), (0.43, 0.66), (0.42, 0.75), (0.37, 0.74)], (110, 104, 98))
    c.box(0.54, 0.73, 0.22, 0.05, DARK)
    for x, base in ((0.24, 0.9), (0.83, 0.88)):
        c.person(x, base, 0.3, helmet=True)
    for x in (0.3, 0.45, 0.6, 0.74):
        c.cone(x, 0.96, 0.07)
