"""The outbox: signed once, the same bytes on every attempt, until a signed answer ends it (section 9)."""

import http.client
import random
import threading
import time
from urllib.parse import urlsplit

import document as doc
from keys import authenticate
from messages import Message, Problem, check_header, check_schema

MEDIA_TYPE = "application/vnd.lead-exchange+xml"
DELAYS = [5, 30, 120, 600, 1800, 7200, 21600, 43200, 86400]


def request(method, url, body=None):
    """One request without redirects, at most 262,144 bytes, 20 seconds. Answers status, headers, bytes."""
    parts = urlsplit(url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.hostname, parts.port, timeout=20)
    try:
        headers = {"Content-Type": MEDIA_TYPE, "Accept-Encoding": "identity"}
        connection.request(method, parts.path or "/", body, headers)
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read(doc.MAX_BYTES + 1)
    finally:
        connection.close()


def is_message(headers):
    """Whether what came has the media type of messages, parameters ignored, and came as it is (LX-071 to LX-073)."""
    kind, coding = headers.get("Content-Type", ""), headers.get("Content-Encoding", "identity")
    return kind.split(";")[0].strip().lower() == MEDIA_TYPE and coding == "identity"


class Outbox(threading.Thread):
    """Sends what waits, in order within each conversation."""

    def __init__(self, peer):
        super().__init__(daemon=True)
        self.peer, self.store = peer, peer.store
        self.woken = threading.Event()
        self.delays = DELAYS

    def run(self):
        while True:
            self.woken.clear()
            due = self._due()
            for row in due:
                self._attempt(row)
            if not due:
                waiting = self.store.run("select min(due) as next from outbox where state = 'waiting'")[0]["next"]
                self.woken.wait(None if waiting is None else max(0.01, min(waiting - time.time(), 60)))

    def _due(self):
        """The oldest waiting message of each conversation, if its time has come."""
        oldest = "select min(number) from outbox where state = 'waiting' group by partner, conversation"
        rows = self.store.run(f"select * from outbox where number in ({oldest})")
        return [row for row in rows if row["due"] <= time.time()]

    def hurry(self):
        """Makes everything that waits due now."""
        self.store.run("update outbox set due = 0 where state = 'waiting'")
        self.woken.set()

    def _attempt(self, row):
        facts = self.store.get("partner", row["partner"])
        try:
            status, headers, body = request("POST", facts["endpoint"], row["message"])
            answer = self._read_answer(row, status, body) if is_message(headers) else None
        except (OSError, http.client.HTTPException):
            status, headers, body, answer = 0, {}, b"", None
        after = headers.get("Retry-After")
        state, code = "waiting", None
        if answer is not None and answer.kind == "Receipt":
            state = "delivered"
        elif answer is not None:
            code, after = answer.text("Code"), answer.text("RetryAfter") or after
            state = "waiting" if answer.text("Retryable") == "true" else "refused"
        self._finish(row, state, self._next(row, status, after))
        facts = {name: row[name] for name in ("id", "kind", "conversation")}
        facts |= {"attempt": row["attempts"] + 1, "code": code, "status": status}
        self.peer.tell(state, **facts, answer=body.decode("utf-8", "replace"))

    def _finish(self, row, state, due):
        if state == "waiting" and due > row["expires"]:
            state = "dead"
        with self.store.transaction():
            values = (state, row["attempts"] + 1, due, row["number"])
            self.store.run("update outbox set state = ?, attempts = ?, due = ? where number = ?", *values)
            if state == "delivered" and row["conversation"]:
                self.peer.conversations.delivered(row["partner"], row["conversation"], row["kind"])

    def _next(self, row, status, after):
        delay = self.delays[min(row["attempts"], len(self.delays) - 1)] * random.uniform(0.8, 1.2)
        if status == 401:
            delay = 86400
        if after and str(after).isdigit():
            delay = min(int(after), 86400)
        return time.time() + delay

    def _read_answer(self, row, status, body):
        """A Receipt or Problem that counts (LX-072), or None."""
        try:
            root, digest = authenticate(body, self.peer.find_key)
            message = Message(root, digest)
            check_schema(message, doc.parse(body))
            check_header(message, self.peer.node_id, time.time())
        except (doc.Refused, Problem):
            return None
        fits = message.sender == row["partner"] and message.reply == (row["id"], row["digest"])
        good = message.kind == "Receipt" and status == 200 or message.kind == "Problem"
        return message if fits and good else None
