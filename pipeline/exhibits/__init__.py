"""An exhibit of the report: its table, its words, the claims of its title, the numbers that are quoted."""
