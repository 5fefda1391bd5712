"""Every path, threshold and environment variable, once, typed.

Belongs here: what an operator may set, and where things lie on the disk.
Does not belong here: anything about one feed (its contract), one measure (its definition) or one council
(`expectations/councils/`).
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path

import platformdirs

HOME = Path(__file__).resolve().parent.parent
AUDIENCES = ("officers", "public")


@dataclass(frozen=True)
class Settings:
    """Where things are and what the operator chose. Read once, at the program's edge, and passed down."""

    data: Path
    """Run-time zones: inbox, store, outbox. SEND_AUDIT_DATA."""
    expectations: Path
    """Contracts, suites and councils' names. SEND_AUDIT_EXPECTATIONS."""
    reference: Path
    """Councils, code lists, calendars. SEND_AUDIT_REFERENCE."""
    definitions: Path
    """Measure definitions. SEND_AUDIT_DEFINITIONS."""
    key_file: Path
    """The secret that turns identifiers into pseudonyms; never inside the store. SEND_AUDIT_KEY_FILE."""
    signing_key: Path | None = None
    """The Ed25519 key (PEM) that signs manifests; never inside the store. SEND_AUDIT_SIGNING_KEY."""
    trusted_signers: Path | None = None
    """Public keys (PEM, one below the other) whose signatures are trusted. SEND_AUDIT_TRUSTED_SIGNERS."""
    council: str | None = None
    """Council assumed for files that have no council column. SEND_AUDIT_COUNCIL."""
    sent_by: str = ""
    """Who sends the files, by office or role, where nobody says otherwise. SEND_AUDIT_SENT_BY."""
    today: date | None = None
    """A fixed day for rehearsals and tests; otherwise the clock's. SEND_AUDIT_TODAY (ISO)."""
    memory_limit: str = "900MB"
    """DuckDB's memory limit; it spills to the store's own work folder beyond. SEND_AUDIT_MEMORY."""
    threads: int | None = None
    """Threads of one DuckDB connection where several work side by side; None: one for each core. A thread more than
    there is work for is not idle: DuckDB asks for work again and again while another has it."""
    max_file_bytes: int = 2_000_000_000
    """Larger files are refused. SEND_AUDIT_MAX_FILE_BYTES."""
    max_unzipped_bytes: int = 1_000_000_000
    """A workbook that unpacks to more is refused before it is opened. SEND_AUDIT_MAX_UNZIPPED_BYTES."""
    report_days: int = 90
    """Suppliers' reports in the outbox are removed after so many days. SEND_AUDIT_REPORT_DAYS."""
    port: int = 8050
    """The dashboard's port on this machine. SEND_AUDIT_PORT."""

    @property
    def inbox(self) -> Path:
        return self.data / "inbox"

    @property
    def outbox(self) -> Path:
        return self.data / "outbox"

    @property
    def store(self) -> Path:
        return self.data / "store"

    @property
    def records(self) -> Path:
        """Pseudonymised rows and archived originals: analysts only."""
        return self.store / "records"

    @property
    def work(self) -> Path:
        """Half-made things; emptied at the start of every run."""
        return self.records / "work"

    def audience(self, name: str) -> Path:
        """The store of one audience.

        Raises:
            ValueError: the audience is not one of `AUDIENCES`.
        """
        if name not in AUDIENCES:
            raise ValueError(f"There is no audience {name!r}; choose one of: {', '.join(AUDIENCES)}.")
        return self.store / name

    def shared_among(self, connections: int) -> Settings:
        """These settings with DuckDB's memory, and the machine's cores, shared among so many connections."""
        amount = re.fullmatch(r"([\d.]+)\s*([a-zA-Z]+)", self.memory_limit)
        if amount is None:
            raise ValueError("SEND_AUDIT_MEMORY must be an amount such as 1GB or 900MB.")
        return replace(
            self,
            memory_limit=f"{float(amount[1]) / connections:g}{amount[2]}",
            threads=max(1, (os.cpu_count() or 1) // connections),
        )

    def now(self) -> datetime:
        """This moment (UTC, whole seconds, without a zone), on the fixed day where one is set."""
        moment = datetime.now(UTC).replace(microsecond=0, tzinfo=None)
        return datetime.combine(self.today, moment.time()) if self.today else moment


def load(environ: Mapping[str, str] | None = None) -> Settings:
    """Settings from environment variables; the only place that reads them.

    Raises:
        ValueError: a variable holds something that cannot be read; says which and what is wanted.
    """
    env = os.environ if environ is None else environ

    def path(name: str, default: Path) -> Path:
        return Path(env[name]).expanduser().resolve() if env.get(name) else default

    def number(name: str, default: int) -> int:
        text = env.get(name)
        if not text:
            return default
        if not text.isdigit():
            raise ValueError(f"{name} must be a whole number. Set it right, or leave it out for {default}.")
        return int(text)

    today = env.get("SEND_AUDIT_TODAY")
    try:
        fixed = date.fromisoformat(today) if today else None
    except ValueError:
        raise ValueError("SEND_AUDIT_TODAY must be a date such as 2026-03-31.") from None
    return Settings(
        data=path("SEND_AUDIT_DATA", HOME / "data"),
        expectations=path("SEND_AUDIT_EXPECTATIONS", HOME / "expectations"),
        reference=path("SEND_AUDIT_REFERENCE", HOME / "data" / "reference"),
        definitions=path("SEND_AUDIT_DEFINITIONS", HOME / "pipelines" / "measures" / "definitions"),
        key_file=path("SEND_AUDIT_KEY_FILE", platformdirs.user_config_path("send-audit") / "pseudonym.key"),
        signing_key=path("SEND_AUDIT_SIGNING_KEY", Path()) if env.get("SEND_AUDIT_SIGNING_KEY") else None,
        trusted_signers=path("SEND_AUDIT_TRUSTED_SIGNERS", Path())
        if env.get("SEND_AUDIT_TRUSTED_SIGNERS")
        else None,
        council=env.get("SEND_AUDIT_COUNCIL") or None,
        sent_by=env.get("SEND_AUDIT_SENT_BY") or "",
        today=fixed,
        memory_limit=env.get("SEND_AUDIT_MEMORY") or Settings.memory_limit,
        max_file_bytes=number("SEND_AUDIT_MAX_FILE_BYTES", Settings.max_file_bytes),
        max_unzipped_bytes=number("SEND_AUDIT_MAX_UNZIPPED_BYTES", Settings.max_unzipped_bytes),
        report_days=number("SEND_AUDIT_REPORT_DAYS", Settings.report_days),
        port=number("SEND_AUDIT_PORT", Settings.port),
    )
