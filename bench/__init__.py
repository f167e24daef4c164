"""How fast is it?  Load and scale programs behind ``bin/bench``; never part of the tests."""
