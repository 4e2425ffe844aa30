"""What people wrote beside an Other and no dictionary codes yet, by how often."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from pipeline import survey, wave
from pipeline.errors import SurveyError, did_you_mean
from pipeline.ingest import ingest
from pipeline.normalise import mapped_waves
from pipeline.paths import Paths
from pipeline.words import fold


def others(paths: Paths, question: str) -> Iterator[str]:
    """A line a text, the most frequent first, over all waves; texts that fold alike are one.

    SurveyError where there is no such question, where nobody could write anything beside an Other, and for a
    private question. Works in a temporary folder, as these texts are nobody else's.
    """
    questionnaire, document = survey.load(paths)
    if question not in questionnaire.questions:
        raise SurveyError(f"no question {question!r}; {did_you_mean(question, questionnaire.questions)}")
    if questionnaire.questions[question].private:
        raise SurveyError(f"{question!r} is private: what people wrote is not shown")
    if not any(option.write_in for option in questionnaire.options(question).values()):
        raise SurveyError(f"{question!r} has no option with write_in = true, so nobody wrote beside one")
    fieldings = wave.load(paths, questionnaire)
    with tempfile.TemporaryDirectory() as folder:
        aside = replace(paths, generated=Path(folder))
        ingest(aside)
        mapped = mapped_waves(aside, questionnaire, document, fieldings, own_texts=True)
    left: Counter[str] = Counter()
    written: dict[str, str] = {}
    for meaning in mapped:
        for text, count in sorted(meaning.left.get(question, Counter()).items()):
            left[fold(text)] += count
            written.setdefault(fold(text), text)
    yield from (
        f"{count:5}  {written[folded]}"
        for folded, count in sorted(left.items(), key=lambda pair: (-pair[1], pair[0]))
    )
    texts = "1 text" if len(left) == 1 else f"{len(left)} texts"
    yield f"{texts} of {left.total()} answers are left; code them under [questions.{question}.others]"
