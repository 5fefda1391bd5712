"""The commands of `send-audit`, a file for each kind of work; `pipelines.cli` puts them together.

Belongs here: reading options, calling the room that does the work, and telling a person or a script what came of it.
Does not belong here: the work itself. Modules import the rooms inside their functions, so that a short answer does not
wait for what it does not use.
"""
