"""What the API document promises: operations, and validators for what comes back."""

import copy
import json
import re

from jsonschema import Draft202012Validator, RefResolver

METHODS = ("get", "put", "post", "patch", "delete")


class Operation:
    def __init__(self, document, path, method, entry, base):
        self.method = method.upper()
        self.path = path
        self.name = f"{self.method} {path}"
        self.template = base + path
        self.responses = entry["responses"]
        self.secured = bool(entry.get("security"))
        parameters = [document.resolve(each) for each in entry.get("parameters", [])]
        self.path_names = re.findall(r"{(\w+)}", path)
        self.query = [each for each in parameters if each["in"] == "query"]
        self.creates = any(each["name"] == "Idempotency-Key" for each in parameters)
        body = entry.get("requestBody")
        self.body = body["content"]["application/json"]["schema"] if body else None
        self.for_admins = "x-role" in entry
        members = document.resolve(self.body).get("properties", {}) if body else {}
        self.signs_in = not self.secured and bool({"password", "refresh_token"} & set(members))

    def codes(self, status):
        return self.responses[str(status)].get("x-codes", [])


def strict(schema):
    """The same schema, taking no member that it does not name."""
    if isinstance(schema, list):
        return [strict(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    out = {name: strict(value) for name, value in schema.items()}
    if out.get("type") == "object" and "properties" in out:
        out.setdefault("additionalProperties", False)
    return out


class Document:
    def __init__(self, raw):
        self.raw = raw
        self.known = copy.deepcopy(raw)
        self.known["components"]["schemas"] = strict(raw["components"]["schemas"])
        self.resolver = RefResolver("", self.known)
        self.validators = {}
        base = raw["servers"][0]["url"]
        self.operations = []
        for path, item in raw["paths"].items():
            own = item["servers"][0]["url"].rstrip("/") if "servers" in item else base
            self.operations += [
                Operation(self, path, method, item[method], own) for method in METHODS if method in item
            ]
        self.base = base

    def resolve(self, node):
        while "$ref" in node:
            found = self.raw
            for step in node["$ref"].removeprefix("#/").split("/"):
                found = found[step]
            node = found
        return node

    def faults(self, value, schema):
        """What of a value does not fit a schema: texts, none when all does."""
        key = json.dumps(schema, sort_keys=True)
        if key not in self.validators:
            self.validators[key] = Draft202012Validator(
                strict(schema), resolver=self.resolver, format_checker=None
            )
        return [
            f"/{'/'.join(map(str, error.absolute_path))}: {error.message[:200]}"
            for error in self.validators[key].iter_errors(value)
        ]

    def methods_of(self, template):
        """What a path takes, HEAD beside GET."""
        methods = {each.method for each in self.operations if each.template == template}
        return methods | ({"HEAD"} if "GET" in methods else set())


def parse_json(text):
    """Strictly, like the server: no NaN, no member twice. Raises ValueError."""

    def members(pairs):
        names = [name for name, _ in pairs]
        if len(set(names)) != len(names):
            raise ValueError("a member twice")
        return dict(pairs)

    def no_constant(name):
        raise ValueError(name)

    return json.loads(text.decode("utf-8"), object_pairs_hook=members, parse_constant=no_constant)
