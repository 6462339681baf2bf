"""Withheld fields: what an Offer shows, the commitments to the rest, and how a Release opens them (section 8)."""

import base64
import copy
import hashlib

from document import from_tree, l_name, with_namespace, write
from keys import counted, u32
from messages import Problem, random_bytes
from schema import schemas

FIELDS = schemas().fields()
GROUPS = list(dict.fromkeys(group for _, _, group in FIELDS))


def reduce(lead, keep):
    """A copy of the lead with the fields whose path and group `keep` allows, without elements that got empty."""
    copied = copy.deepcopy(lead)
    for path, elements, group in FIELDS:
        if not keep(path, group):
            _remove(copied, elements)
    return copied


def _remove(element, names):
    for child in element.findall(l_name(names[0])):
        if len(names) > 1:
            _remove(child, names[1:])
        if len(names) == 1 or len(child) == 0:
            element.remove(child)


def written(lead):
    """The lead in canonical form, on its own; nothing at all for a lead without fields."""
    return with_namespace(from_tree(lead)) if len(lead) else ""


def commitment(conversation, number, group, salt, value):
    """C of LX-122, in base64."""
    text = b"lx-commit-1" + counted(conversation) + u32(number) + counted(group)
    raw = text + base64.b64decode(salt) + counted(value)
    return base64.b64encode(hashlib.sha256(raw).digest()).decode()


def commit(lead, conversation, number):
    """A salt and a commitment for each group, absent ones included."""
    made = {}
    for group in GROUPS:
        salt = random_bytes()
        value = written(reduce(lead, lambda _, own, wanted=group: own == wanted))
        made[group] = (salt, commitment(conversation, number, group, salt, value))
    return made


def check_release(offer, release, conversation, number):
    """Checks that the released lead is the offered one (LX-124, LX-125). Raises Problem conflict."""
    promised = {each.get("Group"): each.text for each in offer.findall(l_name("Commitment"))}
    opened = [(each.get("Group"), each.text) for each in release.findall(l_name("Opening"))]
    lead = release.find(l_name("Lead"))
    if promised and sorted(promised) != sorted(group for group, _ in opened):
        raise Problem("conflict")
    for group, salt in opened if promised else []:
        value = written(reduce(lead, lambda _, own, wanted=group: own == wanted))
        if commitment(conversation, number, group, salt, value) != promised[group]:
            raise Problem("conflict")
    hidden = {each.text for kind in ("MaskedField", "WithheldField") for each in offer.findall(l_name(kind))}
    visible = reduce(offer.find(l_name("Lead")), lambda path, _: path not in hidden)
    if written(visible) != written(reduce(lead, lambda path, _: path not in hidden and _has(visible, path))):
        raise Problem("conflict")


def _has(lead, path):
    elements = next(each for name, each, _ in FIELDS if name == path)
    return lead.find("/".join(l_name(each) for each in elements)) is not None


def write_offer(lead, withheld, plan):
    """Body of an Offer and the openings of its commitments. plan: mode, closes, conversation, round."""
    made = commit(lead, plan["conversation"], plan["round"])
    visible = reduce(lead, lambda path, _: path not in withheld)
    parts = [write("Mode", plan["mode"]), write("ClosesAt", plan["closes"]), from_tree(visible)]
    parts += [write("WithheldField", path) for path in withheld]
    parts += [write("Commitment", value, Group=group) for group, (_, value) in made.items()]
    return write("Offer", *parts), {group: salt for group, (salt, _) in made.items()}


def write_release(lead, openings):
    """Body of a Release."""
    return write("Release", from_tree(lead), *[write("Opening", salt, Group=group) for group, salt in openings.items()])
