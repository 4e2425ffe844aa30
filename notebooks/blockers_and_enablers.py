# %% [markdown]
# # Do blockers and enablers pair up?
# Some themes stand in both questions: what keeps an organisation from open source AI, and what would help it.
# Does who names the blocker name the matching enabler more often than others do? If so, the two questions
# partly measure one need. If not, what hinders and what would help are answered as different things.
#
# **What the survey can say:** whether the same respondents tick both, more than chance would have it.
#
# **What it cannot say:** that giving the enabler would remove the blocker. Both are ticks on one form by
# people who chose to answer it, and only so many enablers could be ticked: naming one leaves less room for
# another, which may hold ties between the two questions down.
#
# The pairs are found by the data: an option with the same id in both questions. To ask this of other
# questions, change the names in the first cell. Run `make all` first.

# %%
import numpy as np
import pandas as pd

from pipeline import open_survey
from pipeline.stats.differences import newcombe, newcombe_p
from pipeline.stats.tests import ADJUSTMENTS, t_test
from pipeline.text.rounding import percent, points
from pipeline.tidy.measures import LOW_BASE

HINDERS, HELPS = "blockers", "enablers"
STRATA = "size"  # a band of report.toml; the pairs are looked at again within its groups
CLEAR = 0.05  # an adjusted p below this is called clear

survey = open_survey()
database = survey.connection

# %%
waves = database.sql("select wave, title, analysed, synthetic from waves order by wave").df()
for wave in waves.itertuples():
    kind = (
        "SYNTHETIC: the responses are invented, nothing is a finding" if wave.synthetic else "real responses"
    )
    print(f"{wave.title}: {wave.analysed} respondents analysed. {kind}.")
print("Who could answer:", survey.survey.population)
for question in (HINDERS, HELPS):
    declared = survey.survey.questions[question]
    limit = f", at most {declared.max}" if declared.max else ""
    print(f"\nAsked ({declared.kind}{limit}): “{declared.text}”")
    for on, chosen in declared.asked.items():
        labels = [survey.survey.options(on)[option].label for option in chosen]
        print(f"Only of those who answered “{survey.survey.questions[on].text}” with: {', '.join(labels)}.")
print()

# %% [markdown]
# ## Who is in the base
# Only respondents who answered both questions. Who was not asked one of them, skipped it, left before it, or
# did not know, cannot be said to have named a thing or not. “None of these” is an answer, and stays in.

# %%
states = database.execute(
    """
    select hinders.wave, hinders.state as hinders, helps.state as helps, count(*) as respondents
    from responses as hinders
    join responses as helps using (wave, respondent)
    where hinders.question = ? and helps.question = ?
    group by all
    order by all
    """,
    [HINDERS, HELPS],
).df()
for wave, own in states.groupby("wave"):
    flow = own.pivot_table(
        index="hinders", columns="helps", values="respondents", fill_value=0, observed=True
    )
    flow.columns = [f"{HELPS}: {state}" for state in flow.columns]
    print(f"{wave}, respondents\n")
    print(flow.rename_axis(HINDERS).to_string(float_format="{:.0f}".format), "\n")

base = database.execute(
    """
    select respondents.wave, respondents.respondent, respondents.weight
    from respondents
    join responses as hinders using (wave, respondent)
    join responses as helps using (wave, respondent)
    where respondents.excluded is null
        and hinders.question = ? and hinders.state = 'answered'
        and helps.question = ? and helps.state = 'answered'
    order by all
    """,
    [HINDERS, HELPS],
).df()
print(
    "In the base: "
    + ", ".join(f"n = {count} in {wave}" for wave, count in base["wave"].value_counts(sort=False).items())
)
if base["weight"].nunique() > 1:
    print("The waves are weighted: shares are, and uncertainty is that of Kish's effective bases.")

