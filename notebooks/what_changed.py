# %% [markdown]
# # What changed between the last two waves?
# Is something named more often, or agreed with more, than in the wave before: where the two waves can be
# compared at all, and by more than chance would do?
#
# **What the survey can say:** by how much the shares of respondents differ between two waves, and which of
# the differences chance would hardly make.
#
# **What it cannot say:** that organisations changed their minds. Other people answered, and they chose to.
# If other kinds of organisations came this time, shares move though nobody changes; so who answered is
# compared too. A change is called **clear** where its adjusted p is below 0.05, and otherwise there is **no
# clear change**: which is not the same as none.
#
# To ask this of other questions, change the names in the first cell. Run `make all` first.

# %%
import functools

import pandas as pd

from pipeline import open_survey
from pipeline.declarations.comparability import declared
from pipeline.stats.differences import newcombe
from pipeline.stats.tests import ADJUSTMENTS
from pipeline.text.rounding import percent, points

QUESTIONS = {
    "blockers": {"measure": "option"},
    "enablers": {"measure": "option"},
    "statements": {"measure": "net", "option": "agreeing"},  # of a grid: one answer or net a row
}
SAMPLE = ["region", "organisation_size", "sector", "stage"]  # single choices that say who answered
WITHIN = ["size", "region"]  # where something changed clearly, it is looked at within these groups
CLEAR = 0.05  # an adjusted p below this is called clear

survey = open_survey()

# %%
waves = survey.connection.sql(
    "select wave, title, fielded_from, fielded_to, analysed, synthetic from waves order by fielded_from, wave"
).df()
for wave in waves.itertuples():
    kind = (
        "SYNTHETIC: the responses are invented, nothing is a finding" if wave.synthetic else "real responses"
    )
    fielded = f"{wave.fielded_from} to {wave.fielded_to}"
    print(f"{wave.title}, {fielded}: {wave.analysed} respondents analysed. {kind}.")
print("Who could answer:", survey.survey.population, "\n")


# %%
@functools.cache
def estimates(question: str, by: str | None = None) -> pd.DataFrame:
    """Every estimate of a question, with what a row is called: its item, or else its option."""
    found = survey.estimates(question, by=by)
    found["row"] = found["item"].where(found["item"] != "", found["option"])
    found["label"] = found["item_label"].where(found["item"] != "", found["option_label"])
    return found


def changes(question: str, measure: str = "option", option: str = "") -> pd.DataFrame:
    """Every estimate of the last wave less the one before, with both shares and bases.

    Only answers of substance, or the one net asked for; p is adjusted over the rows that come back (Holm).
    """
    found = survey.compare_waves(question)
    late, early = found["first"].iloc[0], found["second"].iloc[0]
    keys = ["item", "option", "measure"]
    own, more = estimates(question), [*keys, "share", "valid_cases"]
    found = found.merge(own.loc[own["wave"] == late, [*more, "label", "role"]], on=keys)
    found = found.merge(own.loc[own["wave"] == early, more], on=keys, suffixes=("", "_before"))
    wanted = (found["measure"] == measure) & found["role"].isin(["substantive", "none", "net"])
    if option:
        wanted &= found["option"] == option
    found = found[wanted].copy()
    found["adjusted_p"] = ADJUSTMENTS["holm"](found["p"])
    found["verdict"] = [verdict(*row) for row in zip(found["difference"], found["adjusted_p"], strict=True)]
    return found.reset_index(drop=True)


def p_text(p: float) -> str:
    """A p value as printed."""
    return "<0.001" if p < 0.001 else f"{p:.3f}"


def verdict(difference: float, p: float) -> str:
    """What may be said of a change: it never says that there was none."""
    if p >= CLEAR:
        return "no clear change"
    return "clear rise" if difference > 0 else "clear fall"


def table(found: pd.DataFrame) -> str:
    """Changes as text; tested ones with what the test says, the largest first."""
    tested = "verdict" in found
    if tested:
        found = found.sort_values("difference", key=abs, ascending=False, kind="stable")
    late, early = found["first"].iloc[0], found["second"].iloc[0]
    limits = zip(found["low"], found["high"], strict=True)
    shown = {
        "": found["label"],
        early: found["share_before"].map(percent),
        "n": found["valid_cases_before"],
        late: found["share"].map(percent),
        "n ": found["valid_cases"],
        "points": found["difference"].map(points),
        "95% interval": [f"{points(low)} to {points(high)}" for low, high in limits],
    }
    if tested:
        shown |= {"adjusted p": found["adjusted_p"].map(p_text), "verdict": found["verdict"]}
    return pd.DataFrame(shown).to_string(index=False)


def asked_alike(question: str, found: pd.DataFrame) -> str:
    """Whether two waves asked the same, as far as the wave files and the options say."""
    late, early = found["first"].iloc[0], found["second"].iloc[0]
    status, (_, note) = found["comparability"].iloc[0], declared(survey.fieldings, question, late, early)
    lines = [f"Comparability: {status}" + (f" ({note})" if note else "")]
    own = estimates(question)
    own = own[own["measure"] == "option"]
    offered = {wave: dict(zip(rows["row"], rows["label"], strict=True)) for wave, rows in own.groupby("wave")}
    for one, other in ((early, late), (late, early)):
        only = [label for row, label in offered[one].items() if row not in offered[other]]
        if only:
            lines.append(f"Only in {one}, so not compared: {', '.join(only)}.")
    if len(lines) > 1:
        lines.append(
            "Who could choose something else may have ticked the rest less: read all with that in mind."
        )
    return "\n".join(lines)


