"""Receipts: how a number of a table follows from the answers, and why a claim is printed or not."""
