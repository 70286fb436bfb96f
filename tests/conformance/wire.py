"""Reads recorded messages by botocore's service models, strictly: what the model does not know is a problem.

botocore's own parsers skip what they do not know, as clients must; here that is what we look for.
"""

import base64
import gzip
import json
import re
import xml.etree.ElementTree as ElementTree
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from urllib.parse import parse_qsl, unquote, urlsplit

import botocore.session
from botocore.model import OperationModel, Shape

SERVICES = ["s3", "iam", "sts", "lambda", "stepfunctions", "sagemaker", "sagemaker-runtime", "logs",
            "sns", "sqs", "cloudwatch", "service-quotas"]
SESSION = botocore.session.get_session()
MODELS = {name: SESSION.get_service_model(name) for name in SERVICES}
# Of its three protocols the one that boto3 speaks.
MODELS["cloudwatch"].metadata["protocol"] = "json"

Problems = list[str]
XSI = "http://www.w3.org/2001/XMLSchema-instance"


class Message:
    """Headers (lower case), query and body of a request or a response."""

    def __init__(self, headers: dict, body: str, query: str = "", path: str = ""):
        self.headers = headers
        self.body = base64.b64decode(body)
        if headers.get("content-encoding") == "gzip":  # boto3 compresses large PutMetricData requests
            self.body = gzip.decompress(self.body)
        self.query = parse_qsl(query, keep_blank_values=True)
        self.path = path


class Exchange:
    def __init__(self, recorded: dict):
        url = urlsplit(recorded["url"])
        answer = recorded["response"]
        self.method = recorded["method"]
        self.request = Message(recorded["headers"], recorded["body"], url.query, url.path)
        self.response = Message(answer["headers"], answer["body"])
        self.status = answer["status"]
        self.operation = self._find_operation()

    @property
    def name(self) -> str:
        return f"{self.operation.service_model.service_name}.{self.operation.name}"

    def _find_operation(self) -> OperationModel | None:
        scope = re.search(r"Credential=[^/]+/\d+/[^/]+/([^/]+)/", self.request.headers.get("authorization", ""))
        signed_for = scope and scope[1]
        target = self.request.headers.get("x-amz-target")
        for model in MODELS.values():
            if model.signing_name != signed_for or bool(target) != (model.metadata["protocol"] == "json"):
                continue
            if target:
                name = target.split(".")[1]
            elif model.metadata["protocol"] == "query":
                name = dict(parse_qsl(self.request.body.decode())).get("Action")
            else:
                return self._find_rest_operation(model)
            if name in model.operation_names:
                return model.operation_model(name)
        return None

    def _find_rest_operation(self, model) -> OperationModel | None:
        """The operation whose path, literal query and required members fit: no deprecated one, the one that asks for most."""
        fitting = []
        for name in model.operation_names:
            operation = model.operation_model(name)
            path, _, literals = operation.http["requestUri"].partition("?")
            if operation.http["method"] != self.method or not path_pattern(path).fullmatch(self.request.path):
                continue
            query = dict(self.request.query)
            literal_query = parse_qsl(literals, keep_blank_values=True)
            required = [m for m in required_members(operation.input_shape) if location(m) in ("querystring", "header")]
            if all(query.get(key) == value for key, value in literal_query) and all(
                wire_name(member) in (query if location(member) == "querystring" else self.request.headers)
                for member in required
            ):
                fitting.append((operation.deprecated, -len(literal_query), -len(required), name))
        return model.operation_model(min(fitting)[3]) if fitting else None

    def read_request(self) -> tuple[dict, Problems]:
        problems: Problems = []
        protocol = self.operation.service_model.metadata["protocol"]
        if protocol == "query":
            tree = query_tree(self.request.body.decode())
            for extra in ("Action", "Version"):
                tree.pop(extra)
            return from_query(self.operation.input_shape, tree, "", problems), problems
        path = self.operation.http["requestUri"].partition("?")[0]
        found = path_pattern(path).fullmatch(self.request.path)
        uri = {name: unquote(value) for name, value in (found.groupdict() if found else {}).items()}
        return read_message(self.operation.input_shape, self.request, protocol, problems, uri), problems

    def read_response(self) -> tuple[dict, Problems]:
        problems: Problems = []
        operation, protocol = self.operation, self.operation.service_model.metadata["protocol"]
        if protocol != "query":
            return read_message(operation.output_shape, self.response, protocol, problems), problems
        root = ElementTree.fromstring(self.response.body)
        if local_name(root) != f"{operation.name}Response":
            problems.append(f"root element {local_name(root)}")
        children = {local_name(child): child for child in root}
        if "ResponseMetadata" not in children:
            problems.append("no ResponseMetadata")
        if operation.output_shape is None:
            return {}, problems
        result = children.get(operation.output_shape.serialization.get("resultWrapper"))
        if result is None:
            problems.append("no result element")
            return {}, problems
        return from_xml(operation.output_shape, result, "", problems), problems