# %%
named = database.execute(
    """
    select wave, respondent, question, option, option_label as label
    from answers
    where question in (?, ?) and role = 'substantive'
    """,
    [HINDERS, HELPS],
).df()
offered = pd.concat([survey.estimates(question) for question in (HINDERS, HELPS)])
offered = offered[(offered["measure"] == "option") & (offered["role"] == "substantive")]
options = {
    (wave, question): own["option"].tolist()
    for (wave, question), own in offered.groupby(["wave", "question"])
}
words = offered.set_index(["question", "option"])["option_label"].to_dict()
themes = [
    option
    for option in dict.fromkeys(offered["option"])
    if all((question, option) in words for question in (HINDERS, HELPS))
]
for theme in themes:
    print(f"{theme}: “{words[HINDERS, theme]}” and “{words[HELPS, theme]}”")
print()


# %% [markdown]
# ## The themes that are in both questions
# Of those who name the blocker, how many name the enabler; of the others in the base, how many do; and the
# difference, with Newcombe's 95% interval. p is adjusted over every theme and wave (Holm). A side of fewer
# than 30 is not compared.


# %%
def ticks(wave: str, question: str, people: pd.DataFrame) -> np.ndarray:
    """1 where a respondent ticked an option that the wave offered, 0 elsewhere: people by options."""
    own = named[(named["wave"] == wave) & (named["question"] == question)]
    wide = pd.crosstab(own["respondent"], own["option"])
    return wide.reindex(index=people["respondent"], columns=options[wave, question], fill_value=0).to_numpy()


def pairs(wave: str, people: pd.DataFrame) -> pd.DataFrame:
    """A row for every blocker and enabler: the enabler among who names the blocker, and among the others."""
    people = people[people["wave"] == wave]
    hinders, helps = ticks(wave, HINDERS, people), ticks(wave, HELPS, people)
    weight = people["weight"].to_numpy(dtype=float)
    sides = {}
    for side, member in (("namers", hinders), ("others", 1 - hinders)):
        total = weight @ member
        chose = (member * weight[:, None]).T @ helps
        share = np.divide(chose, total[:, None], out=np.full(chose.shape, np.nan), where=total[:, None] > 0)
        squares = weight**2 @ member
        effective = np.divide(total**2, squares, out=np.zeros_like(total), where=squares > 0)
        sides |= {f"{side}_share": share, f"{side}_both": member.T @ helps}
        sides |= {f"{side}_n": member.sum(axis=0)[:, None], f"{side}_effective": effective[:, None]}
    shape = (hinders.shape[1], helps.shape[1])
    columns = {key: np.broadcast_to(values, shape).ravel() for key, values in sides.items()}
    index = pd.MultiIndex.from_product([options[wave, HINDERS], options[wave, HELPS]], names=[HINDERS, HELPS])
    found = pd.DataFrame(columns, index=index).reset_index().assign(wave=wave, n=len(people))
    ends = [found[key] for key in ("namers_share", "namers_effective", "others_share", "others_effective")]
    found["difference"] = found["namers_share"] - found["others_share"]
    found["low"], found["high"] = newcombe(*ends)
    enough = (found["namers_n"] >= LOW_BASE) & (found["others_n"] >= LOW_BASE)
    found["p"] = np.where(enough, newcombe_p(*ends), np.nan)
    return found


def p_text(p: float) -> str:
    """A p value as printed."""
    return "<0.001" if p < 0.001 else f"{p:.3f}"


def verdict(difference: float, p: float) -> str:
    """What may be said of a difference; an untested one has no p."""
    if np.isnan(p):
        return "too few"
    if p >= CLEAR:
        return "no clear difference"
    return "clearly more" if difference > 0 else "clearly fewer"


