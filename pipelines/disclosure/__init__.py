"""Protecting small numbers: what may be shown of tables that are linked, and what somebody could work out from it."""
