"""Disclosure control: which counts are protected, what is told of them, and texts that identify people."""
