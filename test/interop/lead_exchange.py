"""A peer of Lead Exchange 1, levels Core and Withhold, written from docs/protocol.md and schemas/ alone.

Usage: lead_exchange.py <folder> <node id> <port>. It listens on 127.0.0.1, keeps its key and data in the folder, does
what lines of JSON on standard input say, and tells on standard output, a line of JSON each, what happens. It ends with
its input.
"""

import base64
import json
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import document as doc
from commands import Commands
from conversations import HOLDING, OFFERING, Conversations
from delivery import MEDIA_TYPE, Outbox
from document import Xml, write
from keys import PublicKey, SigningKey, authenticate, invitation, utc
from messages import RETRYABLE, Message, Problem, check_header, check_schema, compose, holds_id, seconds
from store import Store

STRANGER = b"Not authenticated.\n"


class Peer:
    """One node: what it knows, receives and sends."""

    def __init__(self, folder, node_id, port):
        self.node_id = node_id
        self.endpoint = f"http://127.0.0.1:{port}/lead-exchange"
        self.key = SigningKey(folder / "key.pem")
        self.store = Store(folder / "data.db")
        self.conversations = Conversations(self)
        self.outbox = Outbox(self)
        self.output = threading.Lock()
        self.failures = 0
        text = invitation(node_id, f"The {node_id}", self.endpoint, self.key.public)
        (folder / "invitation.json").write_text(text, encoding="utf-8")

    def tell(self, event, **facts):
        """Tells whoever watches what happened."""
        with self.output:
            print(json.dumps({"event": event, **facts}), flush=True)

    def find_key(self, node_id, kid):
        """The pinned key of an active partner, or None."""
        facts = self.store.get("partner", node_id)
        if facts is None or facts["kid"] != kid:
            return None
        return PublicKey(bytes.fromhex(facts["spki"]))

    def post(self, partner, kind, body, **place):
        """Signs a message once and puts it into the outbox. Answers id and digest."""
        signed, digest = self.key.sign(compose(kind, self.node_id, partner, body, **place))
        message = Message(doc.parse(doc.without_signature(signed)), digest)
        names = "id, digest, partner, conversation, kind, message, expires"
        conversation, expires = place.get("conversation"), seconds(message.head("Expires"))
        values = (message.id, digest, partner, conversation, kind, signed, expires)
        self.store.run(f"insert into outbox ({names}) values (?, ?, ?, ?, ?, ?, ?)", *values)
        self.tell("sent", id=message.id, kind=kind, conversation=conversation, xml=signed.decode())
        self.outbox.woken.set()
        return message.id, digest

    def capabilities(self):
        """The signed document that everybody may fetch."""
        key = self.key.public
        own = write("Key", base64.b64encode(key.spki).decode(), Kid=key.kid, Algorithm=key.algorithm)
        parts = [write("Name", f"The {self.node_id}"), write("Endpoint", self.endpoint), write("Version", "1")]
        parts += [write("Level", "Core"), write("Level", "Withhold"), own, write("MaxMessageBytes", doc.MAX_BYTES)]
        body = write("Capabilities", *parts)
        return self.key.sign(compose("Capabilities", self.node_id, "*", body, expires=time.time() + 172800))[0]

    def receive(self, document):
        """Answers a posted document: status and bytes; the constant 401 for whoever is not proven."""
        try:
            root, digest = authenticate(document, self.find_key)
        except doc.Refused as error:
            self.tell("stranger", code=str(error))
            return 401, STRANGER
        message = Message(root, digest)
        now = time.time()
        try:
            check_schema(message, doc.parse(document))
            check_header(message, self.node_id, now)
            return self._store(message, now, document)
        except Problem as problem:
            self.tell("problem", code=problem.code, kind=message.kind)
            return self._refuse(message, problem)

    def _store(self, message, now, document):
        """Effect and receipt in one transaction; what came before gets its first answer."""
        with self.store.transaction():
            known = self.store.run("select * from inbox where sender = ? and id = ?", message.sender, message.id)
            if known and known[0]["digest"] != message.digest:
                raise Problem("conflict")
            if known:
                self.tell("again", kind=message.kind, conversation=message.conversation)
                return known[0]["status"], known[0]["answer"]
            status, answer = self._effect(message, now)
            values = (message.sender, message.id, message.digest, status, answer)
            self.store.run("insert into inbox values (?, ?, ?, ?, ?)", *values)
        self.tell("received", kind=message.kind, conversation=message.conversation, xml=document.decode())
        return status, answer

    def _effect(self, message, now):
        """Applies a message that is new. What its state refuses is refused for ever: that answer is stored, too."""
        try:
            if message.kind in HOLDING or message.kind in OFFERING:
                self.conversations.apply(message, now)
            elif message.kind != "Capabilities":
                raise Problem("not-understood")
        except Problem as problem:
            if problem.code in RETRYABLE:
                raise
            self.tell("problem", code=problem.code, kind=message.kind)
            return self._refuse(message, problem)
        return 200, self._answer(message, "Receipt", write("Receipt", write("ReceivedAt", utc(now))))

    def _refuse(self, message, problem):
        if not holds_id(message):
            return 401, STRANGER
        return problem.status, self._answer(message, "Problem", problem.body)

    def _answer(self, message, kind, body):
        reply = (message.id, message.digest)
        return self.key.sign(compose(kind, self.node_id, message.sender, Xml(body), reply=reply))[0]


class Handler(BaseHTTPRequestHandler):
    """The two addresses of a node (section 5)."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    peer = None

    def do_GET(self):
        """Capabilities, for everybody."""
        if self.path == "/.well-known/lead-exchange":
            self._send(200, self.peer.capabilities())
        else:
            self._send(404, b"Not found.\n", "text/plain")

    def do_POST(self):
        """A message."""
        length = self.headers.get("Content-Length", "")
        kind = self.headers.get("Content-Type", "").split(";")[0].strip().lower()
        coding = self.headers.get("Content-Encoding", "identity")
        if not length.isdigit() or int(length) > doc.MAX_BYTES:
            self.close_connection = True
            return self._send(401, STRANGER, "text/plain")
        document = self.rfile.read(int(length))
        if self.path != "/lead-exchange":
            return self._send(404, b"Not found.\n", "text/plain")
        if self.peer.failures > 0:
            self.peer.failures -= 1
            self.peer.tell("failed", xml=document.decode())
            return self._send(503, b"Not now.\n", "text/plain")
        if kind != MEDIA_TYPE or coding != "identity":
            return self._send(401, STRANGER, "text/plain")
        status, answer = self.peer.receive(document)
        return self._send(status, answer, "text/plain" if status == 401 else MEDIA_TYPE)

    def _send(self, status, body, kind=MEDIA_TYPE):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format, *args):
        """Says nothing."""


def main(folder, node_id, port):
    """Runs the peer until its standard input ends."""
    peer = Peer(Path(folder), node_id, int(port))
    server = ThreadingHTTPServer(("127.0.0.1", int(port)), type("Bound", (Handler,), {"peer": peer}))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    peer.outbox.start()
    peer.tell("ready", invitation=str(Path(folder, "invitation.json")))
    commands = Commands(peer)
    for line in sys.stdin:
        commands.do(json.loads(line))
    server.shutdown()


if __name__ == "__main__":
    main(*sys.argv[1:4])
