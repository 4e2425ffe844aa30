# %% [markdown]
# # How robust is the order of the blockers?
# A ranked list invites reading: “the third blocker is …”. Another few hundred respondents would have given
# other shares, and perhaps another order. How much of the order would stay?
#
# **What the survey can say:** which options are apart by more than chance, and between which places each
# could well be.
#
# **What it cannot say:** anything on an order among organisations that did not answer. People chose to
# answer; drawing respondents again imitates chance among people like them, not who was missed. Nor does the
# most ticked blocker have to be the heaviest: that is asked in another way, see further down.
#
# To ask this of another multiple choice, change the names in the first cell. Run `make all` first.

# %%
import functools
import itertools

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from pipeline import open_survey
from pipeline.stats.tests import ADJUSTMENTS
from pipeline.text.rounding import percent, points
from pipeline.tidy.measures import LOW_BASE

QUESTION = "blockers"
GRID, NET = "blocker_severity", "serious_or_worse"  # the same things rated
RANKING = "top_blockers"  # and ranked
DRAWS, SEED = 4000, 11  # the same seed gives the same ranges again
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
print(f"\nAsked: “{survey.survey.questions[QUESTION].text}”", "\n")

# %% [markdown]
# ## The order as printed
# The latest wave. Every option has the same base here: who was asked and answered, “don't know” included.
# Other, none and “don't know” are left out of the order.

# %%
estimates = survey.estimates(QUESTION)
latest = estimates["wave"].iloc[-1]
synthetic = bool(waves.set_index("wave")["synthetic"][latest])
order = estimates[(estimates["wave"] == latest) & (estimates["measure"] == "option")]
order = order[order["role"] == "substantive"].sort_values("share", ascending=False, kind="stable")
if order["flag"].ne("").any():
    raise SystemExit(f"fewer than {LOW_BASE} answered in {latest}: too few for an order")
order["place"] = order["share"].rank(ascending=False, method="min").astype(int)
order = order.set_index("option")
limits = zip(order["low"], order["high"], strict=True)
shown = {
    "place": order["place"],
    "": order["option_label"],
    "share": order["share"].map(percent),
    "95% interval": [f"{percent(low)} to {percent(high)}" for low, high in limits],
    "respondents": order["respondents"],
    "n": order["valid_cases"],
}
print(f"{latest}\n")
print(pd.DataFrame(shown).to_string(index=False), "\n")

# %% [markdown]
# ## Which are apart by more than chance
# The same respondents ticked both of two options, so the test is a paired one. Two intervals that overlap are
# no test. Since neighbours are neighbours by what the data happened to say, p is adjusted over every pair of
# options (Holm), not over the neighbours alone.


# %%
def p_text(p: float) -> str:
    """A p value as printed."""
    return "<0.001" if p < 0.001 else f"{p:.3f}"


pairs = survey.test(QUESTION, wave=latest)
pairs = pairs[pairs["first"].isin(order.index) & pairs["second"].isin(order.index)].copy()
pairs["adjusted_p"] = ADJUSTMENTS["holm"](pairs["p"])
flipped = pairs.rename(columns={"first": "second", "second": "first", "low": "high", "high": "low"})
flipped[["difference", "low", "high"]] *= -1
tested = pd.concat([pairs, flipped]).set_index(["first", "second"])
neighbours = tested.loc[list(itertools.pairwise(order.index))].reset_index()
shown = {
    "place": order["place"].to_numpy()[:-1],
    "": neighbours["first"].map(order["option_label"]),
    "less the next": neighbours["second"].map(order["option_label"]),
    "points": neighbours["difference"].map(points),
    "95% interval": [f"{points(row.low)} to {points(row.high)}" for row in neighbours.itertuples()],
    "adjusted p": neighbours["adjusted_p"].map(p_text),
    "verdict": ["clear" if p < CLEAR else "no clear difference" for p in neighbours["adjusted_p"]],
}
print(f"Neighbours, {latest}, n = {order['valid_cases'].iloc[0]} (intervals are not adjusted)\n")
print(pd.DataFrame(shown).to_string(index=False))
clear_pairs = int((pairs["adjusted_p"] < CLEAR).sum())
clear_neighbours = int((neighbours["adjusted_p"] < CLEAR).sum())
print(
    f"\nClear: {clear_neighbours} of {len(neighbours)} neighbours, {clear_pairs} of {len(pairs)} pairs.", "\n"
)

