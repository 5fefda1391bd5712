"""A process that does runs in forked children and kills them where it is told; for `test_killed`.

Nothing else goes on in it when it forks. A child of the process that runs the tests, where threads of DuckDB, of Arrow
and of a browser's driver are at work, now and then waits for ever on a lock that one of them held.

A request is a line of JSON on standard input: the settings' environment; `step`, before (even) or after (odd) which of
the calls that make something last the child is killed (null: never); and `erase`, a council and a child's reference,
where the child is to be erased instead of a run. The answer is a line with `status`, how the child ended (negative: the
signal; 99: an exception), and `calls`, how many such calls there were.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import traceback
from collections.abc import Callable
from threading import Lock
from typing import Any

LONGEST = 300
"""Seconds that a run may take, on a busy machine too."""
LASTING = ("fsync", "replace", "unlink", "mkdir")


def killed_at(step: int | None, work: Callable[[], object]) -> int:
    """Do `work`, killed before or after a call that makes something last; returns twice the number of calls."""
    calls, one_at_a_time = 0, Lock()

    def passed() -> None:
        nonlocal calls
        with one_at_a_time:
            if calls == step:
                os.kill(os.getpid(), signal.SIGKILL)
            calls += 1

    def watched(name: str) -> Callable[..., object]:
        real = getattr(os, name)

        def call(*given: object, **named: object) -> object:
            passed()
            result = real(*given, **named)
            passed()
            return result

        return call

    for name in LASTING:
        setattr(os, name, watched(name))
    work()
    return calls


def erase(settings: Any, council: str, reference: str) -> None:
    """Erase a child, or go on with it; nothing where nothing is left."""
    from pipelines import durable
    from pipelines.erasure import work
    from pipelines.run import quiet

    with durable.store_lock(settings.store), work.scene(settings, quiet) as of:
        work.resume(of)
        if plan := work.for_child(of, council, reference):
            work.do(of, plan, by="Role", note="Why")


def in_a_child(
    environment: dict[str, str], step: int | None, child_to_erase: list[str] | None
) -> dict[str, Any]:
    """One run, or erasure, in a forked child."""
    heard, told = os.pipe()
    child = os.fork()
    if child == 0:
        signal.alarm(LONGEST)  # whatever it waits for, it ends
        try:
            from pipelines import settings
            from pipelines.run import run

            own = settings.load(environment)
            calls = killed_at(step, lambda: erase(own, *child_to_erase) if child_to_erase else run(own))
            os.write(told, str(calls).encode())
        except BaseException:  # the child must never return into the loop below
            traceback.print_exc()
            os._exit(99)
        os._exit(0)
    os.close(told)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    calls = os.read(heard, 20)
    os.close(heard)
    return {"status": status, "calls": int(calls or 0)}


def main() -> None:
    # loaded once here, not in every child
    import ibis.backends.duckdb  # noqa: F401
    import pandas  # noqa: F401
    import pyarrow.dataset  # noqa: F401

    from pipelines import run  # noqa: F401
    from pipelines.erasure import work  # noqa: F401
    from pipelines.intake import verdicts
    from pipelines.measures import build  # noqa: F401
    from pipelines.model import facts  # noqa: F401

    # Great Expectations writes nothing; without it a run takes a second instead of five.
    verdicts.verdicts = lambda *_: {}  # type: ignore[assignment]
    for line in sys.stdin:
        request = json.loads(line)
        done = in_a_child(request["environment"], request["step"], request.get("erase"))
        print(json.dumps(done), flush=True)


if __name__ == "__main__":
    main()
