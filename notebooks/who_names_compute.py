# %% [markdown]
# # Who names lack of compute as a blocker?
# Training and running models takes hardware. Does the lack of it keep some organisations from open source
# AI more than others: small ones, those of some regions, those at the beginning, those of some sectors?
#
# **What the survey can say:** how often respondents of each group ticked this blocker, how uncertain that
# is, and whether groups differ by more than chance.
#
# **What it cannot say:** how common the blocker is among all organisations. Nobody drew a sample: people
# chose to answer. An interval says how far chance moves a number among people like those who answered; it
# knows nothing of those who did not. Nor does a tick say how much the blocker weighs, or why one group
# ticks it more.
#
# To ask this of another option, segment or survey, change the names in the first cell. Run `make all` first.

# %%
import pandas as pd

from pipeline import open_survey
from pipeline.stats.tests import ADJUSTMENTS
from pipeline.text.rounding import percent, points
from pipeline.tidy.measures import LOW_BASE

QUESTION, OPTION = "blockers", "public_compute"
SEGMENTS = ["size", "region", "stage", "sector"]
WITHIN = "size"  # compared once more within each of these halves, see below
HALVES = {
    "not yet in use": {"stage": ["considering", "evaluating"]},
    "in use": {"stage": ["piloting", "production"]},
}
GRID, NET = "blocker_severity", "serious_or_worse"  # a second question on the same thing
CLEAR = 0.05  # an adjusted p below this is called clear

survey = open_survey()

# %%
waves = survey.connection.sql("select wave, title, analysed, synthetic from waves order by wave").df()
for wave in waves.itertuples():
    kind = (
        "SYNTHETIC: the responses are invented, nothing is a finding" if wave.synthetic else "real responses"
    )
    print(f"{wave.title}: {wave.analysed} respondents analysed. {kind}.")
print("Who could answer:", survey.survey.population)
declared = survey.survey.questions[QUESTION]
print(f"\nAsked: “{declared.text}”")
for on, chosen in declared.asked.items():
    labels = [survey.survey.options(on)[option].label for option in chosen]
    print(f"Only of those who answered “{survey.survey.questions[on].text}” with: {', '.join(labels)}.\n")


# %% [markdown]
# ## How many name it at all
# `n` counts the respondents who were asked and answered, those who did not know included; the share is of
# them. Whether it changed between waves is a question of its own: see what_changed.py.


# %%
def table(found: pd.DataFrame, first: str, label: str) -> str:
    """Shares with intervals and bases as text; `found` has rows of `estimates` that are not flagged."""
    limits = zip(found["low"], found["high"], strict=True)
    shown = {
        label: found[first],
        "share": found["share"].map(percent),
        "95% interval": [f"{percent(low)} to {percent(high)}" for low, high in limits],
        "respondents": found["respondents"],
        "n": found["valid_cases"],
    }
    if found["letter"].any():
        shown |= {"letter": found["letter"], "higher than": found["higher_than"]}
    return pd.DataFrame(shown).to_string(index=False)


everybody = survey.estimates(QUESTION)
own = everybody[everybody["option"] == OPTION]
total = own.iloc[-1]
name, latest = total["option_label"], total["wave"]
synthetic = bool(waves.set_index("wave")["synthetic"][latest])
print(f"“{name}”, all respondents\n")
print(table(own, "wave", "wave"))
rivals = everybody[(everybody["wave"] == latest) & (everybody["role"] == "substantive")]
rank = 1 + int((rivals["share"] > total["share"]).sum())
print(f"\nIn {latest} it is number {rank} of {len(rivals)} (how firm that is: how_robust_are_the_ranks.py).")
print(f"From here on: {latest}.", "\n")

# %% [markdown]
# ## By group
# `higher than` has the letters of the groups that a group is higher than: a capital at 95%, a small letter
# at 90%, adjusted over the pairs of the segment (Holm). Groups with fewer than 30 answers are kept apart and
# have no share here: a share of so few would be read as more than it is.

# %%
parts, sizes = [], {}
for segment in SEGMENTS:
    found = survey.estimates(QUESTION, by=segment, wave=latest)
    found = found[(found["by"] == segment) & (found["option"] == OPTION) & (found["valid_cases"] > 0)]
    enough = found["flag"] == ""
    parts.append(found[enough])
    sizes[segment] = len(found)
    print(f"By {segment}\n")
    print(table(found[enough], "group_label", "group"))
    few = [f"{group.group_label} (n = {group.valid_cases})" for group in found[~enough].itertuples()]
    if few:
        print(f"Fewer than {LOW_BASE}, not compared: {', '.join(few)}")
    outside = total["valid_cases"] - found["valid_cases"].sum()
    print(f"In no group, since they did not say or did not know: n = {outside}\n")
groups = pd.concat(parts, ignore_index=True)

# %% [markdown]
# ## Do the groups differ by more than chance?
# First one test a segment, of all its groups at once (Rao and Scott's). Every segment that is looked at is
# one more chance to find something, so these p values are adjusted over the segments. Then every two groups.


# %%
def p_text(p: float) -> str:
    """A p value as printed."""
    return "<0.001" if p < 0.001 else f"{p:.3f}"


