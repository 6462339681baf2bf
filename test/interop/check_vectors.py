"""Reads every vector as a receiver of this software would. Prints one JSON object with what it says to each."""

import base64
import json
import re
import sys
from pathlib import Path

import document as doc
import leads
from keys import PublicKey, authenticate, check_profile
from messages import Message, Problem, check_extensions, check_header, check_schema, seconds
from schema import Invalid, schemas


class WatchedKey(PublicKey):
    """A key that remembers what xmlsec1 said about the last document."""

    said = None

    def check_signature(self, document):
        self.said = super().check_signature(document)
        return self.said


def read_signed(vector, document, pinned, manifest):
    """The whole way of a message, up to the times."""
    root, digest = authenticate(document, lambda node, kid: pinned.get((node, kid)))
    message = Message(root, digest)
    check_schema(message, doc.parse(document))
    fetched = message.kind == "Capabilities" and message.head("To") == "*"
    receiver = vector.get("receiver", manifest["receiver"])
    check_header(message, receiver, seconds(manifest["now"]), fetched)


def read_message(document):
    """Gate and schema, no cryptography."""
    doc.check_gate(document)
    root = doc.parse(document)
    check_profile(root[-1])
    message = Message(root, "")
    check_schema(message, root)
    check_extensions(message)


def verdict_of(vector, document, pinned, manifest):
    """What this receiver says to one vector."""
    try:
        if vector["kind"] == "signed":
            read_signed(vector, document, pinned, manifest)
        elif vector["kind"] == "message":
            read_message(document)
        else:
            doc.check_gate(document, signed=False)
            root = doc.parse(document)
            if root.tag != doc.l_name("Lead"):
                raise Invalid("not a lead")
            schemas().check(root)
    except Problem as problem:
        return {"verdict": "problem", "code": problem.code}
    except doc.Refused as error:
        return {"verdict": "refused" if vector["kind"] == "lead" else "unauthenticated", "code": str(error)}
    except Invalid:
        return {"verdict": "refused"}
    return {"verdict": "valid"}


def main(folder):
    """Reads the manifest and its files."""
    manifest = json.loads(Path(folder, "manifest.json").read_text(encoding="utf-8"))
    keys = json.loads(Path(folder, "keys.json").read_text(encoding="utf-8"))["keys"]
    made = {each["name"]: (each, WatchedKey(base64.b64decode(each["spki"]))) for each in keys if usable(each)}
    pinned = {(each["nodeId"], key.kid): key for each, key in made.values() if each["pinned"]}
    answer = {}
    for vector in manifest["vectors"]:
        if vector["kind"] == "batch":
            continue
        document = Path(folder, vector["file"]).read_bytes()
        for key in pinned.values():
            key.said = None
        said = verdict_of(vector, document, pinned, manifest)
        said["xmlsec1"] = next((key.said for key in pinned.values() if key.said is not None), None)
        answer[vector["file"]] = said
    json.dump({"files": answer, "commitments": commitments(folder), "releases": releases(folder)}, sys.stdout)


def commitments(folder):
    """The commitments of commitments.json, computed anew."""
    numbers = json.loads(Path(folder, "commitments.json").read_text(encoding="utf-8"))
    return [leads.commitment(*[each[name] for name in COMMITTED]) for each in numbers]


def releases(folder):
    """What the check of a Release says to the one of the walk, and to others."""
    offer, release = (Path(folder, f"signed/walk-{part}.xml").read_text(encoding="utf-8") for part in WALK)
    tried = {"as it is": release, "another withheld value": re.sub("(<l:FamilyName>)", r"\1X", release)}
    tried["another visible value"] = re.sub("(<l:JobTitle>)", r"\1X", release)
    tried["an opening missing"] = re.sub("<l:Opening.*?</l:Opening>", "", release, count=1)
    tried["an opening twice"] = re.sub("(<l:Opening.*?</l:Opening>)", r"\1\1", release, count=1)
    tried["another salt"] = re.sub('(<l:Opening Group="phone">)..', r"\1AA", release)
    offered = Message(doc.parse(offer), "")
    return {name: release_verdict(offered, Message(doc.parse(text), "")) for name, text in tried.items()}


def release_verdict(offer, release):
    """The code of the Problem, or None."""
    try:
        leads.check_release(offer.content, release.content, release.conversation, release.round)
    except Problem as problem:
        return problem.code
    return None


COMMITTED = ("conversation", "round", "group", "salt", "value")
WALK = ("1-offer", "5-release")


def usable(key):
    """Whether a key of the list is of a kind that the protocol has."""
    return key["kind"] in ("P-256", "RSA-2048")


if __name__ == "__main__":
    main(sys.argv[1])
