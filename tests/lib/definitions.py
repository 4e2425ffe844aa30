"""Definitions of questionnaires as survey tools write them, small and invented."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from typing import Any


def asked(
    tag: str,
    qid: int,
    text: str,
    choices: Mapping[int, str],
    *,
    several: bool = False,
    recodes: Mapping[int, str] | None = None,
    **more: Any,
) -> dict[str, Any]:
    """One choice of a Qualtrics survey, its options by their ids."""
    return {
        "DataExportTag": tag,
        "QuestionID": f"QID{qid}",
        "QuestionText": text,
        "QuestionType": "MC",
        "Selector": "MAVR" if several else "SAVR",
        "Choices": {str(ident): {"Display": label} for ident, label in choices.items()},
        "ChoiceOrder": list(choices),
        "RecodeValues": {str(ident): code for ident, code in (recodes or {}).items()},
        **more,
    }


def qsf(*questions: Mapping[str, Any], title: str = "An invented survey") -> str:
    """A Qualtrics survey with one block."""
    block = {
        "Type": "Default",
        "ID": "BL_1",
        "Description": "All",
        "BlockElements": [{"Type": "Question", "QuestionID": one["QuestionID"]} for one in questions],
    }
    elements: list[dict[str, Any]] = [
        {"Element": "BL", "Payload": [block]},
        {"Element": "FL", "Payload": {"Flow": [{"Type": "Block", "ID": "BL_1"}]}},
        *({"Element": "SQ", "Payload": dict(one)} for one in questions),
    ]
    entry = {"SurveyName": title, "SurveyLanguage": "EN"}
    return json.dumps({"SurveyEntry": entry, "SurveyElements": elements})


def selected(qid: int, *choices: int) -> dict[str, Any]:
    """The display logic of who chose one of some options of a question."""
    terms = {
        str(place): {
            "LogicType": "Question",
            "LeftOperand": f"q://QID{qid}/SelectableChoice/{choice}",
            "Operator": "Selected",
            **({"Conjuction": "Or"} if place else {}),
        }
        for place, choice in enumerate(choices)
    }
    return {"0": {**terms, "Type": "If"}, "Type": "BooleanExpression"}


def export(questions: Sequence[Mapping[str, Any]], rows: Sequence[Sequence[str]], first: int = 1) -> str:
    """The export of a Qualtrics survey, a column a question: codes, wording, import ids, then the answers.

    `first` is the number of the first response.
    """
    heads = [("ResponseId", "Response ID", "_recordId")]
    heads += [(one["DataExportTag"], one["QuestionText"], one["QuestionID"]) for one in questions]
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow([code for code, _, _ in heads])
    writer.writerow([text for _, text, _ in heads])
    writer.writerow([json.dumps({"ImportId": ident}) for _, _, ident in heads])
    writer.writerows([f"R_{number}", *row] for number, row in enumerate(rows, first))
    return stream.getvalue()