def required_members(shape: Shape | None) -> list[tuple[str, Shape]]:
    return [(name, shape.members[name]) for name in shape.required_members] if shape else []


def location(member: tuple[str, Shape]) -> str | None:
    return member[1].serialization.get("location")


def wire_name(member: tuple[str, Shape]) -> str:
    name = member[1].serialization.get("name", member[0])
    return name.lower() if location(member) == "header" else name


def local_name(element) -> str:
    return element.tag.rpartition("}")[2]


def path_pattern(path: str) -> re.Pattern:
    """`/{Bucket}/{Key+}` as a pattern; member names of paths are the names on the wire."""
    parts = re.split(r"\{(\w+)(\+?)\}", path.rstrip("/"))
    pattern = ""
    for index in range(0, len(parts), 3):
        pattern += re.escape(parts[index])
        if index + 1 < len(parts):
            pattern += f"(?P<{parts[index + 1]}>{'.+' if parts[index + 2] else '[^/]+'})"
    return re.compile(pattern + "/?", re.S)


def read_message(shape: Shape | None, message: Message, protocol: str, problems: Problems, uri=None) -> dict:
    """The members of a JSON or REST message from path, query, headers and body."""
    if shape is None:
        return {}
    value, in_body = {}, {}
    for member in shape.members.items():
        name, member_shape = member
        where, on_wire = location(member), wire_name(member)
        if where == "uri":
            text = (uri or {}).get(on_wire)
        elif where == "querystring":
            given = [text for key, text in message.query if key == on_wire]
            text = (given if member_shape.type_name == "list" else given[-1]) if given else None
        elif where == "header":
            text = message.headers.get(on_wire)
        elif where == "headers":
            found = {k[len(on_wire):]: v for k, v in message.headers.items() if k.startswith(on_wire.lower())}
            if found:
                value[name] = found
            continue
        else:
            in_body[name] = member_shape
            continue
        if text is not None:
            value[name] = from_text(member_shape, text, name, problems, in_header=where == "header")
    payload = shape.serialization.get("payload")
    if payload and shape.members[payload].type_name in ("blob", "string"):
        if message.body or payload in shape.required_members:
            value[payload] = message.body
    elif payload:
        if message.body:
            value[payload] = read_body(shape.members[payload], message.body, protocol, payload, problems)
    elif in_body and message.body:
        value |= read_body(shape, message.body, protocol, "", problems)
    return value


def read_body(shape: Shape, body: bytes, protocol: str, path: str, problems: Problems):
    if "json" in protocol:
        return from_json(shape, json.loads(body), path, problems)
    return from_xml(shape, ElementTree.fromstring(body), path, problems)


def from_json(shape: Shape, value, path: str, problems: Problems):
    """The value as Python holds it (blobs as bytes, timestamps as datetime); wrong types and names are problems."""
    kind = shape.type_name
    if kind == "structure" and not getattr(shape, "is_document_type", False):
        if not isinstance(value, dict):
            return wrong(kind, value, path, problems)
        by_name = {m.serialization.get("name", name): (name, m) for name, m in shape.members.items()}
        read = {}
        for key, item in value.items():
            if key not in by_name:
                problems.append(f"{path}.{key}: unknown member")
            elif item is not None:
                name, member = by_name[key]
                read[name] = from_json(member, item, f"{path}.{name}", problems)
        return read
    if kind == "list":
        if not isinstance(value, list):
            return wrong(kind, value, path, problems)
        return [from_json(shape.member, item, f"{path}[]", problems) for item in value]
    if kind == "map":
        if not isinstance(value, dict):
            return wrong(kind, value, path, problems)
        return {key: from_json(shape.value, item, f"{path}{{}}", problems) for key, item in value.items()}
    if kind == "timestamp" and shape.serialization.get("timestampFormat", "unixTimestamp") == "unixTimestamp":
        is_time = isinstance(value, (int, float)) and 0 < value < 1e11
        if not is_time:
            return wrong("time in seconds", value, path, problems)
        return datetime.fromtimestamp(value, timezone.utc)
    expected = {"string": str, "blob": str, "timestamp": str, "boolean": bool, "integer": int, "long": int,
                "float": (int, float), "double": (int, float)}.get(kind)
    if expected and (not isinstance(value, expected) or (isinstance(value, bool) and expected is not bool)):
        return wrong(kind, value, path, problems)
    return from_text(shape, value, path, problems) if kind in ("blob", "timestamp") else value


