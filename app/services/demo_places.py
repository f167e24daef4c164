"""Scenes beside the street: water, parks, halls, offices; ``after`` shows things put right."""

from __future__ import annotations

from .demo_brush import CLOTHES, DARK, EARTH, GRASS, WALLS, WATER, Canvas, mixed
from .demo_streets import street


def drain(c: Canvas, after: bool) -> None:
    """A ditch full of rubbish; after: clear water."""
    c.sky(0.4)
    c.ground(mixed(GRASS, EARTH, 0.4), 0.4)
    c.row(0.5, right=False)
    for x, w in ((0.66, 0.14), (0.82, 0.2)):
        c.house(x, 0.52 + (w - 0.14), w, w)
    c.shape([(0.44, 0.42), (0.6, 0.42), (1.0, 1), (0.2, 1)], (178, 176, 170))
    c.shape([(0.47, 0.44), (0.57, 0.44), (0.84, 1), (0.34, 1)], (138, 138, 134))
    c.shape([(0.485, 0.5), (0.555, 0.5), (0.77, 1), (0.41, 1)], WATER if after else (96, 92, 74))
    if after:
        for n in range(4):
            y = 0.6 + n * 0.1
            c.line([(0.49, y), (0.56 + n * 0.03, y + 0.01)], (196, 218, 222), 0.003)
        c.person(0.22, 0.86, 0.34, helmet=True)
        return
    for _ in range(34):
        y = c.rng.uniform(0.55, 0.96)
        x = 0.52 + c.rng.uniform(-0.5, 0.5) * (y - 0.42) * 0.6
        colour = c.rng.choice(
            ((230, 230, 226), (90, 140, 190), (214, 96, 80), (236, 196, 90), (60, 70, 60))
        )
        c.rough(x, y, 0.05 * y, 0.034 * y, colour, 8)


def rubbish(c: Canvas, after: bool) -> None:
    """A heap of bags against a wall; after: bins in a row."""
    c.sky(0.4)
    c.ground((182, 176, 164), 0.5)
    c.box(0, 0.3, 1, 0.36, c.rng.choice(WALLS))
    c.box(0, 0.28, 1, 0.03, (150, 120, 100))
    c.box(0, 0.66, 1, 0.34, (150, 150, 148))
    c.tree(0.9, 0.5, 0.3)
    if after:
        for n, colour in enumerate(((84, 150, 96), (232, 180, 62), (206, 84, 74))):
            x = 0.26 + n * 0.16
            c.shape([(x, 0.58), (x + 0.12, 0.58), (x + 0.105, 0.8), (x + 0.015, 0.8)], colour)
            c.box(x - 0.01, 0.55, 0.14, 0.035, mixed(colour, DARK, 0.25))
        c.person(0.82, 0.9, 0.34)
        return
    for _ in range(46):
        x, y = c.rng.gauss(0.45, 0.15), c.rng.uniform(0.6, 0.86)
        colour = c.rng.choice(
            (
                (52, 54, 60),
                (70, 74, 84),
                (206, 84, 74),
                (226, 228, 228),
                (84, 130, 180),
                (214, 180, 120),
            )
        )
        size = c.rng.uniform(0.05, 0.1)
        c.blob(x, y, size, size * 1.1, colour)
        c.shape(
            [(x - 0.008, y - size * 0.5), (x + 0.012, y - size * 0.5), (x, y - size * 0.8)],
            mixed(colour, DARK, 0.2),
        )
    for _ in range(9):
        c.blob(c.rng.uniform(0.3, 0.6), c.rng.uniform(0.42, 0.58), 0.006, 0.006, DARK)


def park(c: Canvas, after: bool) -> None:
    """A playground with a broken swing; after: children play again."""
    c.sky(0.46)
    c.ground(GRASS, 0.46)
    for x in (0.08, 0.26, 0.74, 0.92):
        c.tree(x, 0.56 + c.rng.uniform(-0.02, 0.03), c.rng.uniform(0.24, 0.34))
    c.shape([(0.0, 0.86), (1, 0.7), (1, 0.8), (0, 0.98)], (214, 200, 170))
    red = (206, 84, 74) if after else (150, 110, 100)
    for a, b in ((0.3, 0.36), (0.7, 0.64)):
        c.line([(a, 0.84), (b, 0.46)], red, 0.014)
    c.line([(0.36, 0.46), (0.64, 0.46)], red, 0.014)
    for x in (0.43, 0.57):
        hangs = after or x < 0.5
        c.line([(x - 0.025, 0.46), (x - 0.025, 0.74)], DARK, 0.003)
        if hangs:
            c.line([(x + 0.025, 0.46), (x + 0.025, 0.74)], DARK, 0.003)
            c.box(x - 0.035, 0.735, 0.07, 0.016, (120, 90, 66))
        else:
            c.line([(x - 0.025, 0.74), (x + 0.03, 0.82)], (120, 90, 66), 0.014)
    c.box(0.08, 0.78, 0.16, 0.02, (134, 98, 70))
    c.box(0.1, 0.8, 0.012, 0.06, DARK)
    c.box(0.21, 0.8, 0.012, 0.06, DARK)
    for n in range(3 if after else 0):
        c.person(0.46 + n * 0.14, 0.86 + n * 0.02, 0.2)


