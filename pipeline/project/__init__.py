"""Where the files of a survey are and how they are written; errors, the lock, progress and processes."""
