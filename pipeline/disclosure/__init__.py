"""Disclosure control: protected counts, what tables say of them, and texts that identify people."""
