"""What every text that analysts edit has in common.

Belongs here: reading YAML, comparing spellings, models that take nothing unknown, and the error that says which text
is wrong.
Does not belong here: any one kind of text (`contracts`, `mappings`).
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

M = TypeVar("M", bound=BaseModel)

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # ten times as fast, where PyYAML came with libyaml


_TYPED = str.maketrans("’‘–—", "''--")


class ContractError(ValueError):
    """A contract, mapping, code list or council's file is wrong; says which file, where and what to do."""


def from_yaml(text: str) -> Any:
    """What a YAML text holds.

    Raises:
        yaml.YAMLError: it is not valid.
    """
    return yaml.load(text, Loader=_LOADER)


@functools.lru_cache(maxsize=8192)
def simplify(text: str) -> str:
    """A header or code without case, accents, punctuation and spacing: what `also_called` is compared on."""
    typed = text.translate(_TYPED)
    plain = unicodedata.normalize("NFKD", typed).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9+]+", " ", plain.lower()).strip()


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


def read_model(
    kind: type[M], path: Path, change: Callable[[dict[str, Any]], dict[str, Any]] | None = None, **more: Any
) -> M:
    """`model_of` a file."""
    return model_of(kind, path.name, path.read_text(encoding="utf-8"), change, **more)


def model_of(
    kind: type[M],
    name: str,
    written: str,
    change: Callable[[dict[str, Any]], dict[str, Any]] | None = None,
    **more: Any,
) -> M:
    """What a YAML text holds as a model, its content first put through `change`, with `more` beside it.

    Raises:
        ContractError: it is not valid; says where (in `name`) and what is wanted.
    """
    try:
        content = from_yaml(written)
        return kind.model_validate({**(change(content) if change else content), **more})
    except yaml.YAMLError as problem:
        raise ContractError(f"{name} is not valid YAML: {problem}") from None
    except ValidationError as problem:
        first = problem.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "the file"
        raise ContractError(f"{name}, at {where}: {first['msg']}. Correct it there.") from None
