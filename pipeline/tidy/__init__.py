"""The tables that a run writes: their CSVs, and an exhibit as it is printed."""
