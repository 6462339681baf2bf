"""Keys, signatures by xmlsec1, fingerprints and invitations (sections 3 and 15)."""

import base64
import hashlib
import json
import re
import subprocess
import tempfile
import time
from pathlib import Path

import document as doc
from schema import Invalid, schemas

P256 = bytes.fromhex("3059301306072a8648ce3d020106082a8648ce3d030107034200")
RSA = bytes.fromhex("300d06092a864886f70d010101")
XMLSEC = ["xmlsec1", "--enabled-reference-uris", "empty", "--enabled-key-data", "key-name"]
METHOD = "http://www.w3.org/2001/04/xmldsig-more#"
C14N = "http://www.w3.org/2001/10/xml-exc-c14n#"


def u32(number):
    """Four bytes, big-endian."""
    return number.to_bytes(4, "big")


def counted(text):
    """The length of a text in bytes, then the text."""
    raw = text.encode() if isinstance(text, str) else text
    return u32(len(raw)) + raw


def utc(seconds=None):
    """A time as the protocol writes it."""
    moment = time.time() if seconds is None else seconds
    whole = int(moment)
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(whole)) + f".{int((moment - whole) * 1000):03d}Z"


def fingerprint(node_id, spki):
    """The ten words that two people compare (LX-191)."""
    digest = hashlib.sha256(b"lx-fingerprint-1" + counted(node_id) + spki).digest()[:20]
    words = []
    for high, low in zip(digest[::2], digest[1::2]):
        bits = high << 8 | low
        word = ""
        for shift, width in ((12, 4), (10, 2), (6, 4), (4, 2), (0, 4)):
            word += ("bdfghjklmnprstvz" if width == 4 else "aiou")[bits >> shift & (1 << width) - 1]
        words.append(word)
    return " ".join(words)


class PublicKey:
    """A key of a node, as it is pinned."""

    def __init__(self, spki):
        self.spki = spki
        if len(spki) == 91 and spki.startswith(P256):
            self.algorithm = "ecdsa-sha256"
        elif RSA in spki[:40]:
            self.algorithm = "rsa-sha256"
        else:
            raise ValueError("neither P-256 nor RSA")
        self.kid = base64.urlsafe_b64encode(hashlib.sha256(spki).digest())[:22].decode()
        self.pem = "-----BEGIN PUBLIC KEY-----\n" + base64.encodebytes(spki).decode() + "-----END PUBLIC KEY-----\n"

    def check_signature(self, document):
        """Whether xmlsec1 finds the signature of this document to be good by this key."""
        with tempfile.TemporaryDirectory() as folder:
            key, file = Path(folder, "key.pem"), Path(folder, "message.xml")
            key.write_text(self.pem)
            file.write_bytes(document)
            command = [XMLSEC[0], "--verify", *XMLSEC[1:], f"--pubkey-pem:{self.kid}", str(key), str(file)]
            return subprocess.run(command, capture_output=True, check=False).returncode == 0


class SigningKey:
    """The key of this node; made by openssl at the first start."""

    def __init__(self, file):
        self.file = Path(file)
        if not self.file.exists():
            _run(["openssl", "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", str(file)])
        self.public = PublicKey(_run(["openssl", "pkey", "-in", str(file), "-pubout", "-outform", "DER"]))

    def sign(self, message):
        """Signs a canonical message. Answers the bytes to send, always the same, and their digest."""
        with tempfile.TemporaryDirectory() as folder:
            template = Path(folder, "template.xml")
            text = doc.DECLARATION.decode() + message.replace("</l:Message>", TEMPLATE + "</l:Message>")
            template.write_text(text, encoding="utf-8")
            key = f"--privkey-pem:{self.public.kid}"
            signed = _run([XMLSEC[0], "--sign", *XMLSEC[1:], key, str(self.file), str(template)])
        return signed, digest_of(signed)


TEMPLATE = (
    f'<ds:Signature xmlns:ds="{doc.SIGNATURE}"><ds:SignedInfo>'
    f'<ds:CanonicalizationMethod Algorithm="{C14N}"/><ds:SignatureMethod Algorithm="{METHOD}ecdsa-sha256"/>'
    f'<ds:Reference URI=""><ds:Transforms><ds:Transform Algorithm="{doc.SIGNATURE}enveloped-signature"/>'
    f'<ds:Transform Algorithm="{C14N}"/></ds:Transforms>'
    '<ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/><ds:DigestValue/></ds:Reference>'
    "</ds:SignedInfo><ds:SignatureValue/><ds:KeyInfo><ds:KeyName/></ds:KeyInfo></ds:Signature>"
)


def _run(command):
    return subprocess.run(command, capture_output=True, check=True).stdout


def digest_of(signed):
    """The DigestValue of a signed document, without white space."""
    found = re.search(rb"<ds:DigestValue>([^<]+)</ds:DigestValue>", signed)
    return re.sub(rb"[ \t\n]", b"", found[1]).decode()


def _strict_base64(text):
    plain = re.sub(r"[ \t\n]", "", text or "")
    raw = base64.b64decode(plain.encode(), validate=True)
    if base64.b64encode(raw).decode() != plain:
        raise ValueError("loose bits")
    return plain, raw


def check_profile(signature):
    """Checks LX-031 and LX-033. Answers method, digest (base64), and kid."""
    try:
        schemas().check(signature)
        info, value, key = signature
        transforms = [each.get("Algorithm") for each in info[2][0]]
        if transforms != [doc.SIGNATURE + "enveloped-signature", C14N]:
            raise ValueError("transforms")
        method = info[1].get("Algorithm")[len(METHOD):]
        digest, raw = _strict_base64(info[2][2].text)
        _, signed = _strict_base64(value.text)
        if len(raw) != 32 or method == "ecdsa-sha256" and len(signed) != 64:
            raise ValueError("length")
        return method, digest, key[0].text
    except (Invalid, ValueError) as error:
        raise doc.Refused("signature-profile") from error


def authenticate(document, find_key):
    """Proves a document by a pinned key (LX-041, up to the digest).

    find_key(node id, kid) answers a PublicKey or None. Answers the verified canonical text, parsed, and its digest.
    """
    doc.check_gate(document)
    root = doc.parse(document)
    sender = root.findall("/".join(["."] + [doc.l_name(each) for each in ("Header", "From")]))
    method, digest, kid = check_profile(root[-1])
    key = find_key(sender[0].text, kid) if len(sender) == 1 else None
    if key is None or key.algorithm != method:
        raise doc.Refused("unknown-key")
    if not key.check_signature(document):
        raise doc.Refused("signature")
    text = doc.without_signature(document)
    if base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() != digest:
        raise doc.Refused("parsers-differ")
    return doc.parse(text), digest


def invitation(node_id, name, endpoint, key):
    """The text of an invitation (LX-192)."""
    spki = base64.b64encode(key.spki).decode()
    words = fingerprint(node_id, key.spki)
    facts = {"format": "lead-exchange-invitation-1", "nodeId": node_id, "name": name, "endpoint": endpoint}
    facts |= {"spki": spki, "kid": key.kid, "algorithm": key.algorithm, "fingerprint": words, "createdAt": utc()}
    return json.dumps(facts, indent=2)


def read_invitation(text):
    """Reads an invitation and checks that its parts belong together. Answers its members and the key."""
    facts = json.loads(text)
    key = PublicKey(_strict_base64(facts["spki"])[1])
    expected = (key.kid, key.algorithm, fingerprint(facts["nodeId"], key.spki))
    if (facts["kid"], facts["algorithm"], facts["fingerprint"]) != expected:
        raise ValueError("the invitation contradicts itself")
    return facts, key
