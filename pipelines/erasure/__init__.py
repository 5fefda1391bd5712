"""Erasing rows from all that is kept: what would go, then each file in turn, and a record of who decided.

Belongs here: the order of the work (`work`), and its parts. Does not belong here: the list of what was erased and one
delivered file (`intake`), or what the records say afterwards (`evidence.erasures`).
"""