def from_xml(shape: Shape, element, path: str, problems: Problems):
    if shape.type_name == "structure":
        by_name = {}
        for name, member in shape.members.items():
            flat = member.type_name == "list" and member.serialization.get("flattened")
            inner = member.member.serialization.get("name") if flat else None
            by_name[member.serialization.get("name") or inner or name] = (name, member, flat)
        read = {name: element.get(f"{{{XSI}}}{member.serialization['name'].removeprefix('xsi:')}")
                for name, member in shape.members.items() if member.serialization.get("xmlAttribute")}
        for child in element:
            if local_name(child) not in by_name:
                problems.append(f"{path}.{local_name(child)}: unknown element")
                continue
            name, member, flat = by_name[local_name(child)]
            if flat:
                read.setdefault(name, []).append(from_xml(member.member, child, f"{path}.{name}[]", problems))
            else:
                read[name] = from_xml(member, child, f"{path}.{name}", problems)
        return read
    if shape.type_name == "list":
        inner = shape.member.serialization.get("name", "member")
        for child in element:
            if local_name(child) != inner:
                problems.append(f"{path}: element {local_name(child)} instead of {inner}")
        return [from_xml(shape.member, child, f"{path}[]", problems) for child in element]
    if shape.type_name == "map":
        return {child[0].text: from_xml(shape.value, child[1], f"{path}{{}}", problems) for child in element}
    return from_text(shape, element.text or "", path, problems)


def query_tree(body: str) -> dict:
    """`Tags.member.1.Key=a` as nested dictionaries."""
    root: dict = {}
    for name, value in parse_qsl(body, keep_blank_values=True):
        *path, last = name.split(".")
        node = root
        for step in path:
            node = node.setdefault(step, {})
        node[last] = value
    return root


def from_query(shape: Shape | None, node, path: str, problems: Problems):
    if shape is None:
        return {}
    if shape.type_name == "structure":
        read = {}
        for key, item in node.items():
            if key in shape.members:
                read[key] = from_query(shape.members[key], item, f"{path}.{key}", problems)
            else:
                problems.append(f"{path}.{key}: unknown member")
        return read
    if shape.type_name == "list":
        items = node["member"] if node else {}
        return [from_query(shape.member, items[key], f"{path}[]", problems) for key in sorted(items, key=int)]
    if shape.type_name == "map":
        key, value = shape.key.serialization.get("name", "key"), shape.value.serialization.get("name", "value")
        return {entry[key]: from_query(shape.value, entry[value], f"{path}{{}}", problems)
                for entry in node["entry"].values()}
    return from_text(shape, node, path, problems)


def from_text(shape: Shape, text, path: str, problems: Problems, in_header=False):
    """A scalar of a header, query or XML text, by its type."""
    kind = shape.type_name
    try:
        if kind == "list":
            items = text if isinstance(text, list) else text.split(",")
            return [from_text(shape.member, item.strip(), f"{path}[]", problems) for item in items]
        if kind == "boolean":
            return {"true": True, "false": False}[text]
        if kind in ("integer", "long"):
            return int(text)
        if kind in ("float", "double"):
            return float(text)
        if kind == "blob":
            return base64.b64decode(text, validate=True)
        if kind == "timestamp":
            format = shape.serialization.get("timestampFormat", "rfc822" if in_header else "iso8601")
            if format == "rfc822":
                return parsedate_to_datetime(text)
            if not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", text):
                raise ValueError(text)
            return datetime.fromisoformat(text)
    except (KeyError, ValueError, TypeError):
        return wrong(kind, text, path, problems)
    return text


def wrong(expected: str, value, path: str, problems: Problems):
    problems.append(f"{path}: {value!r:.60} is no {expected}")
    return None
