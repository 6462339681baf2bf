"""What the peer keeps: one SQLite file, one transaction for each message that comes or goes."""

import json
import sqlite3
import threading
from contextlib import contextmanager

TABLES = """
create table if not exists partner (id text primary key, facts text not null);
create table if not exists inbox
  (sender text, id text, digest text, status integer, answer blob, primary key (sender, id));
create table if not exists outbox
  (number integer primary key autoincrement, id text, digest text, partner text, conversation text, kind text,
   message blob, state text not null default 'waiting', attempts integer not null default 0,
   due real not null default 0, expires real not null);
create table if not exists conversation
  (partner text, id text, side text, facts text not null, primary key (partner, id));
create table if not exists lead (id text primary key, facts text not null);
"""


class Store:
    """Thread-safe: one transaction at a time."""

    def __init__(self, file):
        self.lock = threading.RLock()
        self.depth = 0
        self.database = sqlite3.connect(file, check_same_thread=False, isolation_level=None)
        self.database.row_factory = sqlite3.Row
        self.database.executescript(TABLES)

    @contextmanager
    def transaction(self):
        """All or nothing; may stand inside another one."""
        with self.lock:
            self.depth += 1
            if self.depth == 1:
                self.database.execute("begin immediate")
            try:
                yield
            except BaseException:
                if self.depth == 1:
                    self.database.execute("rollback")
                raise
            else:
                if self.depth == 1:
                    self.database.execute("commit")
            finally:
                self.depth -= 1

    def run(self, statement, *values):
        """The rows of a statement."""
        with self.lock:
            return self.database.execute(statement, values).fetchall()

    def get(self, table, *key):
        """The facts of a partner, a lead or a conversation, or None."""
        where = "partner = ? and id = ?" if table == "conversation" else "id = ?"
        rows = self.run(f"select facts from {table} where {where}", *key)
        return json.loads(rows[0]["facts"]) if rows else None

    def put(self, table, *key_and_facts):
        """Stores facts of a partner, a lead or a conversation in place of the former."""
        *key, facts = key_and_facts
        names = "partner, id, side, facts" if table == "conversation" else "id, facts"
        if table == "conversation":
            key.append(facts["side"])
        marks = ", ".join("?" * (len(key) + 1))
        self.run(f"insert or replace into {table} ({names}) values ({marks})", *key, json.dumps(facts))
