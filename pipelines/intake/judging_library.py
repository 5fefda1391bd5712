"""Great Expectations, loaded without what no rule of ours asks of it.

Belongs here: loading it. Does not belong here: what it is asked (`subjects`, `suites`), or asking it (`verdicts`).

For expectations about distributions it loads all of SciPy's statistics and a library that draws charts: more than half
of the time that it takes to load, in every run that judges a file.
"""

from __future__ import annotations

import importlib
import sys
from functools import cache
from threading import Lock
from types import ModuleType
from typing import Any

NOT_YET = ("altair", "scipy.stats")
_ONE_AT_A_TIME = Lock()


class _Later(ModuleType):
    """Stands for a module until somebody wants something of it."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):  # Python's own questions while it imports
            raise AttributeError(name)
        if sys.modules.get(self.__name__) is self:
            del sys.modules[self.__name__]
        return getattr(importlib.import_module(self.__name__), name)


def great_expectations() -> Any:
    """The package, its expectations loaded too."""
    with _ONE_AT_A_TIME:
        return _loaded()


@cache
def _loaded() -> Any:
    standing_in = {name: _Later(name) for name in NOT_YET if name not in sys.modules}
    sys.modules.update(standing_in)
    try:
        importlib.import_module("great_expectations.expectations")
    finally:  # from here on, whoever imports one of them gets the module itself
        for name, module in standing_in.items():
            if sys.modules.get(name) is module:
                del sys.modules[name]
    return sys.modules["great_expectations"]
