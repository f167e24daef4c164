"""Pictures for the demo, drawn as it is loaded: what a resident saw, and what it looks like after.

``paint`` gives a JPEG.  Every scene is drawn anew from its seed, so that no two are the same.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from functools import lru_cache

from . import demo_places as places
from . import demo_streets as streets
from .demo_brush import Canvas

Scene = Callable[[Canvas, bool], None]
STREETS = ("pothole", "pavement", "flood", "lamp", "tree", "stalls", "cables", "crossing", "signal")
MENDED = ("leak", "works")
PLACES = ("drain", "rubbish", "park", "meeting", "river", "counter", "bus_stop", "garden")
ROOMS = ("reading", "clinic")
SCENES: dict[str, Scene] = {name: getattr(streets, name) for name in STREETS + MENDED}
SCENES |= {name: getattr(places, name) for name in PLACES + ROOMS}
OUTSIDE = ("morning", "noon", "noon", "cloudy", "dusk")
LIGHT = dict.fromkeys(("pavement", "counter", "meeting", "reading", "clinic"), ("morning", "noon"))


@lru_cache(maxsize=400)  # a picture is drawn once
def paint(scene: str, seed: int, after: bool = False) -> bytes:
    """A picture of ``scene`` (a key of SCENES) as JPEG; ``after`` shows it put right."""
    rng = random.Random(f"{scene} {seed}")
    canvas = Canvas(rng, rng.choice(LIGHT.get(scene, OUTSIDE)))
    stance = random.Random(seed)  # the photographer's, the same before and after
    SCENES[scene](canvas, after)
    canvas.frame(stance.uniform(0.8, 1.0), stance.random(), stance.random() < 0.5)
    return canvas.jpeg()


# What a photo of each category shows; what is not listed comes without one.
SHOWN = {
    "jalan-berlubang": "pothole", "trotoar-rusak": "pavement", "jembatan-rusak": "river",
    "galian-utilitas": "works", "drainase-tersumbat": "drain", "gorong-gorong": "pothole",
    "banjir-genangan": "flood", "kirmir-sungai": "river", "pju-mati": "lamp",
    "rambu-marka": "crossing", "lampu-lalu-lintas": "signal", "parkir-liar": "stalls",
    "kemacetan": "signal", "angkutan-umum": "bus_stop", "sampah-menumpuk": "rubbish",
    "tps-penuh": "rubbish", "pembakaran-sampah": "rubbish", "pencemaran": "river",
    "pohon-rawan": "tree", "taman-rusak": "park", "pemakaman": "park", "pkl": "stalls",
    "reklame-liar": "cables", "bangunan-liar": "works", "air-bersih": "leak",
    "kabel-semrawut": "cables", "tiang-utilitas": "cables", "ktp-kk": "counter",
    "layanan-kelurahan": "counter", "perizinan": "counter", "pajak-daerah": "counter",
    "puskesmas": "clinic", "jentik-dbd": "drain", "sarana-sekolah": "reading",
    "perpustakaan": "reading", "pasar-rakyat": "stalls", "umkm-koperasi": "stalls",
    "sarana-olahraga": "park", "cagar-budaya-wisata": "park", "hewan-liar": "rubbish",
    "usul-jalan-lingkungan": "pothole", "usul-jalan-trotoar": "pavement", "usul-drainase": "drain",
    "usul-kirmir-tpt": "river", "usul-sumur-resapan": "flood", "usul-pju": "lamp",
    "usul-rambu-keselamatan": "crossing", "usul-taman-rth": "park", "usul-air-sanitasi": "leak",
    "usul-persampahan": "rubbish", "usul-balai-warga": "meeting", "usul-sarana-kesehatan": "clinic",
    "usul-sarana-pendidikan": "reading", "usul-sarana-olahraga": "park", "usul-umkm": "stalls",
    "usul-pelatihan-kerja": "meeting", "usul-pasar-industri": "stalls",
    "usul-buruan-sae": "garden", "usul-wisata-kreatif": "stalls", "usul-perempuan-anak": "clinic",
    "usul-kesehatan-warga": "clinic", "usul-keluarga": "clinic", "usul-seni-budaya": "meeting",
    "usul-literasi": "reading", "usul-pemuda": "park", "usul-keamanan-lingkungan": "lamp",
    "usul-internet-cctv": "cables", "usul-lansia-disabilitas": "clinic",
    "ide-transportasi": "bus_stop", "ide-sampah": "rubbish", "ide-lingkungan-iklim": "river",
    "ide-ruang-publik": "park", "ide-layanan-digital": "counter", "ide-tata-kelola": "counter",
    "ide-pendidikan": "reading", "ide-kesehatan": "clinic", "ide-ekonomi": "stalls",
    "ide-pangan": "garden", "ide-inklusi": "pavement", "ide-budaya-wisata": "stalls",
    "ide-kebencanaan": "meeting",
}  # fmt: skip
