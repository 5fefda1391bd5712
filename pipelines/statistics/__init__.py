"""Statistics as pure functions on arrays: counts in; intervals, charts, signals, funnels and agreement out.

Belongs here: methods, each with its published source, on numpy (SciPy is loaded where it is called).
docs/statistics.md says why each was chosen.
Does not belong here: files, tables, settings, which measure uses which method, words for the page.
"""
