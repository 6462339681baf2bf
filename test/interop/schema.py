"""Validates by the protocol's own XSD files: the part of XSD 1.0 that they use, and nothing else."""

import re
import xml.etree.ElementTree as ET
from functools import lru_cache
from pathlib import Path

XS = "{http://www.w3.org/2001/XMLSchema}"
ABOUT = "{urn:lead-exchange:1}about"
FOLDER = Path(__file__).resolve().parents[2] / "schemas"


class Invalid(Exception):
    """A document that the schemas do not allow."""


class Schemas:
    """The types and the global elements of all files, by namespace and name."""

    def __init__(self, folder=FOLDER):
        self.types, self.elements = {}, {}
        for name in ("exchange", "types", "levels", "lead", "signature"):
            root = ET.parse(folder / f"{name}.xsd").getroot()
            space = root.get("targetNamespace")
            for node in root:
                if node.tag in (XS + "complexType", XS + "simpleType"):
                    self.types[space, node.get("name")] = node
                elif node.tag == XS + "element":
                    self.elements[space, node.get("name")] = node

    def type_of(self, space, name):
        """A type by its prefixed name, from a file of this namespace."""
        prefix, local = name.split(":")
        wanted = {"l": "urn:lead-exchange:1", "ds": "http://www.w3.org/2000/09/xmldsig#"}[prefix]
        return wanted, self.types[wanted, local]

    def check(self, element):
        """Raises Invalid unless the element is valid by its global declaration."""
        space, name = element.tag[1:].split("}")
        declaration = self.elements.get((space, name))
        if declaration is None:
            raise Invalid(f"no element {name} may stand alone")
        self._check_type(element, *self.type_of(space, declaration.get("type")))

    def _check_type(self, element, space, node):
        if node.tag == XS + "simpleType":
            self._check_attributes(element, space, [])
            return self._check_leaf(element, node)
        extension = node.find(f"{XS}simpleContent/{XS}extension")
        if extension is not None:
            self._check_attributes(element, space, extension.findall(XS + "attribute"))
            return self._check_leaf(element, self._simple(space, extension.get("base")))
        self._check_attributes(element, space, node.findall(XS + "attribute"))
        if len(element) == 0 and (element.text or "") and node.find(XS + "sequence") is None:
            raise Invalid(f"{element.tag} is empty")
        if (element.text or "").strip(" \t\n"):
            raise Invalid(f"{element.tag} has no text")
        return self._check_children(element, space, node)

    def _simple(self, space, name):
        node = self.type_of(space, name)[1]
        inner = node.find(f"{XS}simpleContent/{XS}extension")
        return node if inner is None else self._simple(space, inner.get("base"))

    def _check_leaf(self, element, node):
        if len(element):
            raise Invalid(f"{element.tag} has no elements")
        check_text(node, element.text or "")

    def _check_attributes(self, element, space, declared):
        allowed = {each.get("name"): each for each in declared}
        for name, value in element.attrib.items():
            if name not in allowed:
                raise Invalid(f"attribute {name}")
            check_text(self._simple(space, allowed[name].get("type")), value)
        for name, each in allowed.items():
            if each.get("use") == "required" and name not in element.attrib:
                raise Invalid(f"{element.tag} needs {name}")

    def _check_children(self, element, space, node):
        choice, sequence = node.find(XS + "choice"), node.find(XS + "sequence")
        children = list(element)
        if choice is not None:
            known = {each.get("name"): each for each in choice}
            if len(children) != 1 or children[0].tag.split("}")[1] not in known:
                raise Invalid(f"{element.tag} holds one of its kinds")
            name = children[0].tag.split("}")[1]
            return self._check_type(children[0], *self.type_of(space, known[name].get("type")))
        for each in [] if sequence is None else sequence:
            least, most = int(each.get("minOccurs", 1)), int(each.get("maxOccurs", 1))
            tag, kind = self._particle(space, each)
            count = 0
            while children and children[0].tag == tag and count < most:
                self._check_type(children.pop(0), *kind)
                count += 1
            if count < least:
                raise Invalid(f"{element.tag} needs {tag}")
        if children:
            raise Invalid(f"{children[0].tag} in {element.tag}")
        return None

    def _particle(self, space, node):
        if node.get("ref") is None:
            return f"{{{space}}}{node.get('name')}", self.type_of(space, node.get("type"))
        space = "http://www.w3.org/2000/09/xmldsig#"
        name = node.get("ref").split(":")[1]
        return f"{{{space}}}{name}", self.type_of(space, self.elements[space, name].get("type"))

    def fields(self):
        """Path, elements and group of every field of a lead, in schema order, as the l:about annotations say."""
        found = []
        self._walk("urn:lead-exchange:1", "l:Lead", [], [], None, found)
        return found

    def _walk(self, space, kind, path, names, group, found):
        for each in self.type_of(space, kind)[1].findall(f"{XS}sequence/{XS}element"):
            about = each.find(f"{XS}annotation/{XS}appinfo/{ABOUT}")
            marks = about.attrib if about is not None else {}
            name = each.get("name")
            here = path + [marks.get("property", name[0].lower() + name[1:])]
            elements, own = names + [name], marks.get("group", group)
            node = self.type_of(space, each.get("type"))[1]
            if each.get("maxOccurs", "1") == "1" and node.find(XS + "sequence") is not None:
                self._walk(space, each.get("type"), here, elements, own, found)
            else:
                found.append((".".join(here), elements, own))


@lru_cache(maxsize=1)
def schemas():
    """The schemas of this repository, read once."""
    return Schemas()


@lru_cache(maxsize=None)
def _pattern(text):
    return re.compile(text)


def check_text(node, text):
    """Checks a text by the facets of a simple type."""
    restriction = node.find(XS + "restriction")
    choices = [each.get("value") for each in restriction.findall(XS + "enumeration")]
    if choices and text not in choices:
        raise Invalid("enumeration")
    for each in restriction:
        facet, value = each.tag[len(XS):], each.get("value")
        if facet == "minLength" and len(text) < int(value) or facet == "maxLength" and len(text) > int(value):
            raise Invalid("length")
        if facet == "pattern" and not _pattern(value).fullmatch(text):
            raise Invalid("pattern")
