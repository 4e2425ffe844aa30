"""`fell`: a share fell between two waves, by a test held against the level of the whole report."""

from __future__ import annotations

from pipeline.exhibits.claims import between_waves

HOLDS_IF = "the difference is below 0 and the adjusted p at most {level}"
LISTED = 5
HEADLINE = "Down from {early} to {late}: {answers}"
IS_CHANGE = True
OF_REPORT = True

possible, compared = between_waves.possible, between_waves.compared
verdict = between_waves.judge(
    "fell", ("fell", "did not clearly fall"), lambda by, p, level: by < 0 and p <= level
)