# %% [markdown]
# ## Between which places each could be
# Two ranges, by two questions:
#
# - **all at once:** an option cannot well be above those that are clearly above it, nor below those that are
#   clearly below it. That leaves a range of places, and with a chance of 95% all ranges hold together (the
#   idea of Mogstad, Romano, Shaikh and Wilhelm, “Inference for Ranks”, Review of Economic Studies 91).
# - **drawn again:** the respondents are drawn again with replacement, many times, and ranked each time; the
#   range has the middle 95% of the places of one option. It is narrower, holds for one option at a time, and
#   is known to be too narrow among options that are nearly equal.

# %%
clearly = tested[tested["adjusted_p"] < CLEAR].reset_index()
above = clearly[clearly["difference"] < 0].groupby("first").size().reindex(order.index, fill_value=0)
below = clearly[clearly["difference"] > 0].groupby("first").size().reindex(order.index, fill_value=0)
order["best"], order["worst"] = 1 + above, len(order) - below

people = survey.connection.execute(
    """
    select respondents.respondent, respondents.weight
    from respondents
    join responses using (wave, respondent)
    where wave = ? and question = ? and state in ('answered', 'dkns') and excluded is null
    order by respondent
    """,
    [latest, QUESTION],
).df()
ticked = survey.connection.execute(
    "select respondent, option from answers where wave = ? and question = ?", [latest, QUESTION]
).df()
ticks = pd.crosstab(ticked["respondent"], ticked["option"])
ticks = ticks.reindex(index=people["respondent"], columns=order.index, fill_value=0).to_numpy(dtype=float)
weight = people["weight"].to_numpy(dtype=float)
if not np.allclose(weight @ ticks / weight.sum(), order["share"]):
    raise SystemExit("the respondents drawn from are not those of the printed shares")

rng = np.random.default_rng(SEED)
times = rng.multinomial(len(people), np.full(len(people), 1 / len(people)), size=DRAWS)
sums = (times * weight) @ ticks
drawn = 1 + (sums[:, None, :] > sums[:, :, None] * (1 + 1e-12)).sum(axis=2)  # the places in every draw
order["from"], order["to"] = np.quantile(drawn, [0.025, 0.975], axis=0, method="inverted_cdf").astype(int)
order["top_three"] = (drawn <= 3).mean(axis=0)
order["same"] = (drawn == order["place"].to_numpy()).mean(axis=0)

# %%
shown = {
    "place": order["place"],
    "": order["option_label"],
    "share": order["share"].map(percent),
    "all at once": [f"{low} to {high}" for low, high in zip(order["best"], order["worst"], strict=True)],
    "drawn again": [f"{low} to {high}" for low, high in zip(order["from"], order["to"], strict=True)],
    "same place in": order["same"].map(percent),
    "top three in": order["top_three"].map(percent),
}
print(f"{latest}, n = {order['valid_cases'].iloc[0]}; places of {len(order)}; {DRAWS} draws\n")
print(pd.DataFrame(shown).to_string(index=False), "\n")

# %%
rows = order.iloc[::-1]
figure, axes = plt.subplots(figsize=(8, 0.34 * len(rows) + 1.2), layout="constrained")
y = np.arange(len(rows))
axes.barh(
    y, rows["worst"] - rows["best"], left=rows["best"], height=0.25, color="#c9d6e3", label="all at once"
)
axes.barh(y, rows["to"] - rows["from"], left=rows["from"], height=0.5, color="#5b84b1", label="drawn again")
axes.plot(rows["place"], y, "o", color="#16324f", label="as printed")
axes.set_yticks(y, [f"{row.option_label} ({percent(row.share)})" for row in rows.itertuples()])
axes.set_xticks(range(1, len(rows) + 1))
axes.set_xlim(0.5, len(rows) + 0.5)
axes.set_xlabel(f"place; shares of n = {order['valid_cases'].iloc[0]} respondents")
axes.set_title(f"Places, {latest}{' (SYNTHETIC responses)' if synthetic else ''}", loc="left")
axes.legend(loc="lower left", frameon=False)
axes.spines[["top", "right"]].set_visible(False)
if plt.get_backend().lower() != "agg":  # which has no window to show it in
    plt.show()


# %% [markdown]
# ## Does “don't know” matter?
# In a multiple choice all options share one base. Leaving out who did not know makes every share larger by
# the same factor and cannot change the order. In a grid every row has its own “don't know”, and there it can.


# %%
@functools.cache
def asked(question: str, dkns: str) -> pd.DataFrame:
    """The estimates of a question in the latest wave, low bases left out."""
    found = survey.estimates(question, wave=latest, dkns=dkns)
    return found[found["flag"] == ""]


