"""A multiple choice: each respondent chooses any number of options, or up to `max` of them.

Keys: `options` or `scale`, `max`, `nets`, `others`.

    [questions.uses]
    text = "What do you use open models for?"
    kind = "multiple"
    max = 3
    options = { code = "Writing code", text = "Writing text", none = "None of these" }
"""

from __future__ import annotations

from pipeline.answers import choices

LISTED = 2
COUNTED = "options"
SEVERAL = True
CAPTION = "Share of respondents choosing each answer"
MODE = "(select all that apply)"
MODE_WITH_MAX = "(select up to {words} responses)"
FIGURE = "ranked_bars"

read = choices.read