tests = pd.concat([survey.test(QUESTION, by=segment, wave=latest) for segment in SEGMENTS])
tests = tests[tests["option"] == OPTION]
whole = tests[(tests["test"] == "rao_scott") & (tests["method"] == "F")].copy()
whole["adjusted_p"] = ADJUSTMENTS["holm"](whole["p"])
whole["groups"] = whole["by"].map(groups["by"].value_counts())
whole["verdict"] = ["clear" if p < CLEAR else "no clear difference" for p in whole["adjusted_p"]]
shown = {
    "segment": whole["by"],
    "groups": whole["groups"],
    "F": whole["statistic"].map("{:.2f}".format),
    "p": whole["p"].map(p_text),
    "adjusted p": whole["adjusted_p"].map(p_text),
    "verdict": whole["verdict"],
}
print(pd.DataFrame(shown).to_string(index=False), "\n")

# %%
pairs = tests[tests["test"] == "two_groups"].sort_values("p")
labels = groups.set_index(["by", "group"])["group_label"]
limits = zip(pairs["low"], pairs["high"], strict=True)
shown = pd.DataFrame(
    {
        "segment": pairs["by"],
        "group": [labels[key] for key in zip(pairs["by"], pairs["first"], strict=True)],
        "less": [labels[key] for key in zip(pairs["by"], pairs["second"], strict=True)],
        "points": pairs["difference"].map(points),
        "95% interval": [f"{points(low)} to {points(high)}" for low, high in limits],
        "adjusted p": pairs["adjusted_p"].map(p_text),
        "verdict": ["clear" if p < CLEAR else "no clear difference" for p in pairs["adjusted_p"]],
    }
)
print(f"The {min(8, len(shown))} pairs of groups with the smallest p, of {len(shown)} tested")
print("(p is adjusted over the pairs of a segment; the intervals are not adjusted)\n")
print(shown.head(8).to_string(index=False), "\n")

# %% [markdown]
# ## Is it size, or how far they have come?
# Small organisations may be at an earlier stage. If size stood for that only, sizes would be alike among
# organisations that have come equally far. Two halves are compared, since single stages would leave too few
# in a group. Nobody planned this comparison before seeing the data, so it can suggest something at most.

# %%
within = []
for half, where in HALVES.items():
    found = survey.estimates(QUESTION, by=WITHIN, wave=latest, where=where)
    found = found[(found["by"] == WITHIN) & (found["option"] == OPTION) & (found["flag"] == "")]
    print(f"{half.capitalize()}, by {WITHIN}\n")
    print(table(found, "group_label", "group"), "\n")
    tested = survey.test(QUESTION, by=WITHIN, wave=latest, where=where)
    tested = tested[(tested["option"] == OPTION) & (tested["test"] == "two_groups")].assign(half=half)
    own = found.set_index("group")
    for end in ("first", "second"):
        cells = own.loc[tested[end]]
        text = zip(cells["group_label"], cells["share"], cells["valid_cases"], strict=True)
        tested[end] = [f"{label} ({percent(share)} of n = {n})" for label, share, n in text]
    within.append(tested)
within = pd.concat(within, ignore_index=True)
within["adjusted_p"] = ADJUSTMENTS["holm"](within["p"])
clear_within = within[within["adjusted_p"] < CLEAR]
print(f"{len(clear_within)} of {len(within)} pairs are clearly apart (Holm over these {len(within)}).", "\n")

# %% [markdown]
# ## Does a second question agree?
# A tick says nothing of weight. Another question had everybody rate how much each obstacle stands in the
# way. If both measure the same thing, those who ticked it rate it worse than all do, and the groups stand in
# the same order.

# %%
item = survey.survey.questions[GRID].items[OPTION]
print(f"“{item}”: {survey.survey.net_label(GRID, NET).lower()}, of those who knew\n")
rated = survey.estimates(GRID, wave=latest, by=WITHIN, dkns="exclude")
ticked = survey.estimates(GRID, wave=latest, where={QUESTION: OPTION}, dkns="exclude")
ticked = ticked.assign(group_label="Those who ticked it as a blocker")
severity = pd.concat([rated, ticked])
severity = severity[(severity["item"] == OPTION) & (severity["option"] == NET) & (severity["flag"] == "")]
print(table(severity, "group_label", "group"))
print("\nThose who ticked it are among all respondents too.", "\n")

# %% [markdown]
# ## What this does and does not show

# %%
if synthetic:
    print(f"The responses of {latest} are SYNTHETIC: what follows shows the method, not the world.")
print(
    f"- {percent(total['share'])} of {total['valid_cases']} respondents name “{name}” "
    f"(95% interval {percent(total['low'])} to {percent(total['high'])})."
)
for test in whole.itertuples():
    own = groups[groups["by"] == test.by]
    ends = [own.loc[own["share"].idxmin()], own.loc[own["share"].idxmax()]]
    span = " to ".join(f"{percent(e['share'])} ({e['group_label']}, n = {e['valid_cases']})" for e in ends)
    verdict = "a clear difference" if test.adjusted_p < CLEAR else "no clear difference"
    print(f"- By {test.by}: {span}; {verdict} (adjusted p {p_text(test.adjusted_p)}).")
    if len(own) < sizes[test.by]:
        print(f"  That is of {len(own)} of {sizes[test.by]} groups; the others have fewer than {LOW_BASE}.")
for pair in clear_within.itertuples():
    print(f"- Worth a look in another wave: {pair.half}, {pair.first} against {pair.second}.")
typical = points((pairs["high"] - pairs["low"]).median() / 2).lstrip("+")
print(f"- “No clear difference” is not “alike”: with these bases, two groups that truly are {typical} points")
print("  apart would be found so about every other time, and less often once adjusted.")
print("- The segments overlap (a region may have more small organisations), and none of them is a cause.")
print("- Respondents chose to answer; the shares are theirs, not those of all organisations.")

# %%
survey.close()