def ordered(question: str, dkns: str, **wanted: str) -> pd.DataFrame:
    """Share and base of every option or item, indexed by its id: the rows that have all that is wanted."""
    found = asked(question, dkns)
    for column, value in wanted.items():
        found = found[found[column] == value]
    return found.set_index("item" if found["item"].any() else "option")[["share", "valid_cases"]]


def span(found: pd.DataFrame) -> str:
    """The bases of some shares, as text."""
    least, most = found["valid_cases"].min(), found["valid_cases"].max()
    return f"n = {least}" if least == most else f"n = {least} to {most}"


TICKED, RATED = {"measure": "option", "role": "substantive"}, {"measure": "net", "option": NET}
moves = {}
for question, wanted in ((QUESTION, TICKED), (GRID, RATED)):
    kept, left = ordered(question, "keep", **wanted), ordered(question, "exclude", **wanted)
    both = pd.DataFrame({"kept": kept["share"], "left out": left["share"]})
    both = both.sort_values("kept", ascending=False)
    places = both.rank(ascending=False, method="min").astype(int)
    moves[question] = int((places["kept"] != places["left out"]).sum())
    shown = {}
    for way in both:
        shown |= {f"{way}: place": places[way], f"{way}: share": both[way].map(percent)}
    print(f"{question}, {latest}, “don't know” kept ({span(kept)}) and left out ({span(left)})\n")
    print(pd.DataFrame(shown).rename_axis(None).to_string(), "\n")

# %% [markdown]
# ## Does another way of asking give the same order?
# The same things were ticked, rated and ranked. Only what all three have in common is ordered here. The bases
# differ: everybody who was asked could tick and rated all rows, but only who ticked something could rank.

# %%
ways = {
    "ticked": ordered(QUESTION, "keep", **TICKED),
    "rated serious": ordered(GRID, "exclude", **RATED),
    "ranked at all": ordered(RANKING, "keep", measure="ranked"),
    "ranked first": ordered(RANKING, "keep", measure="first"),
}
shares = pd.DataFrame({way: own["share"] for way, own in ways.items()}).dropna()
shares = shares.sort_values("ticked", ascending=False)
places = shares.rank(ascending=False, method="min").astype(int)
shown = {
    f"{way} ({span(own.loc[shares.index])})": [
        f"{place} ({percent(share)})" for place, share in zip(places[way], shares[way], strict=True)
    ]
    for way, own in ways.items()
}
print(f"{latest}: place (share) among the {len(shares)} things that were asked about in all three ways\n")
print(pd.DataFrame(shown, index=shares.index.map(order["option_label"])).rename_axis(None).to_string())
alike = shares.corr(method="spearman")["ticked"].drop("ticked")
print("\nHow alike the orders are (Spearman; 1 is the same order), against ticked")
print(alike.to_string(float_format="{:.2f}".format))
ranking = survey.test(RANKING, wave=latest)
for test in ranking[ranking["test"] == "friedman"].itertuples():
    said = "clearly not ranked alike" if test.p < CLEAR else "no clear difference in how they are ranked"
    print(f"\nFriedman's test of the ranking: {said} (p {p_text(test.p)}).")

# %% [markdown]
# ## What this does and does not show

# %%
if synthetic:
    print(f"The responses of {latest} are SYNTHETIC: what follows shows the method, not the world.")
first = order.iloc[0]
could_lead = int((order["best"] == 1).sum())
top = order[order["top_three"] >= 0.95]
print(
    f"- “{first['option_label']}” is printed first ({percent(first['share'])} of n = {first['valid_cases']});"
)
again = int((order["from"] == 1).sum())
print(f"  {could_lead} of {len(order)} could be first, all at once, and {again} when drawn again.")
print(f"- Clearly apart: {clear_neighbours} of {len(neighbours)} neighbours,", end=" ")
print(f"{clear_pairs} of {len(pairs)} pairs.")
width = (order["worst"] - order["best"]).median() + 1
print(f"- An option could be in {width:.0f} of {len(order)} places (median, all at once).")
print(f"- In the top three of 95% of the draws or more: {', '.join(top['option_label']) or 'none'}.")
print(f"- Without “don't know”, {moves[QUESTION]} ticked and {moves[GRID]} rated blockers change places.")
if clear_neighbours < len(neighbours):
    print("- Neighbours that are not clearly apart are better named together than by their places.")
print("- Not clearly apart is not equal; more respondents might part them.")
print("- Most ticked is not heaviest, and the order is that of people who chose to answer.")

# %%
survey.close()
