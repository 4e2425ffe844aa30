"""The questionnaire as JSON: small, stable, and with all that the other formats have no place for.

    {
      "format": "survey questionnaire",
      "version": 1,                        a number that grows when a key gets another meaning or goes
      "survey": "mine",                    the name of the survey
      "title": "...", "population": "...",
      "waves": [{"id": "spring", "title": "..."}],       the earliest first
      "questions": [                       in the order of the questionnaire
        {
          "id": "uses",
          "kind": "multiple",              single, multiple, grid, rank, number, date, allocation or text
          "text": "...",
          "options": [                     in their order
            {
              "id": "code", "label": "...",
              "role": "substantive",       or other, none, dkns, not_applicable
              "exclusive": false,          whether nobody who chooses it should choose another
              "write_in": false,           whether people write beside it
              "from_text": false,          whether nobody was offered it: it is coded from what people wrote
              "score": null                a number where the scale has one for it
            }
          ],
          "items": [{"id": "...", "label": "..."}],      the rows of a grid, a ranking or an allocation
          "max": 3,                        how many answers are allowed; of an allocation what they add up to
          "unit": "",                      what a number counts
          "asked": {"stage": ["testing"]}, one option of every question in it must be chosen; {}: everyone
          "private": false,                the answers are personal, and never leave
          "sensitive": false,
          "nets": [{"id": "...", "label": "...", "options": ["..."]}],
          "waves": ["spring"]              those that asked it
        }
      ]
    }

Every key is always there. The net of a number or a date has `from` and `below` instead of `options`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from pipeline.public.questionnaire.instrument import Choice, Instrument, Net, Posed
from pipeline.public.questionnaire.rows import Rows

TITLE = "JSON"
NAMES = ("questionnaire.json",)
TAKES_ROWS = False
_FORMAT, _VERSION = "survey questionnaire", 1


def documents(instrument: Instrument, _: Rows | None) -> Mapping[str, bytes]:
    """The one file."""
    content = {
        "format": _FORMAT,
        "version": _VERSION,
        "survey": instrument.survey,
        "title": instrument.title,
        "population": instrument.population,
        "waves": [{"id": wave, "title": title} for wave, title in instrument.waves.items()],
        "questions": [_question(posed) for posed in instrument.questions],
    }
    text = json.dumps(content, indent=2, ensure_ascii=False)
    return {NAMES[0]: f"{text}\n".encode()}


def lost(_: Instrument, _rows: Rows | None) -> Mapping[str, Sequence[str]]:
    """Nothing: the format is made for what survey.toml says."""
    return {}


def _question(posed: Posed) -> dict[str, Any]:
    """A question with everything that is declared of it."""
    return {
        "id": posed.id,
        "kind": posed.kind,
        "text": posed.text,
        "options": [_option(option) for option in posed.options],
        "items": [{"id": item, "label": label} for item, label in posed.items.items()],
        "max": posed.total or posed.max,
        "unit": posed.unit,
        "asked": {on: list(options) for on, options in posed.asked.items()},
        "private": posed.private,
        "sensitive": posed.sensitive,
        "nets": [_net(net) for net in posed.nets],
        "waves": list(posed.waves),
    }


def _option(option: Choice) -> dict[str, Any]:
    """An option; a whole score without a decimal point."""
    score = option.score
    return {
        "id": option.id,
        "label": option.label,
        "role": option.role,
        "exclusive": option.exclusive,
        "write_in": option.write_in,
        "from_text": option.from_text,
        "score": int(score) if score is not None and score.is_integer() else score,
    }


def _net(net: Net) -> dict[str, Any]:
    """A net by its options, or a band by its ends."""
    if net.band is None:
        return {"id": net.id, "label": net.label, "options": list(net.options)}
    return {"id": net.id, "label": net.label, "from": net.band[0], "below": net.band[1]}
