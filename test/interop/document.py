"""Documents as bytes: the gate in front of every parser (LX-001 to LX-010), writing and reading of canonical XML."""

import re
import xml.etree.ElementTree as ET
from xml.parsers import expat
from xml.sax.saxutils import escape

LEAD = "urn:lead-exchange:1"
SIGNATURE = "http://www.w3.org/2000/09/xmldsig#"
MAX_BYTES = 262144
DECLARATION = b'<?xml version="1.0" encoding="UTF-8"?>'
PREFIXES = {"xmlns:l": LEAD, "xmlns:ds": SIGNATURE}
REFERENCE = re.compile(r"&(?:(lt|gt|amp|quot|apos)|#([0-9]{1,7})|#x([0-9A-Fa-f]{1,6}));")
FORBIDDEN = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff]")


class Refused(Exception):
    """An unauthenticated document: the constant 401. The text is for the local log only."""


def check_gate(document, signed=True):
    """Checks bytes, then structure. Raises Refused. A lead by itself is not signed."""
    if not 1 <= len(document) <= MAX_BYTES:
        raise Refused("length")
    body = document[len(DECLARATION):] if document.startswith(DECLARATION) else document
    if b"<!" in body or b"<?" in body or document.startswith(b"\xef\xbb\xbf"):
        raise Refused("markup")
    try:
        text = document.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Refused("utf-8") from error
    if FORBIDDEN.search(text):
        raise Refused("character")
    _check_references(text)
    structure = _Structure()
    structure.check(document)
    if signed and (structure.signatures != 1 or not structure.signature_ended):
        raise Refused("signature-place")


def _check_references(text):
    good = 0
    for match in REFERENCE.finditer(text):
        good += 1
        if match[1]:
            continue
        code = int(match[2]) if match[2] else int(match[3], 16)
        if code > 0x10FFFF or 0xD800 <= code < 0xE000 or FORBIDDEN.match(chr(code)):
            raise Refused("reference")
    if good != text.count("&"):
        raise Refused("reference")


class _Structure:
    """Walks a document with expat, without namespaces, and checks LX-006 to LX-010 and LX-030."""

    def __init__(self):
        self.open = []
        self.elements = 0
        self.signatures = 0
        self.signature_ended = False

    def check(self, document):
        parser = expat.ParserCreate("UTF-8")
        parser.buffer_text = True
        parser.buffer_size = 4 * MAX_BYTES
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        try:
            parser.Parse(document, True)
        except expat.ExpatError as error:
            raise Refused("not-well-formed") from error

    def _start(self, name, attributes):
        self.elements += 1
        if len(self.open) >= 12 or self.elements > 1000 or len(attributes) > 8:
            raise Refused("too-much")
        in_signature = name == "ds:Signature" or any(each["name"] == "ds:Signature" for each in self.open)
        if not name.startswith("ds:" if in_signature else "l:") or self.signature_ended:
            raise Refused("prefix")
        declared = self.open[-1]["declared"] if self.open else set()
        declared = declared | self._check_attributes(name, attributes)
        if ("xmlns:ds" if in_signature else "xmlns:l") not in declared:
            raise Refused("undeclared")
        if name == "ds:Signature":
            self.signatures += 1
            if len(self.open) != 1:
                raise Refused("signature-place")
        if self.open:
            self.open[-1]["children"] = True
        self.open.append({"name": name, "children": False, "text": [], "declared": declared})

    def _check_attributes(self, name, attributes):
        declared = set()
        allowed = {"xmlns:l", "xmlns:ds"} if not self.open else {"xmlns:ds"} if name == "ds:Signature" else set()
        for key, value in attributes.items():
            if len(value.encode()) > 65536:
                raise Refused("too-much")
            if key in allowed:
                if PREFIXES[key] != value:
                    raise Refused("namespace")
                declared.add(key)
            elif ":" in key or key.lower().startswith("xml") or key.lower() == "id":
                raise Refused("attribute")
        return declared

    def _text(self, text):
        self.open[-1]["text"].append(text)

    def _end(self, name):
        ended = self.open.pop()
        text = "".join(ended["text"])
        if len(text.encode()) > 65536:
            raise Refused("too-much")
        if ended["children"] and text.strip(" \t\n"):
            raise Refused("mixed-content")
        if name == "ds:Signature":
            self.signature_ended = True


def l_name(name):
    """The name of an element of the protocol as ElementTree writes it."""
    return f"{{{LEAD}}}{name}"


def ds_name(name):
    """The name of an element of a signature as ElementTree writes it."""
    return f"{{{SIGNATURE}}}{name}"


def write(name, *content, **attributes):
    """One element in canonical form. Content: texts, or elements that were written before; None leaves out.

    A single str subclass Xml tells markup from text.
    """
    inner = "".join(each if isinstance(each, Xml) else escape(str(each)) for each in content if each is not None)
    marks = "".join(f' {key}="{_attribute(value)}"' for key, value in sorted(attributes.items()))
    return Xml(f"<l:{name}{marks}>{inner}</l:{name}>")


class Xml(str):
    """Markup, in contrast to text."""


def _attribute(value):
    plain = str(value).replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")
    return plain.replace("\t", "&#x9;").replace("\n", "&#xA;")


def with_namespace(xml):
    """Declares the namespace on the outermost element of canonical markup."""
    return Xml(re.sub(r"^<(l:\w+)", rf'<\1 xmlns:l="{LEAD}"', xml))


def from_tree(element):
    """Canonical markup of a parsed element, white space between elements left out."""
    children = [from_tree(child) for child in element]
    content = children if children else [element.text or ""]
    return write(element.tag.split("}")[1], *content, **element.attrib)


def without_signature(document):
    """The canonical text that is signed: the document without its signature."""
    root = ET.fromstring(document)
    signature = root[-1]
    before = root[-2] if len(root) > 1 else None
    if before is None:
        root.text = (root.text or "") + (signature.tail or "")
    else:
        before.tail = (before.tail or "") + (signature.tail or "")
    root.remove(signature)
    ET.register_namespace("l", LEAD)
    return ET.canonicalize(ET.tostring(root, encoding="unicode"))


def parse(text):
    """Reads XML that passed the gate."""
    return ET.fromstring(text)
