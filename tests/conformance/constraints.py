"""What a service model asks of a value: required members, lengths, ranges, patterns, enumerations."""

import regex
from botocore.model import Shape


def violations(shape: Shape | None, value, path: str = "") -> list[str]:
    """What is wrong with a value that wire.py has read. A value it could not read (None) was reported there."""
    if shape is None or value is None:
        return []
    found = own_violations(shape, value, path)
    if shape.type_name == "structure" and isinstance(value, dict):
        found += [f"{path}.{name}: missing" for name in shape.required_members if name not in value]
        for name, item in value.items():
            if name in shape.members:
                found += violations(shape.members[name], item, f"{path}.{name}")
    elif shape.type_name == "list":
        for item in value:
            found += violations(shape.member, item, f"{path}[]")
    elif shape.type_name == "map":
        for key, item in value.items():
            found += violations(shape.key, key, f"{path}.key") + violations(shape.value, item, f"{path}{{}}")
    return found


def own_violations(shape: Shape, value, path: str) -> list[str]:
    rules, kind = shape.metadata, shape.type_name
    number = kind in ("integer", "long", "float", "double")
    found = []
    if number or kind in ("string", "list", "map", "blob"):
        size = value if number else len(value)
        what = "value" if number else "length"
        if "min" in rules and size < rules["min"]:
            found.append(f"{path}: {what} {size} under {rules['min']}")
        if "max" in rules and size > rules["max"]:
            found.append(f"{path}: {what} {size} over {rules['max']}")
    if kind == "string" and isinstance(value, str):
        if "pattern" in rules and not matches(rules["pattern"], value):
            found.append(f"{path}: {value!r:.80} does not match {rules['pattern']}")
        if "enum" in rules and value not in rules["enum"]:
            found.append(f"{path}: {value!r:.80} is none of {', '.join(rules['enum'])}"[:240])
    return found


def matches(pattern: str, text: str) -> bool:
    """As Java does: the whole text, Unicode classes."""
    return regex.fullmatch(pattern, text) is not None
