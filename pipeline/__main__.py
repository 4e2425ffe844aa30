"""`python -m pipeline` is `survey`."""

from pipeline.cli import main

main()
