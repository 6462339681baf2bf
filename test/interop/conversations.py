"""One lead with one partner: the state machine of both sides and what follows a message (sections 6 to 8)."""

import json

import leads
from document import Xml, l_name, parse, with_namespace, from_tree, write
from keys import utc
from messages import Problem, seconds

HOLDING = {
    "Offer": ({"none", "offered", "claimed", "awarded", "return-asked", "returned", "rejected", "closed"}, "offered"),
    "Award": ({"claimed"}, "awarded"),
    "NoLongerAvailable": ({"offered", "claimed", "awarded", "closed"}, "closed"),
    "Release": ({"awarded"}, "released"),
}
OFFERING = {
    "Accept": ({"offered", "claimed"}, "claimed"),
    "Reject": ({"offered", "claimed", "awarded", "rejected"}, "rejected"),
    "Status": ({"released"}, "released"),
}
STAYS = {("NoLongerAvailable", "rejected"), ("Accept", "closed"), ("Reject", "closed"), ("Release", "released")}
SENT = {"Offer": "offered", "Accept": "claimed", "Reject": "rejected", "Award": "awarded", "Release": "released"}
SENT |= {"NoLongerAvailable": "closed"}
SENT_FROM = {"Offer": {"none", "rejected", "closed"}, "Accept": {"offered"}, "Reject": {"offered", "claimed"}}
SENT_FROM |= {"Award": {"claimed"}, "Release": {"awarded"}, "Status": {"released"}}
SENT_FROM |= {"NoLongerAvailable": {"offered", "claimed", "awarded", "closed"}}


def fresh(side):
    """The facts of a conversation before its first message."""
    return {"side": side, "state": "none", "round": 0, "heard": 0, "said": 0, "revision": 0, "previous": None}


