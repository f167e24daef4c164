"""Guess a category and a department from words and place, as learnt.  Pure: NumPy alone.

``words`` turns a matter into numbers, the same way for learning and for guessing; ``model`` guesses
and says by which words; ``figures`` measures how well.
"""

from __future__ import annotations
