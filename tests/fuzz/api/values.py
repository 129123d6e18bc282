"""Hypothesis strategies made from the document: values that fit, that nearly fit, and nonsense."""

import json
from urllib.parse import quote

from hypothesis import strategies as st

# Text that has broken somebody's server before.
NASTY = [
    "", " ", "\0", "a\0b", "\u202eevil", "\u2066x\u2069", "\ufeffx", "\u200b", "e\u0301", "\ud800", "a\udfff",
    "\U0001f469\u200d\U0001f680", "\U0010ffff", "\ufffe", "\u2028", "\x7f", "\x85", "İstanbul", "ſs", "ﷺ",
    "' OR 1=1 --", "%", "_", "\\", "`rm`", "<script>", "{{7*7}}", "../../etc/passwd", "me", "null", "0", "-1",
]
NUMBERS = [
    0, 1, -1, 2, 200, 201, 1000, 1001, 2**31 - 1, 2**31, 2**32, 2**53, 2**53 + 1, 2**63 - 1, 2**63, 2**64,
    -(2**63), -(2**63) - 1, 10**30, 1.0, 1.5, 1e3, 1e308, -0.0,
]
GARBAGE_IDS = [
    "0", "-1", "01", "+1", "1e3", "1.0", "abc", "99999999999999999999", "18446744073709551616", "9223372036854775808",
    "18446744073709551615", "1", "%00", "%ff", "%C0%AF", "%2e%2e", "..", ".", "1%2f2", "%20", "1%00", "%E2%80%AE1",
    "null", "1;2", "1,2", "%", "%zz", "x" * 300, "*", "~", "'1'", "(1)",
]

text = st.one_of(
    st.sampled_from(NASTY),
    st.text(st.characters(blacklist_categories=()), max_size=12),
    st.text("abcdefgh 123_-.", min_size=1, max_size=20),
)
scalars = st.one_of(
    st.none(), st.booleans(), st.sampled_from(NUMBERS), text, st.integers(), st.floats(allow_nan=False, allow_infinity=False)
)
anything = st.recursive(
    scalars, lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(text, inner, max_size=3)), max_leaves=6
)


def hints(ids, person, target):
    """What members of a body are likely to mean, by name; the document cannot say all."""
    words = st.text("abcdefghijklmnopqrstuvwxyz0123456789", min_size=6, max_size=14)
    known = {name: st.sampled_from(some) for name, some in ids.items() if name.endswith("_id") and some}
    return known | {
        "email": words.map(lambda word: word + "@example.org"),
        "username": words,
        "login": st.one_of(words, *[st.just(target.username)] * 3),
        "password": st.one_of(words, *[st.just(target.password)] * 3),
        "refresh_token": st.one_of(words, st.just(target.refresh_token)),
        "current_password": st.one_of(words, *[st.just(person.password)] * 3),
        "new_password": words.map(lambda word: word + " and more"),
        "seq": st.integers(0, 5),
        "language": st.sampled_from(["en", "de", "pt-BR"]),
        "member_ids": st.lists(st.sampled_from(ids["member_ids"]), max_size=3, unique=True),
    }


class Values:
    """Values of the document's schemas. `known` gives strategies for members by their name."""

    def __init__(self, document, known):
        self.document = document
        self.known = known

    def fitting(self, schema, name=""):
        schema = self.document.resolve(schema)
        if "anyOf" in schema:
            return st.one_of([self.fitting(each, name) for each in schema["anyOf"]])
        if "enum" in schema:
            return st.sampled_from(schema["enum"])
        types = schema.get("type", "object")
        types = types if isinstance(types, list) else [types]
        return st.one_of([self.of_type(each, schema, name) for each in types])

    def of_type(self, kind, schema, name):
        if kind == "null":
            return st.none()
        if kind == "boolean":
            return st.booleans()
        if kind in ("integer", "number"):
            least, most = schema.get("minimum"), schema.get("maximum")
            return st.one_of(self.known.get(name, st.nothing()), st.integers(least, most), st.integers(least, most))
        if kind == "string":
            return self.string(schema, name)
        if kind == "array":
            if name in self.known:
                return self.known[name]
            return st.lists(self.fitting(schema.get("items", {}), name), max_size=min(schema.get("maxItems", 3), 4))
        return self.object(schema)

    def string(self, schema, name):
        if name in self.known:
            return self.known[name]
        if "pattern" in schema:
            return st.from_regex(schema["pattern"], fullmatch=True)
        least, most = schema.get("minLength", 0), schema.get("maxLength", 300)
        return st.one_of(
            st.text("abc äß\u4e2d\U0001f600\n", min_size=max(1, least), max_size=min(most, 40)),
            text,
            st.sampled_from([least, most, most + 1]).map(lambda size: "ü" * size),
        )

    def object(self, schema):
        members = schema.get("properties", {})
        required = set(schema.get("required", []))
        needed = {name: self.fitting(each, name) for name, each in members.items() if name in required}
        others = {name: self.fitting(each, name) for name, each in members.items() if name not in required}
        return st.fixed_dictionaries(needed, optional=others)

    def bodies(self, schema):
        """The bytes of a request's body for that schema, or for none."""
        if schema is None:
            return st.one_of(st.just(b""), st.just(b""), st.just(b"{}"), anything.map(encode))
        fitting, off = self.fitting(schema), spoilt(self.fitting(schema))
        return st.one_of(
            fitting.map(encode), fitting.map(encode), off.map(encode), off.map(encode), anything.map(encode),
            fitting.map(encode).flatmap(broken),
        )


