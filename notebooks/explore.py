# %% [markdown]
# # Exploring a survey
# Opens in Jupyter (with jupytext) or an editor that knows percent cells. Run `make all` first, and start
# this in the project's folder. Nothing here changes anything: the database is opened read-only.

# %%
import os

import duckdb
import pandas as pd

SURVEY = os.environ.get("SURVEY", "open-source-ai")
connection = duckdb.connect(f"outputs/{SURVEY}/survey.duckdb", read_only=True)

# %% [markdown]
# ## What was asked

# %%
questions = connection.sql("select question, kind, text, mode from questions order by position").df()
print(questions.to_string())

# %% [markdown]
# ## Who answered: the state of every respondent on every question

# %%
states = connection.sql(
    "select wave, question, state, count(*) as respondents from responses group by all order by all"
).df()
print(states.pivot_table(index=["wave", "question"], columns="state", values="respondents", fill_value=0))

# %% [markdown]
# ## Published estimates
# Shares are computed once, in `survey tables`. Read them rather than computing them again.

# %%
name = questions.loc[questions["kind"] == "multiple", "question"].iloc[0]
estimates = pd.read_csv(f"outputs/{SURVEY}/tables/frequencies/{name}.csv", dtype={"wave": str})
whole = estimates[estimates["by"].isna() & (estimates["measure"] == "option")]
print(whole.pivot_table(index="option_label", columns="wave", values="share", sort=False).round(3))