class Conversations:
    """Applies what comes and says what is wanted. `peer` sends, tells and knows the store."""

    def __init__(self, peer):
        self.peer, self.store = peer, peer.store

    def apply(self, message, now):
        """Applies a received message inside the caller's transaction. Raises Problem; then nothing changed."""
        side = "offering" if message.kind in OFFERING else "holding"
        facts = self.store.get("conversation", message.sender, message.conversation)
        if facts is None:
            facts = fresh(side)
        if facts["side"] != side:
            raise Problem("illegal-transition")
        late = message.seq <= facts["heard"]
        if message.seq == facts["heard"] or late and message.kind != "Status":
            raise Problem("illegal-transition")
        try:
            self._check_round(message, facts)
            self._move(message, facts, now)
        except Problem:
            if late and message.round <= facts["round"]:
                return  # A Status that was overtaken, and the state does not allow it any more.
            raise
        facts["heard"] = max(message.seq, facts["heard"])
        self.store.put("conversation", message.sender, message.conversation, facts)

    @staticmethod
    def _check_round(message, facts):
        new_round = message.kind == "Offer" and message.round > facts["round"]
        if message.round < facts["round"] or message.kind == "Offer" and not new_round:
            raise Problem("stale-round")
        if message.round > facts["round"] and not new_round:
            raise Problem("illegal-transition")

    def _move(self, message, facts, now):
        states, then = (OFFERING if facts["side"] == "offering" else HOLDING)[message.kind]
        before = facts["state"]
        if (message.kind, before) in STAYS:
            then = before
        elif before not in states:
            raise Problem("illegal-transition")
        facts["state"] = then
        effect = getattr(self, "_on_" + message.kind.lower())
        effect(message, facts, before, now)
        if message.kind in ("Award", "Release", "NoLongerAvailable", "Reject"):
            self.peer.tell(message.kind.lower(), conversation=message.conversation, **self._seen(message))

    @staticmethod
    def _seen(message):
        """What people are told about a message, beside its name."""
        lead = message.content.find(l_name("Lead"))
        return {
            **({"lead": str(with_namespace(from_tree(lead)))} if lead is not None else {}),
            **({"reason": message.text("Reason")} if message.text("Reason") else {}),
        }

    def _on_offer(self, message, facts, before, now):
        if self.store.get("partner", message.sender)["role"] == "secondary":
            raise Problem("agreement-unknown")
        if seconds(message.text("ClosesAt")) < now:
            raise Problem("expired")
        facts |= {"round": message.round, "offer": message.digest, "terms": message.text("TermsDigest")}
        facts["seen"] = str(with_namespace(from_tree(message.content)))
        withheld = [each.text for each in message.content.findall(l_name("WithheldField"))]
        mode = message.text("Mode")
        self.peer.tell("offer", conversation=message.conversation, mode=mode, withheld=withheld, **self._seen(message))

    def _on_award(self, message, facts, before, now):
        """Provisional: the receipt is all it needs."""

    def _on_release(self, message, facts, before, now):
        if before == "released":
            return  # Sent anew: its first receipt got lost.
        leads.check_release(parse(facts["seen"]), message.content, message.conversation, message.round)
        facts["lead"] = str(with_namespace(from_tree(message.content.find(l_name("Lead")))))
        self.say(message.sender, message.conversation, facts, "Status", status_body(facts, "received"))

    def _on_nolongeravailable(self, message, facts, before, now):
        facts.pop("seen", None)

    def _on_accept(self, message, facts, before, now):
        if message.text("OfferDigest") != facts["offer"]:
            raise Problem("conflict")
        if before != "offered":
            return  # Asked before, or told before that it is over.
        lead = self.store.get("lead", facts["lead"])
        late = now > facts["closes"]
        if late or lead["holder"] is not None:
            self.end(message.sender, message.conversation, facts, "expired" if late else "taken")
            return
        lead["holder"] = message.sender
        self.store.put("lead", facts["lead"], lead)
        body = write("Award", write("LeaseUntil", utc(now + 3600)))
        self.say(message.sender, message.conversation, facts, "Award", body)
        self.end_others(facts["lead"], message.conversation)

    def end_others(self, lead, winner):
        """Tells everybody but the winning conversation that the lead is taken."""
        for row in self.store.run("select * from conversation where side = 'offering' and id <> ?", winner):
            facts = json.loads(row["facts"])
            if facts["lead"] == lead and facts["state"] in ("offered", "claimed"):
                self.end(row["partner"], row["id"], facts, "taken")
                self.store.put("conversation", row["partner"], row["id"], facts)

    def _on_reject(self, message, facts, before, now):
        """A person sees it; nothing else follows."""

    def _on_status(self, message, facts, before, now):
        if int(message.text("Revision")) <= facts["revision"]:
            return
        facts["revision"] = int(message.text("Revision"))
        amount = message.content.find(l_name("Amount"))
        said = None if amount is None else [amount.text, amount.get("Currency")]
        disposition = message.text("Disposition")
        self.peer.tell("status", conversation=message.conversation, disposition=disposition, amount=said)

    def end(self, partner, conversation, facts, reason):
        """Says that the offer is over."""
        self.say(partner, conversation, facts, "NoLongerAvailable", write("NoLongerAvailable", write("Reason", reason)))

    def say(self, partner, conversation, facts, kind, body):
        """Puts a message of the conversation into the outbox and moves; the caller stores the facts. Answers its id."""
        if facts["state"] not in SENT_FROM[kind]:
            raise ValueError(f"no {kind} in state {facts['state']}")
        facts["said"] += 1
        place = {"conversation": conversation, "round": facts["round"], "seq": facts["said"]}
        place |= {"previous": facts["previous"], "expires": facts.get("closes") if kind == "Offer" else None}
        message_id, facts["previous"] = self.peer.post(partner, kind, Xml(body), **place)
        facts["state"] = SENT.get(kind, facts["state"])
        return message_id

    def delivered(self, partner, conversation, kind):
        """What follows the receipt of an own message."""
        facts = self.store.get("conversation", partner, conversation)
        if kind == "Award" and facts["state"] == "awarded":
            lead = self.store.get("lead", facts["lead"])
            release = leads.write_release(parse(lead["document"]), facts["openings"])
            self.say(partner, conversation, facts, "Release", release)
            self.store.put("conversation", partner, conversation, facts)


def status_body(facts, disposition, amount=None, reason=None):
    """Body of the next Status; counts its revision."""
    facts["revision"] += 1
    parts = [write("Revision", facts["revision"]), write("Disposition", disposition), write("At", utc())]
    if amount:
        parts.append(write("Amount", amount[0], Currency=amount[1]))
    if reason:
        parts.append(write("Reason", reason))
    return write("Status", *parts)
