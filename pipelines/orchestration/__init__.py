"""Running the main job under Dagster: its assets and checks, what starts it, and the history that it leaves.

Belongs here: what Dagster needs to call the steps of `run`, to show what they did in counts, and to start them.
Does not belong here: any step. What a delivery, a fact or a release is, is decided in the other rooms.
"""
