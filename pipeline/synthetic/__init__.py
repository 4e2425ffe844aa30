"""Synthetic responses: exports drawn from declared assumptions."""
