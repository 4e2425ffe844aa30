"""Every table of tables/, declared once: what a row of it is, and what its columns are and say.

From here CSVs are written, read and checked, and docs/tables.md is made (pipeline/tidy/document.py).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from pipeline.stats.intervals import NAMES
from pipeline.tidy.contract import Allowed, Column, Table, Type
from pipeline.tidy.measures import Comparability, Flag, KindOfTest, Measure, MethodOfTest, Role, Step

ID, LABEL, TEXT, CREDIT, DATE = Type.ID, Type.LABEL, Type.TEXT, Type.CREDIT, Type.DATE
SHARE, NUMBER, COUNT, WHOLE, YES_NO = Type.SHARE, Type.NUMBER, Type.COUNT, Type.WHOLE, Type.YES_NO
_YES_OR_NO = ("yes", "no")


def _always(name: str, kind: Type, meaning: str, unit: str = "", allowed: Allowed = ()) -> Column:
    """A column without empty cells."""
    return Column(name, kind, meaning, unit, False, allowed)


def _maybe(name: str, kind: Type, meaning: str, unit: str = "", allowed: Allowed = ()) -> Column:
    """A column whose cells may be empty."""
    return Column(name, kind, meaning, unit, True, allowed)


_WAVE = _always("wave", ID, "the wave")
_QUESTION = _always("question", ID, "the question")
_ITEM = _maybe("item", ID, "the row of a grid, or the thing ranked")
_OPTION = _maybe("option", ID, "the answer, or the net")
_PARTS = (
    _ITEM,
    _maybe("item_label", LABEL, "what it is called"),
    _OPTION,
    _maybe("option_label", LABEL, "what it is called"),
)
_MEASURES = tuple(measure for measure in Measure if measure != Measure.POOL)
_TESTS = tuple(test for test in KindOfTest if test != KindOfTest.TWO_ITEMS)
_FLAGS = (Flag.LOW_BASE, Flag.UNCERTAIN, Flag.SUPPRESSED, Flag.NOT_ASKED, Flag.NO_CLEAR_CHANGE)
_MEASURE = _always("measure", TEXT, "what the row says of the answer", allowed=_MEASURES)
_P = (
    _maybe("p", NUMBER, "two-sided"),
    _maybe("adjusted_p", NUMBER, "the same, adjusted for how many comparisons are made"),
)
_LIMITS = (_maybe("low", NUMBER, "the lower end of the interval"), _maybe("high", NUMBER, "its upper end"))

_ESTIMATE = (
    _WAVE,
    _QUESTION,
    *_PARTS,
    _maybe("role", TEXT, "what kind of answer it is; empty of a value", allowed=Role),
    _MEASURE,
    _maybe("by", ID, "the segment; empty for all respondents"),
    _maybe("group", ID, "its group; of a change the earlier wave"),
    _always("group_label", LABEL, "what the group is called"),
    _maybe("letter", TEXT, "the letter of the column of the group"),
    _maybe("share", SHARE, "the part of the valid cases", "0 to 1"),
    _maybe(
        "value", NUMBER, "what is no share: a mean, a median, a quartile, a mean rank, a net promoter score "
        "(in points), a change",
    ),
    _maybe("standard_error", NUMBER, "of the share or the value, by linearisation"),
    _maybe("low", NUMBER, "the lower end of the 95% interval of the share or the value"),
    _maybe("high", NUMBER, "its upper end"),
    _maybe(
        "interval", TEXT, "by which formula: that of the survey, `wilson` by default; `t` of a value; of a "
        "change the method of its test", allowed=(*NAMES, MethodOfTest.NEWCOMBE),
    ),
    _maybe("higher_than", TEXT, "the letters of the groups that it is above: capital at 95%, small at 90%"),
    _maybe("respondents", COUNT, "how many chose it (for a mean: how many it is of), unweighted"),
    _maybe("sample_size", COUNT, "how many were asked and answered, DKNS included"),
    _maybe("valid_cases", COUNT, "the base: the sample size, less DKNS where the exhibit excludes it"),
    _maybe("total_mentions", COUNT, "ticks over all options of a multiple choice; tens beside a hidden one"),
    _maybe("weighted_respondents", NUMBER, "the sum of their weights", "weighted respondents"),
    _maybe("weighted_base", NUMBER, "the sum of the weights of the base", "weighted respondents"),
    _maybe("effective_base", NUMBER, "Kish's effective size of the base", "respondents"),
    _maybe("deff", NUMBER, "the design effect of the weights, `valid_cases` ÷ `effective_base`"),
    _maybe("flag", TEXT, "what to know before taking the number for what it looks like", allowed=_FLAGS),
)  # fmt: skip

FREQUENCIES = Table(
    "frequencies/<question>",
    "an estimate of the question, for all respondents and by each segment, DKNS kept",
    _ESTIMATE,
)
EXHIBIT = Table(
    "<exhibit>", "an estimate of the exhibit, in the order in which it is drawn, every wave", _ESTIMATE
)
OVER_WAVES = Table(
    "<exhibit>",
    "the same, with the change from wave to wave or the difference of the groups below",
    (
        *_ESTIMATE,
        _maybe("fielded", DATE, "the first day of the wave in the field"),
        _maybe("comparability", TEXT, "how it compares with the wave before", allowed=Comparability),
    ),
)
SUMS = (
    _maybe("weight", NUMBER, "Σw of the base"),
    _maybe("weight_squares", NUMBER, "Σw² of the base"),
    _maybe("yes_weight", NUMBER, "Σw of those counted"),
    _maybe("yes_squares", NUMBER, "Σw² of those counted"),
    _maybe("analysed", COUNT, "the respondents of the wave, whom errors take as the sample"),
    _maybe("screened", YES_NO, "whether the option disqualifies, so that nobody analysed has it"),
)
"""what comparisons need of an estimate beside its columns: sums of weights with a mean of 1; in no file"""
WITH_SUMS = Table(
    "estimates", "an estimate of a run, with the sums that it is made from", (*_ESTIMATE, *SUMS)
)
ANSWER = ["question", "item", "option", "measure"]
"""what tells an answer of a wave from the others"""
BASES = ["sample_size", "valid_cases"]
"""the counts that stay where an estimate is not shown"""
BLANKED = [name for name in FREQUENCIES.numbers if name not in BASES]
"""what is left out of an estimate that is not shown"""
PUBLISHED = Table(
    "<exhibit>",
    "a number that others published; below it the survey's own on the same theme",
    (
        _always("source", CREDIT, "who published it"),
        _maybe("wording", TEXT, "what was asked, as far as it is known"),
        _maybe("mode", TEXT, "how it was answered", allowed=("single", "multiple")),
        _always("label", LABEL, "the answer, in the words of the source"),
        _maybe("percent", TEXT, "as printed; empty of the survey's own"),
        _maybe("share", SHARE, "the same as a share", "0 to 1"),
        _maybe("low", NUMBER, "the lower end of Wilson's interval, where the base is known"),
        _maybe("high", NUMBER, "its upper end"),
        _maybe("n", COUNT, "the base"),
        _maybe(
            "grade",
            TEXT,
            "A: read in the publisher's own text; B: quoted by a third party",
            allowed=("A", "B"),
        ),
        _maybe("group", TEXT, "whom it is of, where not of all"),
        _maybe("address", CREDIT, "where it can be read"),
        _maybe("beside", ID, "of a number of the survey itself: its wave"),
        _maybe("option", ID, "the same: its answer"),
        _maybe("flag", TEXT, "the same: its flag", allowed=_FLAGS),
    ),
)
TESTS = Table(
    "tests",
    "a test of an exhibit: groups in pairs, a group and all or the others, crosstabs, options next to each "
    "other, rankings, changes",
    (
        _always("exhibit", ID, "the exhibit"),
        _WAVE,
        _QUESTION,
        _ITEM,
        _OPTION,
        _always("measure", TEXT, "what is tested", allowed=_MEASURES),
        _maybe("by", ID, "the segment"),
        _maybe("group", ID, "the group within which waves are compared"),
        _always("test", TEXT, "what is held against what", allowed=_TESTS),
        _always("method", TEXT, "how", allowed=MethodOfTest),
        _maybe("first", ID, "a group, option or wave"),
        _maybe("second", ID, "what it is compared with: the difference is the first less the second"),
        _maybe("first_estimate", NUMBER, "the share or value of the first"),
        _maybe("first_size", NUMBER, "its effective size, as `newcombe` and `wilson` take it", "respondents"),
        _maybe("second_estimate", NUMBER, "the share or value of the second"),
        _maybe("second_size", NUMBER, "its effective size", "respondents"),
        _maybe("difference", NUMBER, "of the two, as shares or values"),
        _maybe("standard_error", NUMBER, "of the difference"),
        *_LIMITS,
        _maybe(
            "confidence", SHARE, "that of the interval, 1 − 0.05 · `p` ÷ `adjusted_p`: it leaves out 0 "
            "where `adjusted_p` is below 0.05", "0 to 1",
        ),
        _maybe("statistic", NUMBER, "t, F or chi-squared"),
        _maybe("df", NUMBER, "its degrees of freedom"),
        _maybe("df2", NUMBER, "the second of F"),
        _maybe("p", NUMBER, "two-sided"),
        _maybe(
            "adjusted_p", NUMBER, "over the pairs of one row of one segment, the groups of a row "
            "(against all), all rows and groups (against the others), the neighbours of an exhibit, or all "
            "its changes",
        ),
        _maybe("adjustment", TEXT, "by which procedure", allowed=("holm",)),
    ),
)  # fmt: skip
CLAIMS = Table(
    "claims",
    "a claim of a title, whether it holds, and the numbers that say so",
    (
        _maybe("exhibit", ID, "the exhibit; empty in the introduction"),
        _maybe("title", TEXT, "the title, where it is printed"),
        _always("claim", ID, "what is claimed; `quote` of a number that a draft left out"),
        _maybe("of", ID, "the reference"),
        _always("holds", YES_NO, "whether it holds"),
        _always("said", TEXT, "the test in words"),
        _maybe("wave", ID, "the wave"),
        _maybe("first", ID, "the answer, group or wave that is compared"),
        _maybe("second", ID, "what it is compared with"),
        _maybe("estimate", NUMBER, "the share of the first"),
        _maybe("against", NUMBER, "the share of the second"),
        _maybe("difference", NUMBER, "of the two"),
        _maybe("low", NUMBER, "the lower end, at the confidence 1 − `level` · `p` ÷ `adjusted_p`; of "
               "`majority` and `top` at 95%"),
        _maybe("high", NUMBER, "the upper end"),
        *_P,
        _maybe("level", NUMBER, "what the adjusted p is held against"),
        _always("comparisons", COUNT, "that p is adjusted over; of `top` all that have to hold"),
        _maybe("method", TEXT, "that of the test, or of the interval"),
    ),
)  # fmt: skip
COMPARISONS = Table(
    "comparisons",
    "a question by a segment, or between two waves: how much of it could be tested, and what holds over the "
    "whole report",
    (
        _QUESTION,
        _maybe("by", ID, "the segment; empty: between waves"),
        _WAVE,
        _maybe("before", ID, "the earlier wave"),
        _always("comparisons", COUNT, "that could be tested", "comparisons"),
        _always("unadjusted", COUNT, "of which p is below 0.05", "comparisons"),
        _always("smallest_p", NUMBER, "after Holm over the row"),
        _always("selected", YES_NO, "by Benjamini and Hochberg over all rows"),
        _always("holding", COUNT, "what may be claimed", "comparisons"),
    ),
    notes="[headlines.md](headlines.md#over-the-whole-report) has the rule.",
)
QUOTES = Table(
    "quotes",
    "a number in a title or text, with the cell that it comes from",
    (
        _maybe("exhibit", ID, "the exhibit; empty in the introduction"),
        _always("place", ID, "where it stands", allowed=("introduction", "title", "text")),
        _always("placeholder", ID, "what the declaration has in its place"),
        _always("printed", TEXT, "what is printed"),
        _always("table", ID, "the table"),
        _always("row", WHOLE, "the line of its CSV, the heading being the first"),
        _always("column", ID, "the column"),
        _always("value", NUMBER, "the number of the cell"),
    ),
)
CHANGES = Table(
    "changes",
    "a change of an estimate of any question from wave to wave, and from the first to the last",
    (
        _QUESTION,
        *_PARTS,
        _MEASURE,
        _always("early", ID, "the earlier wave"),
        _always("late", ID, "the later wave"),
        _maybe("early_estimate", NUMBER, "the share or value of the earlier"),
        _maybe("late_estimate", NUMBER, "the share or value of the later"),
        _maybe("early_cases", COUNT, "the valid cases of the earlier"),
        _maybe("late_cases", COUNT, "the valid cases of the later"),
        _maybe("difference", NUMBER, "the later less the earlier"),
        *_LIMITS,
        _maybe("confidence", SHARE, "that of the interval, as in tests.csv", "0 to 1"),
        _maybe("method", TEXT, "as in tests.csv", allowed=MethodOfTest),
        _maybe("p", NUMBER, "two-sided"),
        _maybe("adjusted_p", NUMBER, "over the changes of a question"),
        _maybe("adjustment", TEXT, "by which procedure", allowed=("holm",)),
        _maybe("comparability", TEXT, "how far the two waves compare", allowed=Comparability),
        _maybe("flag", TEXT, "what to know of the change", allowed=(Flag.NO_CLEAR_CHANGE, Flag.LARGE)),
    ),
)
EXHIBITS = Table(
    "exhibits",
    "an exhibit with all its words",
    (
        _always("number", WHOLE, "its number in the report"),
        _always("id", ID, "its id"),
        _always("kind", ID, "the kind of figure, or `table`"),
        _maybe("wave", ID, "the latest wave that it shows; empty of published numbers"),
        _maybe("title", TEXT, "the title as printed"),
        _maybe("text", TEXT, "what the report says of it, its placeholders as declared"),
        _maybe("subtitle", TEXT, "what is measured, of whom, and when"),
        _maybe("question", TEXT, "the question with its number, wording and mode"),
        _maybe("foot", TEXT, "notes for the foot of the figure, the most needed first, one a line"),
        _maybe("tests", TEXT, "what was tested and how"),
        _maybe("alt", TEXT, "what it shows, for those who cannot see it"),
        _always("synthetic", YES_NO, "whether its responses are invented"),
        _maybe("details", TEXT, "all notes: source, bases, order, intervals, file; a paragraph a line"),
        _maybe("highlight", TEXT, "the ids of the answers that it points at"),
        _maybe("steps", TEXT, "the ids of answers that are steps, from the one that says most"),
        _always("two_sided", YES_NO, "whether these go from for to against"),
        _maybe("chapter", TEXT, "the chapter that begins with it"),
        _maybe("shapes", TEXT, "the shapes in which its figure is drawn"),
    ),
)
_RULE = (
    _WAVE,
    _always("rule", ID, "the rule"),
    _maybe("question", ID, "the grid or the check of attention that it looks at"),
    _maybe("threshold", TEXT, "what it finds, in words"),
)
QUALITY = Table(
    "quality",
    "a rule of data quality in a wave: how many it flags, and of how many",
    (
        *_RULE,
        _maybe("flagged", COUNT, "how many it flags", "responses"),
        _maybe("applied_to", COUNT, "those received that it could be applied to", "responses"),
        _maybe("excluded", COUNT, "how many of the flagged a screening rule excludes", "responses"),
        _maybe(
            "why_not",
            TEXT,
            "why it was not applied, or to too few; then the numbers are empty",
        ),
    ),
)
QUALITY_EFFECTS = Table(
    "quality_effects",
    "a rule and an exhibit: the answer that would move most without those flagged",
    (
        *_RULE,
        _always("exhibit", ID, "the exhibit"),
        _maybe("answer", LABEL, "the label of the answer"),
        _maybe("share_all", WHOLE, "its share of all analysed", "percent"),
        _maybe("share_without", WHOLE, "its share without the flagged among them", "percent"),
        _maybe("change", WHOLE, "the second less the first", "points"),
        _maybe("flag", TEXT, "why the numbers are empty", allowed=(Flag.TOO_FEW,)),
    ),
    notes="[quality.md](quality.md) says why these are whole numbers.",
)
NONRESPONSE = Table(
    "nonresponse",
    "a question or an item of a grid in a wave: how many answered, skipped, did not get to it",
    (
        _WAVE,
        _QUESTION,
        _maybe("item", ID, "of a grid"),
        _always("asked", COUNT, "whom it came before: who answered, did not know, said that it did not "
                "apply, or skipped it"),
        _maybe("answered", COUNT, "who answered"),
        _maybe("dkns", COUNT, "who did not know or was not sure"),
        _always("skipped", COUNT, "who left it blank"),
        _always("not_reached", COUNT, "whose response ended before"),
        _always("answered_not_asked", COUNT, "among the answered: whom the routing passes by"),
        _maybe("skipped_share", SHARE, "of those asked, where they are 10 or more", "0 to 1"),
    ),
)  # fmt: skip
FLOW = Table(
    "flow",
    "a step of the survey flow",
    (
        _WAVE,
        _always("step", TEXT, "the step", allowed=Step),
        _maybe("reason", TEXT, "why, in words"),
        _always("respondents", COUNT, "how many", "responses"),
    ),
)
QUESTIONNAIRE = Table(
    "questionnaire",
    "an option or item of a question as a wave put it",
    (
        _WAVE,
        _QUESTION,
        _always("kind", ID, "the kind of question"),
        _maybe("code", TEXT, "its number in the questionnaire"),
        _maybe("text", TEXT, "its wording"),
        _maybe("mode", TEXT, "how it is answered, in words"),
        _maybe("base", TEXT, "who was asked, in words; empty for everyone"),
        _maybe("part", ID, "whether the row is of an option or an item", allowed=("option", "item")),
        _maybe("id", ID, "of the option or item"),
        _maybe("label", LABEL, "its wording"),
        _maybe("role", TEXT, "what kind of answer an option is", allowed=Role),
    ),
)
WAVES = Table(
    "waves",
    "a wave with its dates, file and licence, how it is weighted and what that costs",
    (
        _WAVE,
        _maybe("title", LABEL, "what it is called"),
        _maybe("fielded_from", DATE, "the first day in the field"),
        _maybe("fielded_to", DATE, "the last"),
        _always("file", TEXT, "the files of the export"),
        _always("sha256", TEXT, "their hashes"),
        _maybe("licence", CREDIT, "the licence of the responses"),
        _maybe("citation", CREDIT, "whose they are"),
        _maybe("weighting", TEXT, "how they are weighted, in words"),
        _maybe("duplicates", ID, "which of the responses that repeat another are counted, as declared"),
        _always("repeated", COUNT, "how many repeat another", "responses"),
        _maybe("mean_weight", NUMBER, "the mean of the weights as declared"),
        _always("synthetic", YES_NO, "whether the responses are invented"),
        _always("received", COUNT, "how many the export has", "responses"),
        _always("blank_rows", COUNT, "rows of the export with nothing in them", "rows"),
        _always("analysed", COUNT, "who is counted"),
        _maybe("deff", NUMBER, "the design effect of the weights"),
        _maybe("effective_respondents", NUMBER, "how many tell as much without weights", "respondents"),
        _maybe("lowest_weight", NUMBER, "as a part of the mean weight"),
        _maybe("highest_weight", NUMBER, "the same"),
    ),
)
TARGETS = Table(
    "targets",
    "a group that weights were raked to",
    (
        _WAVE,
        _QUESTION,
        _always("group", ID, "the group"),
        _maybe("label", LABEL, "the question and what the group is called"),
        _maybe("respondents", COUNT, "how many are in it"),
        _maybe("target", SHARE, "its share in the population", "0 to 1"),
        _maybe("unweighted", SHARE, "its share before raking", "0 to 1"),
        _maybe("weighted", SHARE, "its share after raking", "0 to 1"),
        _maybe("source", CREDIT, "whence the target is known"),
    ),
)
DOUBTS = Table(
    "unsettled",
    "a line of [unsettled] in a wave file: what is yet to be looked at",
    (
        _WAVE,
        _always("line", ID, "the question that it is about, or `respondents`"),
        _always("doubt", TEXT, "what is yet to be looked at"),
        _always("file", TEXT, "the wave file"),
        _always("place", WHOLE, "the number of the line in it"),
    ),
)
VERIFY = Table(
    "verify",
    "a published number beside the computed one (`survey verify`)",
    (
        _maybe("wave", ID, "the wave; empty: another survey's"),
        _always("source", CREDIT, "who published it"),
        _QUESTION,
        _maybe("item", ID, "the item of a grid"),
        _always("option", ID, "the answer"),
        _always("published", TEXT, "as printed", "percent"),
        _maybe("computed", NUMBER, "the unrounded percentage", "percent"),
        _maybe("published_n", COUNT, "the base that was printed"),
        _maybe("computed_n", COUNT, "the valid cases"),
        _maybe("computed_respondents", COUNT, "how many chose it"),
        _maybe("agrees", TEXT, "rounded half up to the printed digits they are equal", allowed=_YES_OR_NO),
        _maybe("base_agrees", TEXT, "the two bases are equal", allowed=_YES_OR_NO),
        _maybe("apart", COUNT, "by how many respondents of the computed base they differ"),
        _maybe("possible", TEXT, "some number of the published base is that percentage", allowed=_YES_OR_NO),
    ),
)
CODEBOOK = Table(
    "codebook",
    "a question, item, option or net, and a wave (`survey codebook`)",
    (
        _QUESTION,
        _always("kind", ID, "the kind of question"),
        _always("part", ID, "what the row is of", allowed=("question", "item", "option", "net")),
        _always("id", ID, "its id"),
        _maybe("label", LABEL, "what the wave calls it"),
        _maybe("role", TEXT, "what kind of answer an option is", allowed=Role),
        _maybe("score", NUMBER, "what it counts in a mean"),
        _WAVE,
        _always("offered", YES_NO, "whether the wave had it"),
        _maybe("text", TEXT, "the wording of the question"),
        _maybe("mode", TEXT, "how it is answered, in words"),
        _maybe("base", TEXT, "who was asked, in words"),
        _maybe("status", TEXT, "how it compares with the wave before"),
        _maybe("note", TEXT, "what the wave file says of that"),
    ),
)

TABLES = (
    EXHIBIT, OVER_WAVES, PUBLISHED, FREQUENCIES, TESTS, CLAIMS, COMPARISONS, QUOTES, CHANGES, EXHIBITS,
    QUALITY, QUALITY_EFFECTS, NONRESPONSE, FLOW, QUESTIONNAIRE, WAVES, TARGETS, DOUBTS, VERIFY,
    CODEBOOK,
)  # fmt: skip
_BY_NAME = {table.name: table for table in TABLES}
CREDITED = frozenset(name for table in TABLES for name in table.of(CREDIT))
"""the columns that print what a declaration credits: an address found there was written to be read"""


UNSETTLED = _maybe(
    "unsettled", TEXT, "the lines of [unsettled] in the wave files that the row rests on, by their names"
)
"""the last column of every table that is written"""


def written(table: Table) -> Table:
    """A table as it is written: with what it rests on that is unsettled."""
    return replace(table, columns=(*table.columns, UNSETTLED))


def table_of(name: str, columns: Collection[str]) -> Table:
    """The declaration of tables/<name>.csv as it is written; its columns tell which shape an exhibit has."""
    of_exhibit = PUBLISHED if "source" in columns else OVER_WAVES if "fielded" in columns else EXHIBIT
    table = FREQUENCIES if name.startswith("frequencies/") else _BY_NAME.get(name, of_exhibit)
    return written(replace(table, name=name))
