"""Drafts of declarations: what an export looks like, what the wave before has of it, and their TOML."""
