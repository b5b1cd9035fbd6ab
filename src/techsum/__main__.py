"""`python -m techsum`."""

from techsum.cli import main

main()
