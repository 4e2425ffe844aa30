"""A community survey analysis pipeline: ingest, normalise, tables, figures, report."""
