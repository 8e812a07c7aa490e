"""The lines of `classes` and `ignore`: what was counted, with names where files give them."""

from data_tools.init.counting import Counted
from data_tools.init.names import Colour, Names, known_colours
from data_tools.init.text import comment, quoted

_VOID = ("void", "unlabeled", "unlabelled", "unknown", "ignore", "ignored", "other")


def class_lines(counted: Counted, names: Names) -> list[str]:
    """The lines of `classes` and `ignore`, with the share of pixels of each."""
    return _colours(counted, names) if counted.colours else _ids(counted, names)


def _share(pixels: int, total: int) -> str:
    return f"  # {100 * pixels / total:.2f} % of pixels"


def _ids(counted: Counted, names: Names) -> list[str]:
    total = sum(counted.ids.values())
    binary = set(counted.ids) <= {0, 255} and len(counted.ids) > 1
    ignored = [] if binary else [number for number in counted.ids if number in (255, 65535)]
    listed = [number for number in sorted(counted.ids) if number not in (*ignored, -1)]
    known, note = _by_id(listed, names)
    found = [*map(comment, note), "classes:"]
    for number in listed:
        name = quoted(known.get(number, f"class {number}"))
        found.append(f"  {number}: {name}{_share(counted.ids[number], total)}")
    usual = [] if 255 in listed else [255]  # also where the masks that were counted have none
    shown = ", ".join(map(str, sorted({*ignored, *usual})))
    share = _share(sum(counted.ids[number] for number in ignored), total) if ignored else ""
    return [*found, f"ignore: [{shown}]{share}"]


def _by_id(ids: list[int], names: Names) -> tuple[dict[int, str], list[str]]:
    """Names by id, and what is to be said: a list that is too short starts at another id."""
    if not names.by_id:
        return {}, []
    number = len(names.by_id)
    if max(ids, default=0) < number:
        return dict(enumerate(names.by_id)), [f"Names from {names.id_file}, the first for id 0."]
    spans = f"{ids[0]} to {ids[-1]}"
    return {}, [f"Fill in names: {names.id_file} has {number}, which do not fit ids {spans}."]


def _colours(counted: Counted, names: Names) -> list[str]:
    total = sum(counted.colours.values())
    known = names.by_colour or known_colours(set(counted.colours))
    found = [comment(f"Names from {names.colour_file}.")] if names.by_colour else []
    found.append("classes:")
    by_share = sorted(counted.colours, key=lambda colour: (-counted.colours[colour], colour))
    ordered = [colour for colour in by_share if any(colour)]
    black: Colour = (0, 0, 0)
    named = known.get(black, "void").lower() not in _VOID
    if counted.colours[black] and (named or len(ordered) == 1):
        ordered.append(black)  # a background, without which one class would be left
    if known:
        places = {colour: place for place, colour in enumerate(known)}
        ordered.sort(key=lambda colour: places.get(colour, len(places)))
    for number, colour in enumerate(ordered):
        name = quoted(known.get(colour, f"class {number}"))
        share = _share(counted.colours[colour], total)
        found.append(f"  {number}: {{name: {name}, color: {list(colour)}}}{share}")
    if counted.colours[black] and black not in ordered:
        found.append(f"# Black is ignored.{_share(counted.colours[black], total)[3:]}")
    return found
