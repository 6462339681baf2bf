"""What the people of the peer do, as JSON lines.

Each has a `do` and a number `call`, and gets one line `done` with that number.
"""

import re
import time
import traceback

import leads
from conversations import fresh, status_body
from delivery import request
from document import Xml, parse, write
from keys import authenticate, read_invitation, utc
from messages import Message, check_header, check_schema, compose, new_id


class Commands:
    """One method for each command; what it answers goes into the line `done`."""

    def __init__(self, peer):
        self.peer, self.store = peer, peer.store

    def do(self, line):
        """Carries out one command."""
        call, name = line.pop("call"), line.pop("do")
        try:
            with self.store.transaction():
                answer = getattr(self, "do_" + name)(**line)
            self.peer.tell("done", call=call, answer=answer)
        except Exception as error:  # A command that fails is told, and ends nothing.
            self.peer.tell("done", call=call, error=f"{type(error).__name__}: {error}", trace=traceback.format_exc())
        self.peer.outbox.woken.set()

    def do_introduce(self, text, words, role):
        """Pins a partner by its invitation, if the ten words that a person heard are its words."""
        facts, key = read_invitation(text)
        if facts["fingerprint"] != words:
            raise ValueError("the words differ")
        known = self.store.get("partner", facts["nodeId"])
        if known and known["kid"] != key.kid:
            raise ValueError("known under another key")
        pinned = {"endpoint": facts["endpoint"], "kid": key.kid, "spki": key.spki.hex(), "role": role}
        self.store.put("partner", facts["nodeId"], pinned)

    def do_capabilities(self, partner):
        """Fetches what a partner announces, and compares its key with the pinned one."""
        pinned = self.store.get("partner", partner)
        url = pinned["endpoint"].rsplit("/", 1)[0] + "/.well-known/lead-exchange"
        status, _, body = request("GET", url)
        root, digest = authenticate(body, self.peer.find_key)
        message = Message(root, digest)
        check_schema(message, parse(body))
        check_header(message, self.peer.node_id, time.time(), fetched=True)
        texts = {}
        for each in message.content:
            texts.setdefault(each.tag.split("}")[1], []).append(each.text)
        return {"status": status, **texts}

    def _say(self, partner, conversation, kind, make):
        facts = self.store.get("conversation", partner, conversation)
        message_id = self.peer.conversations.say(partner, conversation, facts, kind, make(facts))
        self.store.put("conversation", partner, conversation, facts)
        return message_id

    def do_accept(self, partner, conversation):
        """Claims what is on offer."""

        def body(facts):
            terms = write("TermsDigest", facts["terms"]) if facts["terms"] else None
            return write("Accept", write("OfferDigest", facts["offer"]), terms)

        return self._say(partner, conversation, "Accept", body)

    def do_reject(self, partner, conversation, reason):
        """Declines what is on offer."""
        return self._say(partner, conversation, "Reject", lambda _: write("Reject", write("Reason", reason)))

    def do_status(self, partner, conversation, disposition, amount=None, reason=None):
        """Says what became of a lead."""
        return self._say(partner, conversation, "Status", lambda facts: status_body(facts, disposition, amount, reason))

    def do_offer(self, partners, lead, withheld, mode="direct", minutes=60):
        """Offers a lead, given as XML, to partners: a conversation with each."""
        lead_id = new_id()
        self.store.put("lead", lead_id, {"document": lead, "holder": None})
        closes = time.time() + minutes * 60
        made = {}
        for partner in partners:
            conversation = new_id()
            facts = fresh("offering") | {"round": 1, "lead": lead_id, "closes": closes}
            plan = {"mode": mode, "closes": utc(closes), "conversation": conversation, "round": 1}
            body, facts["openings"] = leads.write_offer(parse(lead), withheld, plan)
            self.peer.conversations.say(partner, conversation, facts, "Offer", body)
            facts["offer"] = facts["previous"]
            self.store.put("conversation", partner, conversation, facts)
            made[partner] = conversation
        return {"lead": lead_id, "conversations": made}

    def do_claim(self, lead):
        """One of the peer's own people takes an offered lead, if nobody was first."""
        facts = self.store.get("lead", lead)
        if facts["holder"] is not None:
            return False
        self.store.put("lead", lead, facts | {"holder": "self"})
        self.peer.conversations.end_others(lead, "")
        return True

    def do_look(self, partner, conversation):
        """The state of a conversation, for who watches."""
        return self.store.get("conversation", partner, conversation)

    def do_swap(self, lead, document):
        """Cheats: another lead will be released than the one that was offered."""
        self.store.put("lead", lead, self.store.get("lead", lead) | {"document": document})

    def do_sign(self, kind, to, body, place=None, id=None):
        """Signs whatever the caller says, and sends nothing: to try how a partner takes it."""
        text = compose(kind, self.peer.node_id, to, Xml(body), **(place or {}))
        if id is not None:
            text = re.sub("(?<=<l:MessageId>)[^<]*", id, text, count=1)
        signed, digest = self.peer.key.sign(text)
        return {"xml": signed.decode(), "digest": digest}

    def do_fail(self, times):
        """Answers the next requests with 503, unsigned."""
        self.peer.failures = times

    def do_hurry(self):
        """Sends what waits now."""
        self.peer.outbox.hurry()

    def do_haste(self):
        """Comes again at once from now on, not after the pauses of LX-134: for who has no time to wait."""
        self.peer.outbox.delays = [0.02]
