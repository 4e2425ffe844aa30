# %% [markdown]
# # Exploring a survey
# Opens in Jupyter (with jupytext) or an editor that knows percent cells. Run `make all` first. Nothing here
# changes anything: the database is opened read-only. The survey is that of the variable SURVEY, or the
# default.

# %%
from pipeline import open_survey

survey = open_survey()

# %% [markdown]
# ## What was asked

# %%
questions = survey.connection.sql("select question, kind, text, mode from questions order by position").df()
print(questions.to_string())

# %% [markdown]
# ## Who answered: the state of every respondent on every question

# %%
states = survey.connection.sql(
    "select wave, question, state, count(*) as respondents from responses group by all order by all"
).df()
print(states.pivot_table(index=["wave", "question"], columns="state", values="respondents", fill_value=0))

# %% [markdown]
# ## Estimates of one question, for all respondents
# The columns are those of the CSVs (docs/tables.md): shares with their bases and intervals.

# %%
name = questions.loc[questions["kind"] == "multiple", "question"].iloc[0]
estimates = survey.estimates(name)
print(estimates[["wave", "measure", "option_label", "share", "low", "high", "respondents", "valid_cases"]])

# %% [markdown]
# ## By a segment
# The letter behind a group names its column; `higher_than` has the letters of those that it is higher than.

# %%
segment = survey.survey.segments[0]
print(survey.crosstab(name, by=segment).to_string())

# %% [markdown]
# ## Which differences are more than chance

# %%
tests = survey.test(name, by=segment)
print(
    tests.loc[tests["adjusted_p"] < 0.05, ["test", "option", "first", "second", "difference", "adjusted_p"]]
)

# %%
if estimates["wave"].nunique() > 1:
    print(survey.compare_waves(name)[["option", "difference", "low", "high", "adjusted_p", "comparability"]])
