"""What every text that analysts edit has in common.

Belongs here: reading YAML, comparing spellings, models that take nothing unknown, and the error that says which text
is wrong.
Does not belong here: any one kind of text (`contracts`, `mappings`).
"""

from __future__ import annotations

import re
import unicodedata
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # ten times as fast, where PyYAML came with libyaml


class ContractError(ValueError):
    """A contract, mapping, code list or council's file is wrong; says which file, where and what to do."""


def from_yaml(text: str) -> Any:
    """What a YAML text holds.

    Raises:
        yaml.YAMLError: it is not valid.
    """
    return yaml.load(text, Loader=_LOADER)


def simplify(text: str) -> str:
    """A header or code without case, accents, punctuation and spacing: what `also_called` is compared on."""
    typed = text.translate(str.maketrans("’‘–—", "''--"))
    plain = unicodedata.normalize("NFKD", typed).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9+]+", " ", plain.lower()).strip()


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)
