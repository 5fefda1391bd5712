"""The journal of an erasure: what was decided, and each file's digest before and after, written before it changes.

Belongs here: changing one file so that a kill at any moment leaves it told, and the record that remains. Does not
belong here: which files (`work`).

    records/erasing.json    there while an erasure goes on; whoever finds it goes on (`work.resume`)
"""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pipelines import durable, seals
from pipelines.intake import erased_list
from pipelines.settings import Settings

CHILD, RETENTION, LIFT, REPLAY = "child", "retention", "lift", "replay"


class Journal:
    """An erasure that is going on."""

    def __init__(self, settings: Settings, content: Mapping[str, Any]) -> None:
        self.settings = settings
        self.content = dict(content)

    @classmethod
    def begin(cls, settings: Settings, **decided: Any) -> Journal:
        """A new one, written at once. decided: kind, by, note, council, marks, deliveries."""
        numbers = [int(path.stem) for path in (settings.records / "erasures").glob("[0-9]*.json")]
        number = max(numbers, default=0) + 1
        before = erased_list.record_path(settings, number - 1)
        journal = cls(
            settings,
            {
                "id": secrets.token_hex(8),
                "number": number,
                "made_at": str(settings.now()),
                "previous": durable.file_digest(before) if before.exists() else "",
                "files": [],
                "told": None,
                **decided,
            },
        )
        journal.save()
        return journal

    @classmethod
    def open(cls, settings: Settings) -> Journal | None:
        """The one that is going on, None where none is; one that was recorded already is cleared away."""
        path = settings.records / erased_list.JOURNAL
        if not path.exists():
            return None
        *recorded, content = erased_list.records(settings)
        content.pop(seals.SEAL, None)
        if any(record["id"] == content["id"] for record in recorded):
            path.unlink()
            return None
        return cls(settings, content)

    def save(self) -> None:
        durable.write_json(self.settings.records / erased_list.JOURNAL, seals.sealed(self.content))

    def replace(self, path: Path, made: Path) -> None:
        """Put a file in place of another."""
        self._tell([(path, durable.file_digest(made))])
        durable.place_file(made, path)

    def write(self, path: Path, content: Mapping[str, Any]) -> None:
        """Write a JSON record, in place of an earlier one or where none was."""
        self._tell([(path, durable.digest(content))])
        durable.write_json(path, content)

    def remove(self, *paths: Path) -> None:
        """Remove files, or folders with all that is in them."""
        files = [
            file
            for path in paths
            for file in ([path] if path.is_file() else sorted(path.rglob("*")))
            if file.is_file()
        ]
        self._tell([(file, "") for file in files])
        for path in paths:
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)
            if path.parent.exists():
                durable.sync_folder(path.parent)

    def _tell(self, changes: list[tuple[Path, str]]) -> None:
        for path, now in changes:
            entry = {
                "path": path.relative_to(self.settings.store).as_posix(),
                "was": durable.file_digest(path) if path.exists() else "",
                "now": now,
            }
            if entry["was"] != now and entry not in self.content["files"]:
                self.content["files"].append(entry)
        if changes:
            self.save()

    def end(self) -> dict[str, Any]:
        """Put the record in place of the journal: signed, where a key is."""
        path = erased_list.record_path(self.settings, self.content["number"])
        record = seals.sealed(self.content, seals.signer(self.settings))
        durable.write_json(path, record)
        (self.settings.records / erased_list.JOURNAL).unlink()
        return record
