"""From the columns of an export to coded answers: whose column it is, and what a cell means."""
