"""The texts beside an Other that no dictionary codes yet, the most frequent first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from pipeline.commands.check import read
from pipeline.declarations import survey
from pipeline.project.errors import SurveyError, did_you_mean
from pipeline.project.paths import Paths
from pipeline.text.folding import fold


def others(paths: Paths, question: str) -> Iterator[str]:
    """A line a text, the most frequent first, over all waves; texts that fold alike are one.

    SurveyError where there is no such question, where nobody could write anything beside an Other, and for a
    private question.
    """
    questionnaire, _ = survey.load(paths)
    if question not in questionnaire.questions:
        raise SurveyError(f"no question {question!r}; {did_you_mean(question, questionnaire.questions)}")
    if questionnaire.questions[question].private:
        raise SurveyError(f"{question!r} is private: what people wrote is not shown")
    if not any(option.write_in for option in questionnaire.options(question).values()):
        raise SurveyError(f"{question!r} has no option with write_in = true, so nobody wrote beside one")
    _, _, mapped = read(paths, own_texts=True)
    left: Counter[str] = Counter()
    written: dict[str, str] = {}
    for meaning in mapped:
        for text, count in sorted(meaning.left.get(question, Counter()).items()):
            left[fold(text)] += count
            written.setdefault(fold(text), text)
    yield from (
        f"{count:5}  {''.join(c if c.isprintable() else ' ' for c in written[folded])}"
        for folded, count in sorted(left.items(), key=lambda pair: (-pair[1], pair[0]))
    )
    texts = "1 text" if len(left) == 1 else f"{len(left)} texts"
    yield f"{texts} of {left.total()} answers are left; code them under [questions.{question}.others]"
