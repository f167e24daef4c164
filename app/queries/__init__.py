"""Reads: module-level selects, lists, counts and search.  Nothing here writes."""
