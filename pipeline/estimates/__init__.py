"""Sums of a domain, and what is computed of them: shares, means, intervals, tests, changes, quality."""
