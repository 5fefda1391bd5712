"""From facts to figures: what is measured, counted once, over every window.

Belongs here: `definitions/` (one text per measure) and `catalogue` (reading them), `counts`, `windows`, `figures`, and
`build`, which runs them. Does not belong here: the columns that are counted (`model`), or how an interval is reckoned
(`statistics`).
"""
