"""What every text that analysts edit has in common.

Belongs here: comparing spellings, models that take nothing unknown, and the error that says which text is wrong.
Does not belong here: any one kind of text (`contracts`, `mappings`).
"""

from __future__ import annotations

import re
import unicodedata

from pydantic import BaseModel, ConfigDict


class ContractError(ValueError):
    """A contract, mapping, code list or council's file is wrong; says which file, where and what to do."""


def simplify(text: str) -> str:
    """A header or code without case, accents, punctuation and spacing: what `also_called` is compared on."""
    typed = text.translate(str.maketrans("’‘–—", "''--"))
    plain = unicodedata.normalize("NFKD", typed).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9+]+", " ", plain.lower()).strip()


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)
