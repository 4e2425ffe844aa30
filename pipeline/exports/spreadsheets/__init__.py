"""Spreadsheets as rows of text, read by a program of its own: `python -m pipeline.exports.spreadsheets`.

It imports nothing else of the pipeline, so that a small workbook costs little more than a fresh interpreter.
"""
