"""Open311 GeoReport v2: the cases of conformance, and what else partners may rely on."""