def meeting(c: Canvas, after: bool) -> None:
    """Neighbours deliberate in the RW's hall."""
    c.box(0, 0, 1, 1, (240, 228, 206))
    c.box(0, 0.7, 1, 0.3, (196, 164, 130))
    for x in (0.06, 0.8):
        c.box(x, 0.16, 0.14, 0.24, (172, 204, 216))
        c.box(x + 0.066, 0.16, 0.008, 0.24, (250, 246, 238))
    c.box(0.28, 0.1, 0.44, 0.1, c.rng.choice(CLOTHES))
    for n in range(3):
        c.box(0.33, 0.122 + n * 0.022, 0.34 - n * 0.06, 0.008, (250, 246, 238))
    c.box(0.36, 0.26, 0.28, 0.2, (252, 252, 250))
    for n in range(5):
        c.box(0.39, 0.29 + n * 0.03, c.rng.uniform(0.1, 0.2), 0.01, c.rng.choice(CLOTHES))
    c.person(0.3, 0.68, 0.36)
    for row, (base, size, number) in enumerate(((0.8, 0.26, 8), (0.93, 0.32, 7), (1.12, 0.42, 6))):
        for n in range(number):
            x = (n + 0.5 + 0.25 * (row % 2)) / number + c.rng.uniform(-0.02, 0.02)
            c.person(x, base + size * 0.3, size)


def river(c: Canvas, after: bool) -> None:
    """A river bank that gave way; after: a stone wall."""
    c.sky(0.42)
    c.ground(GRASS, 0.42)
    for x, w in ((0.02, 0.16), (0.2, 0.14), (0.7, 0.14), (0.85, 0.17)):
        c.house(x, 0.5, w, w * 0.9)
    c.shape(
        [(0.46, 0.44), (0.56, 0.44), (0.9, 1), (0.16, 1)], (134, 128, 104) if not after else WATER
    )
    wall = (166, 164, 158)
    c.shape([(0.56, 0.44), (0.61, 0.44), (1.1, 1), (0.9, 1)], wall)
    c.shape([(0.41, 0.44), (0.46, 0.44), (0.16, 1), (-0.06, 1)], wall)
    for _n in range(26):
        y = c.rng.uniform(0.52, 0.98)
        t = (y - 0.44) / 0.56
        x = 0.585 + t * 0.42 + c.rng.uniform(-0.02, 0.02) - 0.01
        c.rough(x, y, 0.03 * (0.4 + t), 0.02 * (0.4 + t), mixed(wall, DARK, 0.18), 7)
    if not after:
        c.rough(0.28, 0.76, 0.26, 0.22, EARTH, 12)
        c.rough(0.34, 0.84, 0.2, 0.12, mixed(EARTH, DARK, 0.25), 12)
        c.tree(0.17, 0.68, 0.2, lean=0.06)
    else:
        c.person(0.12, 0.8, 0.3, helmet=True)


def counter(c: Canvas, after: bool) -> None:
    """The counter of an office: a long queue; after: a short one."""
    c.box(0, 0, 1, 1, (232, 238, 238))
    c.box(0, 0.78, 1, 0.22, (206, 202, 194))
    c.box(0, 0.06, 1, 0.1, (58, 120, 130))
    for n in range(3):
        x = 0.08 + n * 0.31
        c.box(x, 0.09, 0.14, 0.04, (244, 246, 244))
        c.box(x - 0.02, 0.22, 0.24, 0.2, (200, 222, 226))
        c.person(x + 0.1, 0.6, 0.3)
    c.box(0, 0.5, 1, 0.2, (170, 132, 98))
    c.box(0, 0.48, 1, 0.03, (140, 106, 78))
    for n in range(2 if after else 8):
        c.person(0.1 + n * 0.115, 0.96 + c.rng.uniform(-0.02, 0.03), 0.36)


