"""Accounts: the doors in and out, the profile, and what is mine."""

from __future__ import annotations

from . import door, mail_links, mine, profile
from .base import bp

__all__ = ["bp", "door", "mail_links", "mine", "profile"]