@st.composite
def spoilt(draw, fitting):
    """One or two steps from fitting. It may fit still."""
    value = draw(fitting)
    if not isinstance(value, dict):
        return draw(anything)
    for _ in range(draw(st.integers(1, 2))):
        how = draw(st.sampled_from(["drop", "add", "swap", "case"]))
        names = sorted(value)
        if how == "add" or not names:
            value[draw(st.one_of(st.just("extra"), text))] = draw(scalars)
            continue
        name = draw(st.sampled_from(names))
        old = value.pop(name)
        if how == "swap":
            value[name] = draw(anything)
        elif how == "case":
            value[name.upper()] = old
    return value


def encode(value):
    # Escapes carry what UTF-8 cannot: lone surrogates.
    return json.dumps(value).encode()


def broken(data):
    """JSON text with something that JSON does not have."""
    return st.sampled_from([
        data + b"x", data + data, data[:-1], b"\xef\xbb\xbf" + data, data.replace(b'"', b"'"), data + b"\0", b"",
        data.replace(b"{", b'{"a":NaN,', 1), data.replace(b"{", b'{"a":01,', 1), b"[" * 40 + b"]" * 40,
        data.replace(b"{", b'{"body":"\xff\xfe",', 1), data.replace(b"{", b'{"body":"\xed\xa0\x80",', 1),
        data.replace(b"{", b'{"x":1,"x":2,', 1), data.replace(b":", b":/**/", 1), b"[" + b"1," * 3000 + b"1]", b"// x\n" + data,
        b'{"body":"' + b"y" * 16_385 + b'"}', b'{"body":"' + b"z" * 262_200 + b'"}', data.replace(b"}", b",}", 1), b"{" * 4000,
    ])


def path_values(name, ids):
    real = ids.get(name) or ["1"]
    return st.one_of(
        st.sampled_from(real), st.sampled_from(real), st.sampled_from(GARBAGE_IDS),
        st.integers(1, 2**63 - 1).map(str), text.map(lambda value: quote(value, safe="", errors="replace") or "%20"),
    )


def query_values(name, ids):
    numbers = st.one_of(st.integers(0, 5), st.sampled_from(NUMBERS)).map(str)
    special = {
        "limit": numbers, "before": numbers, "after": st.one_of(numbers, st.just("00000000:1.1"), st.just("x:1.1-2.2")),
        "around": numbers, "ids": st.lists(st.sampled_from(ids["member_ids"]), max_size=3).map(",".join),
        "cursor": st.sampled_from(["PmE", "PGE", "Pg", "!", "PjE3", "Pv__", "PgA", "P" * 900]),
    }
    if name.endswith("_id") and ids.get(name):
        special[name] = st.sampled_from(ids[name])
    return st.one_of(special.get(name, text), special.get(name, text), text)


def sound_queries(operation, ids):
    """None, or one or two parameters that the operation has."""
    known = {each["name"]: query_values(each["name"], ids) for each in operation.query}
    if not known:
        return st.just("")
    pairs = st.lists(st.sampled_from(sorted(known)), max_size=2, unique=True).flatmap(
        lambda names: st.fixed_dictionaries({name: known[name] for name in names})
    )
    return pairs.map(lambda all: "&".join(f"{quote(k)}={quote(v, errors='surrogatepass')}" for k, v in all.items()))


def queries(operation, ids):
    odd = st.sampled_from(["unknown=1", "limit=1&limit=2", "%ff=1", "q=%zz", "&&&", "=", "limit", "%00=1", "q=" + "x" * 3000])
    sound = sound_queries(operation, ids)
    return st.one_of(sound, sound, sound, odd)


def optional_headers():
    """Each now and then; values from the usual to the absurd."""
    keys = st.one_of(st.text("abcdef0123456789", min_size=8, max_size=64), st.sampled_from(["", " ", "k" * 65, "a b", "ü", "a\tb"]))
    tags = st.sampled_from(['"1"', '"2"', "*", 'W/"1"', '"1", "2"', "1", "", '"', '"18446744073709551616"', ","])
    return st.fixed_dictionaries({}, optional={
        "Idempotency-Key": keys,
        "If-Match": tags,
        "If-None-Match": tags,
        "Accept": st.sampled_from(["*/*", "text/html", "application/xml;q=0.1", "", "nonsense"]),
        "X-Request-Id": st.sampled_from(["abc-1", "x" * 65, "a b", "<i>", ""]),
        "Last-Event-ID": st.sampled_from(["00000000:1.1", "x", ""]),
        "X-Forwarded-For": st.sampled_from(["10.1.2.3", "::1, 2001:db8::7", "nobody"]),
        "Accept-Encoding": st.sampled_from(["gzip", "identity;q=0", "br"]),
        "Content-Encoding": st.sampled_from(["gzip", "identity"]),
        "Range": st.just("bytes=0-1"),
        "Expect": st.just("200-maybe"),
    }).map(lambda pairs: dict(list(pairs.items())[:3]))


media_types = st.sampled_from(
    ["application/json"] * 12
    + ["application/json; charset=utf-8", "text/plain", "multipart/form-data; boundary=x", "application/json;charset=latin1",
       "application/merge-patch+json", "", "APPLICATION/JSON", "x"]
)
