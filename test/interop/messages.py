"""Messages of the levels Core and Withhold: what their headers need, how they are made and read."""

import base64
import calendar
import os
import re
import secrets
import time
from datetime import datetime, timezone

from document import Xml, l_name, with_namespace, write
from keys import utc
from schema import Invalid, schemas

CORE = {"Capabilities", "Offer", "Accept", "Reject", "Award", "NoLongerAvailable", "Release", "Status"}
ANSWERS = {"Receipt", "Problem"}
PRIVATE = {"Offer", "Reject", "Release", "Status", "Update", "Recall", "RecallAnswer", "Return", "ReturnAnswer"}
PRIVATE |= {"Erasure", "ErasureStatus", "ConsentChange", "AccessRequest", "AccessReport"}
IN_CONVERSATION = PRIVATE | {"Accept", "Award", "NoLongerAvailable"}
ANSWERING = ANSWERS | {"RecallAnswer", "ReturnAnswer", "ErasureStatus", "AccessReport"}
DAY = 86400
STATUS = {"schema": 400, "expired": 410, "conflict": 409, "agreement-ended": 410, "illegal-transition": 409}
STATUS |= {"stale-round": 409, "erased": 410, "legal-hold": 409, "rate": 429, "overloaded": 503, "internal": 503}
RETRYABLE = {"from-future", "rate", "overloaded", "internal"}


class Problem(Exception):
    """A message of a proven sender that has no effect; its code goes back signed."""

    def __init__(self, code, retry_after=None):
        super().__init__(code)
        self.code, self.retry_after = code, retry_after

    @property
    def status(self):
        """The HTTP status that goes with the code (LX-078)."""
        return STATUS.get(self.code, 422)

    @property
    def body(self):
        """The body of the Problem."""
        after = write("RetryAfter", self.retry_after) if self.retry_after is not None else None
        retryable = "true" if self.code in RETRYABLE else "false"
        return write("Problem", write("Code", self.code), write("Retryable", retryable), after)


def new_id():
    """A UUID of version 7."""
    millis = time.time_ns() // 1_000_000
    bits = secrets.randbits(74)
    text = f"{millis:012x}7{bits >> 62:03x}{8 + (bits >> 60 & 3):x}{bits & (1 << 60) - 1:015x}"
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))


def random_bytes():
    """32 random bytes in base64: a Blind or a salt."""
    return base64.b64encode(os.urandom(32)).decode()


def compose(kind, sender, receiver, body, **facts):
    """A message in canonical form, not signed yet.

    facts: conversation, round, seq, previous (a digest), reply (id, digest), expires (seconds since 1970).
    """
    now = time.time()
    spoken = [write("MessageId", new_id()), write("Type", kind), write("From", sender), write("To", receiver)]
    for name in ("Conversation", "Round", "Seq", "PrevDigest"):
        if facts.get(name.lower()) is not None:
            spoken.append(write(name, facts[name.lower()]))
    if facts.get("reply"):
        message_id, digest = facts["reply"]
        spoken.append(write("InReplyTo", write("MessageId", message_id), write("Digest", digest)))
    expires = min(facts.get("expires") or now + 14 * DAY, now + 14 * DAY)
    spoken += [write("Created", utc(now)), write("Expires", utc(expires))]
    if kind in PRIVATE:
        spoken.append(write("Blind", random_bytes()))
    return with_namespace(write("Message", write("Header", *spoken), write("Body", Xml(body)), Version="1"))


def seconds(text):
    """Seconds since 1970 of a time of the protocol."""
    moment = datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=timezone.utc)
    return calendar.timegm(moment.timetuple()) + moment.microsecond / 1e6


class Message:
    """A message that was read from verified canonical text."""

    def __init__(self, root, digest):
        self.root, self.digest = root, digest
        self.header, self.body = root.find(l_name("Header")), root.find(l_name("Body"))
        self.content = self.body[0] if self.body is not None and len(self.body) else None

    def head(self, name):
        """A text of the header, or None."""
        return self.header.findtext(l_name(name)) if self.header is not None else None

    def text(self, name):
        """A text of the body, or None."""
        return self.content.findtext(l_name(name))

    @property
    def kind(self):
        """The type of the message."""
        return self.head("Type")

    @property
    def id(self):
        """The id of the message."""
        return self.head("MessageId")

    @property
    def sender(self):
        """The node that says it."""
        return self.head("From")

    @property
    def conversation(self):
        """The conversation it belongs to."""
        return self.head("Conversation")

    @property
    def round(self):
        """The round it belongs to."""
        return int(self.head("Round"))

    @property
    def seq(self):
        """The sender's counter."""
        return int(self.head("Seq"))

    @property
    def reply(self):
        """Id and digest of what it answers."""
        quoted = self.header.find(l_name("InReplyTo"))
        return None if quoted is None else (quoted[0].text, quoted[1].text)


def check_schema(message, signed_root):
    """Checks the schema, on the document as it came, LX-013 to LX-020 and LX-121. Raises Problem schema."""
    try:
        schemas().check(signed_root)
    except Invalid as error:
        raise Problem("schema") from error
    kind, content = message.kind, message.content
    needed = ["Conversation", "Round", "Seq"] if kind in IN_CONVERSATION else []
    needed += ["Blind"] if kind in PRIVATE else []
    good = content.tag == l_name(kind) and not any(message.head(name) is None for name in needed)
    good = good and (kind not in ANSWERING or message.reply is not None)
    good = good and (message.head("To") != "*" or kind == "Capabilities")
    good = good and (kind not in IN_CONVERSATION or message.round >= 1 and message.seq >= 1)
    good = good and (message.head("Agreement") is None) == (message.head("AgreementDigest") is None)
    if good and kind == "Agreement":
        part = "Terms" if message.text("Step") == "propose" else "Proposal"
        good = content.find(l_name(part)) is not None
    if good and kind == "Status":
        good = message.text("Amount") is None or content.find(l_name("AmountBand")) is None
    if good and kind == "Offer":
        groups = [each.get("Group") for each in content.findall(l_name("Commitment"))]
        good = not groups or len(groups) == len(set(groups)) == 13
    if not good:
        raise Problem("schema")


def check_header(message, receiver, now, fetched=False):
    """Checks audience, times and what must be understood (LX-051, LX-052, LX-202)."""
    if message.head("To") != ("*" if fetched else receiver):
        raise Problem("audience")
    created, expires = seconds(message.head("Created")), seconds(message.head("Expires"))
    if created > now + 300:
        raise Problem("from-future", int(created - now - 299))
    if now > expires + 300 or expires > created + 14 * DAY:
        raise Problem("expired")
    check_extensions(message)


def check_extensions(message):
    """Refuses what must be understood and is not: this node knows no extension (LX-202)."""
    for each in message.root.iter(l_name("Extension")):
        if each.get("MustUnderstand") == "true":
            raise Problem("not-understood")


def holds_id(message):
    """Whether a message that breaks the schema has an id that an answer can quote."""
    return bool(re.fullmatch(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", message.id or ""))
