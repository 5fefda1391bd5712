"""Statistics as pure functions on arrays: counts in, intervals, charts and signals out.

Belongs here: methods, each with its published source, on numpy alone. docs/statistics.md says why each
was chosen.
Does not belong here: files, tables, settings, which measure uses which method, words for the page.
"""
