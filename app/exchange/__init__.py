"""The outside world, one file per partner.  Only jobs and commands call out, never a request."""
