"""A survey on Spark: exports read, coded and counted on many machines, by DataFrames and SQL alone.

The rows of respondents stay there, and only what is counted of them leaves. All that follows sums, and all
that precedes cells, is the same code as without Spark.
"""