def table(found: pd.DataFrame, names: dict[str, str]) -> str:
    """Pairs that were tested as text; `names` has the columns that say which they are, and their heads."""
    cells = {head: found[column] for column, head in names.items()}
    cells |= {
        "of its namers": found["namers_share"].map(percent),
        "n": found["namers_n"],
        "of others": found["others_share"].map(percent),
        "n ": found["others_n"],
        "points": found["difference"].map(points),
        "95% interval": [
            f"{points(low)} to {points(high)}" for low, high in zip(found["low"], found["high"], strict=True)
        ],
        "adjusted p": found["adjusted_p"].map(p_text),
        "the enabler is named": found["verdict"],
    }
    return pd.DataFrame(cells).to_string(index=False)


every = pd.concat([pairs(wave, base) for wave in base["wave"].unique()], ignore_index=True)
shared = every[every[HINDERS] == every[HELPS]].sort_values([HINDERS, "wave"]).copy()
shared["adjusted_p"] = ADJUSTMENTS["holm"](shared["p"])
shared["verdict"] = [verdict(*own) for own in zip(shared["difference"], shared["adjusted_p"], strict=True)]
print(table(shared[shared["p"].notna()], {"wave": "wave", HINDERS: "theme"}))
for pair in shared[shared["p"].isna()].itertuples():
    print(
        f"Fewer than {LOW_BASE}, not compared: {getattr(pair, HINDERS)} in {pair.wave} (n = {pair.namers_n})"
    )

# %% [markdown]
# ## How respondents combine the two
# Everybody in the base is in one of four cells. `both if unrelated` is what the two totals alone would give.

# %%
latest = base["wave"].max()
cells = shared[shared["wave"] == latest].copy()
rows = []
for cell in cells.itertuples():
    both, hinders, helps = cell.namers_both, cell.namers_n, cell.namers_both + cell.others_both
    counts = [both, hinders - both, helps - both, cell.n - hinders - helps + both]
    shown = [f"{percent(count / cell.n)} ({count})" for count in counts]
    rows.append([getattr(cell, HINDERS), *shown, f"{percent(hinders * helps / cell.n**2)}"])
head = ["theme", "both", "blocker only", "enabler only", "neither", "both if unrelated"]
print(f"{latest}, % of n = {cells['n'].iloc[0]} (respondents, unweighted)\n")
print(pd.DataFrame(rows, columns=head).to_string(index=False), "\n")

# %%
people = base[base["wave"] == latest]
own = named[(named["wave"] == latest) & named["option"].isin(themes)]
sets = {
    question: own[own["question"] == question]
    .groupby("respondent")["option"]
    .agg(lambda o: ", ".join(sorted(o)))
    for question in (HINDERS, HELPS)
}
combined = pd.DataFrame({question: people["respondent"].map(found) for question, found in sets.items()})
combined = combined.fillna("none of the themes").value_counts().rename("respondents").reset_index()
combined["share"] = [percent(count / len(people)) for count in combined["respondents"]]
print(f"{latest}: which of the {len(themes)} themes somebody names as blockers, and which as enablers")
print(f"(the commonest combinations of {len(combined)}; n = {len(people)}, unweighted)\n")
print(combined.head(8).to_string(index=False), "\n")

# %% [markdown]
# ## Is it only that small organisations name both?
# A third thing may stand behind a pair, or hide it: small organisations may name both more often. So the
# difference is taken within each group of organisations, and averaged over the groups with the weights of
# Cochran, Mantel and Haenszel. Where it stays, the groups do not explain it.

# %%
band = survey.bands[STRATA]
of_group = {option: group for group, own in band.groups.items() for option in own.options}
answer = database.execute("select wave, respondent, option from answers where question = ?", [band.of]).df()
stratum = base.merge(answer, on=["wave", "respondent"], how="left")["option"].map(of_group)
parts = []
for group in band.groups:
    own = pairs(latest, base[(stratum == group).to_numpy()])
    parts.append(own[own[HINDERS] == own[HELPS]].assign(group=group))