def bus_stop(c: Canvas, after: bool) -> None:
    """People wait at a stop; after: the bus is there."""
    street(c, trees=False)
    if after:
        colour = c.rng.choice(((72, 128, 190), (90, 160, 110)))
        c.box(0.4, 0.52, 0.44, 0.28, colour)
        c.box(0.42, 0.55, 0.4, 0.1, (206, 228, 236))
        for x in (0.5, 0.74):
            c.blob(x, 0.81, 0.08, 0.1, DARK)
    c.box(0.06, 0.5, 0.3, 0.02, (206, 84, 74))
    for x in (0.07, 0.34):
        c.box(x, 0.5, 0.01, 0.36, (120, 124, 130))
    c.box(0.1, 0.74, 0.22, 0.018, (134, 98, 70))
    c.box(0.24, 0.54, 0.08, 0.12, (246, 246, 240))
    for n in range(2 if after else 4):
        c.person(0.11 + n * 0.07, 0.88 + c.rng.uniform(0, 0.02), 0.28)


def garden(c: Canvas, after: bool) -> None:
    """Beds of vegetables between houses (Buruan SAE)."""
    c.sky(0.42)
    c.ground(mixed(GRASS, EARTH, 0.3), 0.42)
    for x, w in ((0.02, 0.2), (0.3, 0.16), (0.55, 0.16), (0.78, 0.2)):
        c.house(x, 0.54, w, w * 0.9)
    for row in range(3):
        y, h = 0.62 + row * 0.12, 0.06 + row * 0.012
        c.shape(
            [
                (0.08 - row * 0.03, y),
                (0.92 + row * 0.03, y),
                (0.94 + row * 0.03, y + h),
                (0.06 - row * 0.03, y + h),
            ],
            (122, 90, 66),
        )
        for n in range(13):
            x = 0.1 + n * 0.066
            green = c.rng.choice(((96, 160, 84), (128, 178, 92), (76, 140, 86)))
            for dx in (-0.014, 0, 0.014):
                c.blob(x + dx, y - 0.008, 0.022, 0.05, green)
            if c.rng.random() < 0.3:
                c.blob(
                    x, y, 0.016, 0.02, c.rng.choice(((214, 70, 60), (236, 160, 60), (130, 80, 150)))
                )
    c.person(0.3, 0.8, 0.28)
    c.person(0.72, 0.96, 0.34)


def reading(c: Canvas, after: bool) -> None:
    """Children in a reading corner."""
    c.box(0, 0, 1, 1, c.rng.choice(((250, 236, 210), (226, 238, 232), (236, 228, 240))))
    c.box(0, 0.74, 1, 0.26, (198, 160, 122))
    for shelf in range(3):
        y = 0.16 + shelf * 0.17
        c.box(0.08, y + 0.13, 0.84, 0.022, (150, 112, 80))
        x = 0.1
        while x < 0.88:
            w, h = c.rng.uniform(0.014, 0.03), c.rng.uniform(0.08, 0.125)
            if c.rng.random() < 0.88:
                c.box(x, y + 0.13 - h, w, h, c.rng.choice(CLOTHES))
            x += w + 0.003
    c.shape([(0.12, 0.84), (0.88, 0.84), (0.98, 0.98), (0.02, 0.98)], c.rng.choice(CLOTHES))
    for n in range(5):
        x = 0.16 + n * 0.17
        c.person(x, 0.97 + c.rng.uniform(-0.02, 0.02), 0.28)
        c.shape(
            [
                (x - 0.04, 0.85),
                (x, 0.87),
                (x + 0.04, 0.85),
                (x + 0.04, 0.89),
                (x, 0.91),
                (x - 0.04, 0.89),
            ],
            (252, 250, 244),
        )


def clinic(c: Canvas, after: bool) -> None:
    """A posyandu: mothers, children and a pair of scales."""
    c.sky(0.58)
    c.ground((214, 206, 190), 0.58)
    c.box(0.14, 0.26, 0.72, 0.36, (246, 244, 236))
    c.shape([(0.1, 0.27), (0.5, 0.08), (0.9, 0.27)], (86, 150, 128))
    c.box(0.44, 0.4, 0.12, 0.22, (140, 106, 78))
    c.box(0.49, 0.145, 0.024, 0.08, (214, 74, 66))
    c.box(0.47, 0.171, 0.064, 0.028, (214, 74, 66))
    for x in (0.22, 0.66):
        c.box(x, 0.36, 0.12, 0.12, (172, 204, 216))
    c.line([(0.2, 0.6), (0.26, 0.5), (0.32, 0.6)], (110, 104, 98), 0.008)
    for n in range(6):
        big = n % 2 == 0
        c.person(0.2 + n * 0.12, 0.9 + c.rng.uniform(-0.02, 0.03), 0.34 if big else 0.2)
