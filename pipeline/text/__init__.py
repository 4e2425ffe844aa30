"""Words, numbers and dates as they are written: folded, read, rounded, and without addresses."""
