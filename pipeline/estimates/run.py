"""The estimates of a run: all that it publishes, made once, as it may be shown."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from importlib.metadata import version

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipeline.database.connection import view
from pipeline.declarations import comparability
from pipeline.declarations.load import Declarations
from pipeline.declarations.report import Exhibit
from pipeline.disclosure import counts, protect, rules
from pipeline.disclosure.flags import blanked, flagged
from pipeline.estimates import kept, weight_classes, weighted_attack, weighted_levels, weighted_steps
from pipeline.estimates.count import Domain, SurveyData, open_domain
from pipeline.estimates.domain_estimates import counted, lettered
from pipeline.estimates.tests import Together
from pipeline.estimates.weighted_steps import Levels, Mask
from pipeline.project.code import code_hash
from pipeline.project.paths import Paths
from pipeline.project.sql import Engine, query
from pipeline.tidy.measures import POOL
from pipeline.tidy.printed import within_base

_LIBRARIES = ("duckdb", "highspy", "numpy", "pandas", "scipy")
_WHOLE = repr(([], "keep"))


class Estimates:
    """The estimates of a run, made once for all questions and segments that are counted alike.

    They may be shown: what could identify a person is blanked here, considering all that the run publishes.
    They are kept below interim/, for whoever asks for some of them while nothing is another; `rows` is the
    hash of what they are counted from, and without one nothing is kept.
    """

    def __init__(
        self,
        connection: Engine,
        declared: Declarations,
        exhibits: Sequence[Exhibit],
        paths: Paths,
        rows: str,
    ) -> None:
        self.connection = connection
        self.declared = declared
        self._paths = paths
        self._rows_hash = rows
        # what several tables are made from is put together once
        self._by_question: dict[tuple[object, ...], dict[str, pd.DataFrame]] = {}
        self._pooled: dict[str, pd.DataFrame] = {}
        questionnaire = declared.survey
        self._domains = {_WHOLE: Domain(tuple(questionnaire.segments))}
        every = {(name, by) for name in questionnaire.questions for by in ("", *questionnaire.segments)}
        self._shown: dict[str, set[tuple[str, str]]] = {_WHOLE: every}
        self._drawn: dict[str, list[str]] = {}
        self._together: dict[str, dict[str, Together]] = {}
        for exhibit in exhibits:
            key, domain = _alike(exhibit), domain_of(exhibit)
            self._drawn.setdefault(key, []).append(exhibit.question)
            known = self._domains.get(key, domain)
            segments = tuple(dict.fromkeys((*known.segments, *domain.segments)))
            self._domains[key] = replace(known, segments=segments)
            shown = {(name, by) for name in exhibit.questions for by in ("", exhibit.by)}
            self._shown.setdefault(key, set()).update(shown)

    def of(self, exhibit: Exhibit, question: str, pools: bool = False) -> pd.DataFrame:
        """Every estimate of a question within its base, in the domain of an exhibit, of every wave with it.

        With `pools` those are among them that join options to compare waves.
        """
        return self._rows(_alike(exhibit), question, ("", exhibit.by), pools, inside=True)

    def frequencies(self, question: str) -> pd.DataFrame:
        """Every estimate of a question, for all respondents and by each segment of the survey."""
        return self._rows(_WHOLE, question, self._segments, pools=False, inside=False)

    def shares_of_groups(self) -> pd.DataFrame:
        """The estimates of all questions within their bases, of all respondents and by each segment."""
        return self._every(_WHOLE, self._segments, pools=False, inside=True)

    @property
    def over_waves(self) -> Sequence[str]:
        """The questions that waves may be compared by: none where there is one wave."""
        return list(self.declared.survey.questions) if len(self.declared.fieldings) > 1 else []

    def pooled(self, question: str) -> pd.DataFrame:
        """Every estimate of a question for all respondents, as waves are compared: with options joined."""
        if question not in self._pooled:
            estimates = self._rows(_WHOLE, question, ("",), pools=True, inside=True)
            pools = comparability.pools(self.declared.fieldings, question)
            self._pooled[question] = comparability.pooled(estimates, pools)
        return self._pooled[question]

    def together(self, exhibit: Exhibit) -> Together:
        """Who chose both of two options of an exhibit's question, or ranked both of two items.

        Of a single choice nobody: the others of all exhibits that count alike are counted at once.
        """
        key, questions = _alike(exhibit), self.declared.survey.questions
        if key not in self._together:
            forms = {name: questions[name].form for name in dict.fromkeys(self._drawn[key])}
            asked = [name for name, form in forms.items()
                     if form.is_one_list and (form.several or form.is_ranked)]  # fmt: skip
            by_question: dict[str, Together] = {name: {} for name in asked}
            if asked:
                with open_domain(self.data, asked, replace(self._domains[key], segments=())) as domain:
                    for pair, sums in domain.together().items():
                        by_question[pair[1]][pair] = sums
            self._together[key] = by_question
        return self._together[key].get(exhibit.question, {})

    @cached_property
    def rules(self) -> rules.Rules:
        """What the survey protects."""
        return rules.Rules(self.declared.survey, self.declared.report.segments)

    @property
    def data(self) -> SurveyData:
        """The database, with what it is counted by."""
        return SurveyData(self.connection, self.declared.survey, self.declared.report.segments)

    @cached_property
    def _waves(self) -> pd.DataFrame:
        return view(self.connection, "waves").set_index("wave")

    @cached_property
    def people(self) -> dict[str, int]:
        """The respondents analysed in each wave."""
        return {str(wave): int(analysed) for wave, analysed in self._waves["analysed"].items()}

    @cached_property
    def published(self) -> list[counts.Published]:
        """Every estimate that the run publishes, with its true numbers: never to be shown."""
        published = []
        for key, domain in self._domains.items():
            asked = {name for name, _ in self._shown[key]}
            names = [name for name in self.declared.survey.questions if name in asked]
            every = counted(self.data, names, domain)
            shown = [pair in self._shown[key] for pair in zip(every["question"], every["by"], strict=True)]
            estimates = every[np.array(shown, dtype=bool)].reset_index(drop=True)
            published.append(counts.Published(estimates, domain.where or {}, domain.dkns))
        return published

    @cached_property
    def shown(self) -> list[pd.DataFrame]:
        """`published` as it may be shown."""
        return self._as_shown(self.levels)

    @cached_property
    def _hidden(self) -> list[protect.Hidden]:
        return protect.protect(self.published, self.rules, self.people)

    def _as_shown(self, levels: Levels) -> list[pd.DataFrame]:
        """`published` as it may be shown, with weighted numbers as coarse as `levels` say."""
        shown = []
        for published, hidden in zip(self.published, self._hidden, strict=True):
            made, gone = weighted_steps.coarse(published.frame, levels, self._questionnaire, hidden.estimates)
            frame = flagged(made, self.rules.base)
            frame = blanked(frame, pd.Series(gone, index=frame.index)) if gone.any() else frame
            shown.append(protect.hide(frame, hidden))
        return shown

    def made_coarse(self, estimates: pd.DataFrame, hidden: Mask) -> tuple[pd.DataFrame, Mask]:
        """Estimates as coarse as those of their questions, and which of them are to be suppressed."""
        return weighted_steps.coarse(estimates, self.levels, self._questionnaire, hidden)

    @cached_property
    def classes(self) -> dict[str, weight_classes.Classes]:
        """The respondents of each weighted wave, in classes of weight."""
        waves = {one.name: one.wave for one in self.declared.fieldings if one.wave.weighting}
        if not waves:
            return {}
        survey, bands = self.declared.survey, self.declared.report.segments
        segments = dict.fromkeys((*survey.segments, *(band.of for band in bands.values())))
        means = self._waves["mean_weight"]
        classes = {}
        for name, wave in waves.items():
            targets = list(wave.weights.targets)
            people = self._people_of(name, [*segments, *targets])
            classes[name] = weight_classes.classes(people, targets, list(segments), means[name])
        return {name: of_wave for name, of_wave in classes.items() if of_wave is not None}

    def _people_of(self, wave: str, questions: Sequence[str]) -> pd.DataFrame:
        """A row an analysed respondent of a wave: the weight, and what they chose of single choices."""
        survey = self.declared.survey
        people = query(self.connection, "estimates/weights", wave=wave).df().set_index("respondent")
        for name in dict.fromkeys(questions):
            options = ["", *survey.options(name)]
            number = np.zeros(len(people), dtype=np.intp)
            asked = {"wave": wave, "question": survey.position(name)}
            chosen = query(self.connection, "estimates/chosen", **asked).df()
            number[people.index.get_indexer(pd.Index(chosen["respondent"]))] = chosen["option"]
            ordered = sorted(options)
            codes: NDArray[np.intp] = np.array([ordered.index(option) for option in options])[number]
            people[name] = pd.Categorical.from_codes(codes, pd.Index(ordered))
        return people

    @property
    def attacker(self) -> weighted_attack.Attacker:
        """An attacker who knows the weight of everybody and looks for the counts that are protected."""
        return weighted_attack.Attacker(self.rules, self.people, self.protected, self.classes)

    @property
    def levels(self) -> Levels:
        """How coarse the weighted numbers of a wave and question are; those that are not here are exact."""
        return self._kept.levels

    def protects(self, wave: str) -> bool:
        """Whether a wave has counts that must not be disclosed."""
        return wave in self._kept.protects

    @cached_property
    def _kept(self) -> kept.Kept:
        """What may be shown of all estimates; counted where it was not kept of the same."""
        key = self._key() if self._rows_hash else ""
        if key and (known := kept.read(self._paths.estimates, key)):
            return known
        levels = self._safe_levels()
        shown = [_with_plain_texts(lettered(frame)) for frame in self._as_shown(levels)]
        made = kept.Kept(shown, levels, frozenset(wave for wave, _ in self.protected))
        if key:
            kept.write(self._paths.estimates, key, made)
        return made

    def _key(self) -> str:
        """A hash of all that decides what is shown: answers, declarations, domains, code and libraries."""
        declared, bands = self.declared, self.declared.report.segments
        models = [declared.survey, *(one.wave for one in declared.fieldings), *bands.values()]
        parts = [
            self._rows_hash,
            *(model.model_dump_json() for model in models),
            repr([*bands, *(one.name for one in declared.fieldings)]),
            repr([(key, of, sorted(self._shown[key])) for key, of in self._domains.items()]),
            code_hash(),
            *map(version, _LIBRARIES),
        ]
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()

    def _safe_levels(self) -> Levels:
        if not self.classes:
            return {}

        def show(levels: Levels) -> list[counts.Published]:
            return [
                replace(published, frame=frame)
                for published, frame in zip(self.published, self._as_shown(levels), strict=True)
            ]

        return weighted_levels.safe(show, self.attacker, list(self.declared.survey.questions))

    @cached_property
    def _questionnaire(self) -> weighted_steps.Questionnaire:
        survey, fieldings = self.declared.survey, self.declared.fieldings
        pools = {name: comparability.pools(fieldings, name) for name in survey.questions}
        return weighted_steps.Questionnaire(survey, pools)

    @cached_property
    def protected(self) -> list[counts.Key]:
        """The counts that must not be disclosed."""
        return protect.protected(self.published, self.rules, self.people)

    @cached_property
    def by_domain(self) -> dict[str, pd.DataFrame]:
        """The estimates that may be shown, by domain, with the columns of WITH_SUMS."""
        return dict(zip(self._domains, self._kept.shown, strict=True))

    @property
    def _segments(self) -> tuple[str, ...]:
        return ("", *self.declared.survey.segments)

    def _every(self, key: str, by: Sequence[str], pools: bool, inside: bool) -> pd.DataFrame:
        """The estimates of all questions of a domain, by some segments."""
        estimates = self.by_domain[key]
        chosen = estimates["by"].isin(by)
        rows: pd.DataFrame = estimates[chosen if pools else chosen & (estimates["measure"] != POOL)]
        return within_base(rows) if inside else rows

    def _rows(self, key: str, question: str, by: tuple[str, ...], pools: bool, inside: bool) -> pd.DataFrame:
        """Those of one question: all questions are looked up at once, as each would take as long."""
        if (wanted := (key, by, pools, inside)) not in self._by_question:
            every = self._every(*wanted)
            groups = {str(name): rows for name, rows in every.groupby("question", sort=False)}
            self._by_question[wanted] = {
                name: groups.get(name, every.head(0)) for name, _ in self._shown[key]
            }
        return self._by_question[wanted][question]


def _with_plain_texts(estimates: pd.DataFrame) -> pd.DataFrame:
    """Estimates with all texts in one block of objects: rows are chosen many times, block by block."""
    texts = {name: object for name, kind in estimates.dtypes.items() if isinstance(kind, pd.StringDtype)}
    return estimates.astype(texts).copy()


def _alike(exhibit: Exhibit) -> str:
    """A key that is the same for exhibits which count the same respondents and answers."""
    return repr((sorted(exhibit.where.items()), exhibit.dkns))


def domain_of(exhibit: Exhibit) -> Domain:
    """Whom an exhibit counts, and in which groups."""
    return Domain((exhibit.by,) if exhibit.by else (), exhibit.where, exhibit.dkns)
