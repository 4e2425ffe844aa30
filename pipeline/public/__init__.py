"""Data for others to use: respondent-level data that identify nobody, and the database as Parquet."""