# %% [markdown]
# ## Question by question
# The largest changes come first. Intervals are of one change at a time and are not adjusted; p is, over all
# rows of a table. So an interval may leave out 0 where there is no clear change: among many rows, some do so
# by chance. `n` is who was asked and answered, “don't know” included.

# %%
found = {question: changes(question, **wanted) for question, wanted in QUESTIONS.items()}
for question, own in found.items():
    of = QUESTIONS[question].get("option")
    print(f"“{survey.survey.questions[question].text}”" + (f" ({of})" if of else ""))
    print(asked_alike(question, own), "\n")
    print(table(own), "\n")

# %% [markdown]
# ## Did other people answer?
# If the two waves drew different kinds of organisations, that alone can move the shares above. For every
# question that says who answered: its largest change, and how many of its answers changed clearly.

# %%
bases = survey.connection.execute(
    """
    select wave, question, count(*) as n
    from responses
    where state in ('answered', 'dkns') and list_contains(?, question)
    group by all
    """,
    [SAMPLE],
).df()
bases = bases.set_index(["question", "wave"])["n"]
labels = survey.connection.sql("select question, option, label from options").df()
labels = labels.set_index(["question", "option"])["label"]
rows, moved = [], []
for question in SAMPLE:
    own = survey.compare_waves(question)
    own = own[(own["measure"] == "option") & (own["option"] != "dkns")].copy()
    own["adjusted_p"] = ADJUSTMENTS["holm"](own["p"])
    largest = own.loc[own["difference"].abs().idxmax()]
    changed = own[own["adjusted_p"] < CLEAR]
    moved += [f"{question}: {labels[question, option]}" for option in changed["option"]]
    rows.append(
        {
            "": question,
            "comparability": largest["comparability"],
            f"n {largest['second']}": bases[question, largest["second"]],
            f"n {largest['first']}": bases[question, largest["first"]],
            "largest change": labels[question, largest["option"]],
            "points": points(largest["difference"]),
            "95% interval": f"{points(largest['low'])} to {points(largest['high'])}",
            "adjusted p": p_text(largest["adjusted_p"]),
            "clear": f"{len(changed)} of {len(own)}",
        }
    )
print(pd.DataFrame(rows).to_string(index=False), "\n")

# %% [markdown]
# ## The clear changes, group by group
# If a change came only from who answered, it would not be there within groups of the same kind. Groups are
# small, so no verdict is given on each: see whether they point in one direction. Only groups with 30 or more
# answers in both waves are there.


# %%
def within(change: pd.Series, by: str) -> pd.DataFrame:
    """One change in every group of a segment that is large enough in both waves."""
    own = estimates(change["question"], by)
    same = (own[["item", "option", "measure"]] == change[["item", "option", "measure"]]).all(axis=1)
    own = own[same & (own["by"] == by) & (own["flag"] == "")]
    late, early = (own[own["wave"] == change[end]] for end in ("first", "second"))
    found = late.merge(early, on=["by", "group"], suffixes=("", "_before"))
    ends = [found[f"{name}{end}"] for end in ("", "_before") for name in ("share", "effective_base")]
    found["low"], found["high"] = newcombe(*ends)
    return found.assign(
        label=by + ": " + found["group_label"],
        difference=found["share"] - found["share_before"],
        first=change["first"],
        second=change["second"],
    )


clear = pd.concat(found.values(), ignore_index=True)
clear = clear[clear["adjusted_p"] < CLEAR]
directions = {}
if clear.empty:
    print("There is no clear change to look at.")
for _, change in clear.iterrows():
    print(f"{change['question']}: {change['label']} ({change['verdict']})\n")
    groups = pd.concat([within(change, by) for by in WITHIN], ignore_index=True)
    print(table(groups), "\n")
    same = int((groups["difference"] * change["difference"] > 0).sum())
    directions[change["question"], change["label"]] = f"{same} of {len(groups)}"

# %% [markdown]
# ## What this does and does not show

# %%
compared = [own["first"].iloc[0] for own in found.values()] + [
    own["second"].iloc[0] for own in found.values()
]
if waves.set_index("wave")["synthetic"][list(dict.fromkeys(compared))].any():
    print("Responses are SYNTHETIC: what follows shows the method, not the world.")
for question, own in found.items():
    late, early = own["first"].iloc[0], own["second"].iloc[0]
    changed = own[own["adjusted_p"] < CLEAR]
    print(
        f"- {question}, {early} to {late} ({own['comparability'].iloc[0]}): "
        f"{len(changed)} of {len(own)} changed clearly."
    )
    for row in changed.itertuples():
        then = f"{percent(row.share_before)} (n = {row.valid_cases_before})"
        now = f"{percent(row.share)} (n = {row.valid_cases})"
        print(f"  “{row.label}”: {row.verdict}, from {then} to {now};")
        print(
            f"  in the same direction in {directions[question, row.label]} groups of {' and '.join(WITHIN)}."
        )
every = pd.concat(found.values())
typical = points((every["high"] - every["low"]).median() / 2).lstrip("+")
print("- Of all others there is no clear change, which is not “it stayed the same”: a change of")
print(f"  {typical} points would be found about every other time, and less often once adjusted.")
if moved:
    print(f"- Who answered changed too ({', '.join(moved)}): that may be behind the changes above.")
else:
    print("- Who answered shows no clear change in what was asked of it; it may have changed in other ways.")
print(f"- p is adjusted within each of the {len(found)} questions, not over them together.")
print("- A change between two groups of people who chose to answer is no change of mind, and no cause.")

# %%
survey.close()
