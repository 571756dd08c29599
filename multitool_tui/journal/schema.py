"""The journal's tables, as the steps that lead to them. Steps are only ever added: old journals are brought forward.

What the bodies hold counts as well: an older MultiTool would take a kind, an event or a key that it does not know for
damage, and would have the journal moved away, with the rollouts that are under way in it. So what is new in a body is
a step, be it one without statements; `tests/journal/test_shapes.py` sees to that. What is old is read as it was
written: a new key has a default.
"""

from __future__ import annotations

import sqlite3

_STEPS = (
    (
        """
    CREATE TABLE rollouts (
        key INTEGER PRIMARY KEY,
        id TEXT NOT NULL,
        place TEXT NOT NULL,        -- account/region, and the endpoint where it is not AWS's own
        target TEXT NOT NULL,
        baseline TEXT NOT NULL,
        canary TEXT NOT NULL,
        strategy TEXT NOT NULL,
        actor TEXT NOT NULL,        -- who started it: user@host
        caller TEXT NOT NULL,       -- the ARN of the AWS session it was started with
        version TEXT NOT NULL,      -- of MultiTool
        began_at TEXT NOT NULL,
        driver TEXT NOT NULL,       -- whose lease it was last
        slow_limit REAL,            -- milliseconds
        state TEXT NOT NULL,
        ended_at TEXT,
        rollout TEXT NOT NULL,      -- the whole of it, as it is now
        UNIQUE (place, id)
    ) STRICT
    """,
        "CREATE INDEX rollouts_under_way ON rollouts (place) WHERE ended_at IS NULL",
        """
    CREATE TABLE entries (
        rollout INTEGER NOT NULL REFERENCES rollouts (key),
        number INTEGER NOT NULL,
        at TEXT NOT NULL,
        kind TEXT NOT NULL,
        body TEXT NOT NULL,
        PRIMARY KEY (rollout, number)
    ) STRICT, WITHOUT ROWID
    """,
    ),
    (
        """
    CREATE TABLE services (
        key INTEGER PRIMARY KEY,
        place TEXT NOT NULL,        -- as that of a rollout
        name TEXT NOT NULL,
        UNIQUE (place, name)
    ) STRICT
    """,
        """
    CREATE TABLE resources (
        service INTEGER NOT NULL REFERENCES services (key),
        number INTEGER NOT NULL,
        at TEXT NOT NULL,
        actor TEXT NOT NULL,        -- who did it: user@host
        kind TEXT NOT NULL,         -- with the name: which resource of the service
        name TEXT NOT NULL,
        happened TEXT NOT NULL,
        part TEXT NOT NULL,         -- what it is to be
        facts TEXT NOT NULL,        -- what AWS has named by itself
        PRIMARY KEY (service, number)
    ) STRICT, WITHOUT ROWID
    """,
    ),
    (
        # The CodeSha256 of the canary, empty where it was not known.
        "ALTER TABLE rollouts ADD COLUMN code TEXT NOT NULL DEFAULT ''",
        "CREATE INDEX rollouts_by_code ON rollouts (place, code)",
    ),
    (),  # hooks, smoke tests, stages, packages and metrics of the plan's own, in the bodies
)
VERSION = len(_STEPS)


class NewerSchema(Exception):
    """The journal was written by a newer MultiTool."""


def migrate(connection: sqlite3.Connection) -> None:
    """Bring the tables to `VERSION`, wholly or not at all.

    Raises:
        NewerSchema: they are beyond it.
    """
    [found] = connection.execute("PRAGMA user_version").fetchone()
    if found == VERSION:  # as nearly always: whoever only reads must not wait for whoever writes
        return
    connection.execute("BEGIN EXCLUSIVE")  # another process may be at it
    try:
        [found] = connection.execute("PRAGMA user_version").fetchone()
        if found > VERSION:
            raise NewerSchema
        for step in _STEPS[found:]:
            for statement in step:
                connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {VERSION}")
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")
