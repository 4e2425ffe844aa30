# %% [markdown]
# # Exploring a survey
# Opens in Jupyter (with jupytext) or an editor that knows percent cells. Run `make all` first. Nothing here
# changes anything: the database is opened read-only. The survey is that of the variable SURVEY, or the
# default. To ask something of your own, start from template.py.

# %%
from pipeline import open_survey

survey = open_survey()

# %% [markdown]
# ## The waves, and whether their responses are synthetic
# Synthetic responses are invented: they show the method, and nothing in them is a finding.

# %%
waves = survey.connection.sql("select wave, title, received, analysed, synthetic from waves").df()
print(waves.to_string(index=False))
print("\nWho could answer:", survey.survey.population, "\n")

# %% [markdown]
# ## What was asked

# %%
questions = survey.connection.sql("select question, kind, text, mode from questions order by position").df()
print(questions.to_string(index=False), "\n")

# %% [markdown]
# ## Who answered: the state of every respondent on every question
# Of a grid every item counts.

# %%
states = survey.connection.sql(
    "select wave, question, state, count(*) as n from responses group by all order by all"
).df()
crossed = states.pivot_table(index=["wave", "question"], columns="state", values="n", observed=True)
print(crossed.fillna(0).astype(int).to_string(), "\n")

# %% [markdown]
# ## Estimates of one question, for all respondents
# The columns are those of the CSVs (docs/tables.md): shares with their bases and intervals. `low_base` flags
# fewer than 30 valid cases, `suppressed` fewer than `base` of `[privacy]` (10): no such number is a finding.

# %%
name = questions.loc[questions["kind"] == "multiple", "question"].iloc[0]
estimates = survey.estimates(name)
columns = ["wave", "measure", "option_label", "share", "low", "high", "respondents", "valid_cases", "flag"]
print(estimates[columns].to_string(index=False, float_format="{:.3f}".format), "\n")

# %% [markdown]
# ## By a segment
# The letter behind a group names its column; `higher_than` has the letters of those that it is higher than.
# Rows with fewer than 30 valid cases are left out here.

# %%
segment = survey.survey.segments[0]
crossed = survey.crosstab(name, by=segment)
for group in dict.fromkeys(crossed.columns.get_level_values(0)):
    parts = crossed[group].droplevel(["measure", "item", "option"])
    few = parts["flag"] != ""
    print(f"{group}: {few.sum()} of {len(parts)} rows have too few answers to show" if few.any() else group)
    if not few.all():
        print(parts[~few].drop(columns="flag").to_string(float_format="{:.3f}".format))
    print()

# %% [markdown]
# ## Which differences are more than chance
# Adjusted p values below 0.05. That there is none does not mean that the groups are alike.

# %%
tests = survey.test(name, by=segment)
clear = tests.loc[
    tests["adjusted_p"] < 0.05, ["test", "option", "first", "second", "difference", "adjusted_p"]
]
print("none among groups of 30 or more" if clear.empty else clear.to_string(index=False), "\n")

# %% [markdown]
# ## What changed since the wave before

# %%
if estimates["wave"].nunique() > 1:
    changes = survey.compare_waves(name)
    columns = ["option", "difference", "low", "high", "adjusted_p", "comparability"]
    text = changes[columns].to_string(index=False, float_format="{:.4f}".format)
    print("fewer than 30 in one of the waves" if changes.empty else text)

# %%
survey.close()
