"""From a delivered file to a release. `docs/architecture.md` draws the rooms; each opens with what belongs in it."""

__version__ = "0.1.0"
