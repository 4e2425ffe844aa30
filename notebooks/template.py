# %% [markdown]
# # A notebook to copy: one question, from what was asked to what may be said
# Copy this file, give it a name and a question, and change what each cell says can be changed. Opens in
# Jupyter (with jupytext) or an editor that knows percent cells, and runs as a script. Run `make all` first.
# Nothing here changes anything: the database is opened read-only.
#
# **Write down before you look:** what you ask, of whom, by which groups, and what would count as an answer.
# What you find by trying many things is a question for the next wave.

# %%
# To change: the four names. The survey is that of the variable SURVEY, or the default.
import pandas as pd

from pipeline import open_survey
from pipeline.text.rounding import percent, points
from pipeline.tidy.measures import LOW_BASE

QUESTION = "blockers"  # see the list below for others
SEGMENT = "size"  # a single choice, or bands of report.toml
FILTER = {"stage": ["piloting", "production"]}  # {question: options}; all must hold
CLEAR = 0.05  # an adjusted p below this is called clear

survey = open_survey()

# %%
# Nothing to change: who answered, and whether the responses are invented.
waves = survey.connection.sql("select wave, title, analysed, synthetic from waves order by wave").df()
for wave in waves.itertuples():
    kind = (
        "SYNTHETIC: the responses are invented, nothing is a finding" if wave.synthetic else "real responses"
    )
    print(f"{wave.title}: {wave.analysed} respondents analysed. {kind}.")
print("Who could answer:", survey.survey.population, "\n")

# %%
# To change: add `where kind = 'grid'` or the like, if there are many questions.
questions = survey.connection.sql("select question, kind, text from questions order by position").df()
print(questions.to_string(index=False))
print(
    "\nWhat can be a segment:",
    ", ".join([*survey.bands, *questions.loc[questions["kind"] == "single", "question"]]),
)

# %% [markdown]
# ## One table of estimates
# A share is of the valid cases (`n`): who was asked and answered, “don't know” included. Fewer than 30 are
# flagged `low_base` and not shown here; fewer than `base` of `[privacy]` (10) are blank in any case.


# %%
# To change: `dkns="exclude"` leaves out who did not know; another `measure` shows nets, means or ranks.
def table(found: pd.DataFrame) -> str:
    """Shares of answers as text, those of low bases counted but not shown."""
    found = found[found["measure"] == "option"]
    few = (found["flag"] != "").sum()
    found = found[found["flag"] == ""]
    limits = zip(found["low"], found["high"], strict=True)
    shown = {
        "wave": found["wave"],
        "": found[["item_label", "option_label"]].agg(lambda words: ": ".join(filter(None, words)), axis=1),
        "share": found["share"].map(percent),
        "95% interval": [f"{percent(low)} to {percent(high)}" for low, high in limits],
        "respondents": found["respondents"],
        "n": found["valid_cases"],
    }
    left = f"\nNot shown: {few} with fewer than {LOW_BASE} valid cases." if few else ""
    return pd.DataFrame(shown).to_string(index=False) + left


estimates = survey.estimates(QUESTION)
latest = estimates["wave"].iloc[-1]
print(f"“{survey.survey.questions[QUESTION].text}”\n")
print(table(estimates), "\n")

# %% [markdown]
# ## By group
# The letter behind a group is its name in the test: a cell that ends in `B` is higher than that of group B by
# more than chance (capital: 95%, small: 90%, adjusted over the pairs of a row).

# %%
# To change: the segment; or `by=["region", "size"]` for every pair of two segments' groups.
crossed = survey.crosstab(QUESTION, by=SEGMENT)
crossed = crossed[crossed.index.get_level_values("measure") == "option"]
cells = {}
for group in dict.fromkeys(crossed.columns.get_level_values(0)):
    own = crossed[group]
    base = own["valid_cases"].max()
    if base < LOW_BASE:
        print(f"{group}: n = {base}, fewer than {LOW_BASE}, not shown")
        continue
    text = own["share"].map(percent) + " " + own["higher_than"]
    cells[f"{group}, n = {base}"] = text.where(own["flag"] == "", "too few").str.ljust(text.str.len().max())
shown = pd.DataFrame(cells)
shown.index = crossed.index.get_level_values("label")
print(f"{latest}\n")
print(shown.rename_axis(None).to_string(), "\n")

# %% [markdown]
# ## Which differences are more than chance
# p is adjusted over the pairs of a row, not over the rows: of many rows some differ by chance. Where there is
# nothing to list there is no clear difference, which is not the same as none.

# %%
# To change: `adjust="benjamini_hochberg"` is milder than Holm; without `by` options are tested in pairs.
tests = survey.test(QUESTION, by=SEGMENT)
tests = tests[tests["test"] == "two_groups"]
clear = tests[tests["adjusted_p"] < CLEAR]
print(f"{latest}: {len(clear)} of {len(tests)} differences between two groups are clear\n")
for row in clear.itertuples():
    span = f"{points(row.low)} to {points(row.high)}"
    print(f"{row.item or row.option}: {row.first} less {row.second} {points(row.difference)} points ({span})")
print()

# %% [markdown]
# ## With a filter
# A filter changes whom the shares are of: say so wherever you print them.

# %%
# To change: the filter, in the first cell. It takes options, nets, and groups of bands.
print(
    "Only of",
    " and ".join(f"{question}: {' or '.join(options)}" for question, options in FILTER.items()),
    "\n",
)
print(table(survey.estimates(QUESTION, where=FILTER, wave=latest)), "\n")

# %% [markdown]
# ## What this does and does not show
# Write sentences that take their numbers from the data, as below, so that they cannot go stale.

# %%
# To change: the sentence. Keep the wave, the base, the interval, and whether the responses are synthetic.
own = estimates[
    (estimates["wave"] == latest) & (estimates["measure"] == "option") & (estimates["flag"] == "")
]
most = own.loc[own["share"].where(own["role"] == "substantive").idxmax()]
invented = "SYNTHETIC responses: " if waves.set_index("wave")["synthetic"][latest] else ""
interval = f"95% interval {percent(most['low'])} to {percent(most['high'])}"
print(f"{invented}the largest share in {latest} is that of “{most['option_label']}”:", end=" ")
print(f"{percent(most['share'])} of n = {most['valid_cases']} ({interval}).")
print("Respondents chose to answer: the share is theirs. A difference between groups is no cause.")

# %%
# Nothing to change: as long as the survey is open it cannot be made again.
survey.close()
