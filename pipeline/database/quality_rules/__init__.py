"""The rules of data quality: a module a rule, which says whom it flags.

To add a rule is to add its module here. In capitals it says the fields of `QualityRule`, which stands in
tidy/quality_rules.py; `THRESHOLD`, whom it flags, in words; `NOBODY`, why it could be applied to nobody; and
`FIND`, a query with a row (wave, respondent, position, question, flagged) for each response that the rule can
be applied to. The query reads `rules`, the rows of all_quality_rules that are of this rule, and beside it the
other tables of schema.sql. A rule that looks at several grids, questions or combinations has a function
`looks`, with a row for each: `question`, `threshold`, `why_not`, `where` (options by question), `fewest` and
`seconds`, as far as they differ.
"""
