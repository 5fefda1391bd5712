"""Small scripts that make the repository ready to work in: environment, browser, chart library.

Belongs here: what the Makefile calls before the program itself can run.
Does not belong here: anything that the program needs while it runs.
"""
