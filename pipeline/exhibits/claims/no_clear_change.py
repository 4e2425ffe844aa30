"""`no_clear_change`: the change between two waves is not clear, so its adjusted p is not below 0.05."""

from __future__ import annotations

from pipeline.exhibits.claims import between_waves

HOLDS_IF = "the adjusted p is not below {level}"
LISTED = 6
HEADLINE = "No clear change from {early} to {late}: {answers}"
IS_CHANGE = True
IS_NEWS = False

possible, compared = between_waves.possible, between_waves.compared
verdict = between_waves.judge(
    "no_clear_change", ("shows no clear change", "changed clearly"), lambda _, p, level: p >= level
)