strata = pd.concat(parts, ignore_index=True)
strata = strata[(strata["namers_n"] > 1) & (strata["others_n"] > 1)]
strata = strata[strata.groupby(HINDERS)["namers_n"].transform("sum") >= LOW_BASE]
one, other = strata["namers_share"], strata["others_share"]
n, m = strata["namers_effective"], strata["others_effective"]
strata["w"] = n * m / (n + m)
strata["wd"] = strata["w"] * strata["difference"]
strata["wv"] = strata["w"] ** 2 * (one * (1 - one) / (n - 1) + other * (1 - other) / (m - 1))
strata["respondents"] = strata["n"]
pooled = strata.groupby(HINDERS)[["w", "wd", "wv", "respondents"]].sum()
pooled["within"] = pooled["wd"] / pooled["w"]
pooled["error"] = np.sqrt(pooled["wv"]) / pooled["w"]
pooled["p"] = t_test(pooled["within"], pooled["error"], np.inf)[1]
pooled["adjusted_p"] = ADJUSTMENTS["holm"](pooled["p"])
plain = cells.set_index(HINDERS).reindex(pooled.index)
limits = [
    (points(d - 1.96 * e), points(d + 1.96 * e))
    for d, e in zip(pooled["within"], pooled["error"], strict=True)
]
shown = {
    "all together": plain["difference"].map(points),
    f"within {STRATA}": pooled["within"].map(points),
    "95% interval": [f"{low} to {high}" for low, high in limits],
    "adjusted p": pooled["adjusted_p"].map(p_text),
    "n": pooled["respondents"],
}
print(f"{latest}: by how many points more namers of the blocker name the enabler")
print("(p is adjusted over the themes, the intervals are not)\n")
print(pd.DataFrame(shown).rename_axis("theme").to_string(), "\n")

# %% [markdown]
# ## Do any other blockers and enablers go together?
# Nobody expected a particular pair here, so every blocker is tried with every enabler, and p is adjusted over
# all of them. What comes out is a question for the next wave, not an answer.

# %%
tried = every[(every["wave"] == latest) & every["p"].notna()].copy()
tried["adjusted_p"] = ADJUSTMENTS["holm"](tried["p"])
tried["verdict"] = [verdict(*own) for own in zip(tried["difference"], tried["adjusted_p"], strict=True)]
found = tried[tried["adjusted_p"] < CLEAR]
chance = round(CLEAR * len(tried))
unadjusted = (tried["p"] < CLEAR).sum()
print(f"{latest}: {len(found)} of {len(tried)} pairs are clear. Unadjusted it would have been {unadjusted},")
print(f"where chance alone gives about {chance}. The five furthest from chance:\n")
print(table(tried.sort_values("p").head(5), {HINDERS: "blocker", HELPS: "enabler"}), "\n")

# %% [markdown]
# ## What this does and does not show

# %%
if waves.set_index("wave")["synthetic"][base["wave"].unique()].any():
    print("Responses are SYNTHETIC: what follows shows the method, not the world.")
for theme, own in shared.groupby(HINDERS, sort=False):
    said = []
    for pair in own.itertuples():
        detail = f"{points(pair.difference)} points, n = {pair.namers_n} and {pair.others_n}"
        said.append(f"{pair.wave}: {pair.verdict}" + ("" if np.isnan(pair.p) else f" ({detail})"))
    print(f"- {theme}: {'; '.join(said)}.")
clear = shared[shared["adjusted_p"] < CLEAR]
print(f"- {len(clear)} of {shared['p'].notna().sum()} pairs of one theme are clear.")
tested = shared[shared["p"].notna()]
typical = points((tested["high"] - tested["low"]).median() / 2).lstrip("+")
print(f"- “No clear difference” is not “no tie”: an interval here is about ±{typical} points.")
if survey.survey.questions[HELPS].max:
    print(f"- Only {survey.survey.questions[HELPS].max} enablers could be ticked, which may hold ties down.")
print("- The base leaves out who was not asked about blockers; of them nothing is said.")
print("- A tie is no cause: it does not show that the enabler would remove the blocker.")

# %%
survey.close()
