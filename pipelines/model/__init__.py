"""From accepted rows to facts: which rows stand, and the tables that measures count.

Belongs here: `in_force` (which delivery's row stands), `facts` (the tables, in Ibis) and `schema` (what they hold).
Does not belong here: judging rows (`intake`), counting them (`measures`).
"""
