"""A single choice: each respondent chooses one option, and so is in one group.

Keys: `options` or `scale`, `nets`, `others`. It can be a segment, have target shares, and show who attends.

    [questions.region]
    text = "Where is your organisation based?"
    kind = "single"
    options = { africa = "Africa", asia = "Asia", europe = "Europe", other = "Other" }
"""

from __future__ import annotations

from pipeline.answers import choices

LISTED = 1
COUNTED = "options"
CAPTION = "Share of respondents choosing each answer"
MODE = "(select one)"
FIGURE = "single_bar"
FIGURE_OF_MANY = "ranked_bars"

read = choices.read
