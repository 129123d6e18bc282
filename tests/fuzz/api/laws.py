"""What every reply must be. Each law raises Broken when it is not so."""

import json
import re
from urllib.parse import unquote_to_bytes

from document import parse_json

NEVER_MATCHES = {'"18446744073709551616"', "1", '"', ","}


class Broken(Exception):
    def __init__(self, law, what):
        super().__init__(f"{law}: {what}")
        self.law = law


def must(fits, law, what):
    if not fits:
        raise Broken(law, what)


def documented(document, operation, request, reply):
    """Status, media type and body are those that the document has for this operation."""
    status = str(reply.status)
    must(reply.status < 500, "no failure of the server", f"{status} {reply.body[:300]!r}")
    must(status in operation.responses, "the status is documented", f"{status} {reply.body[:300]!r}")
    has_header(document, operation.responses[status], reply)
    must(reply.header("x-content-type-options") == "nosniff", "common headers", "X-Content-Type-Options")
    content = operation.responses[status].get("content")
    if request.method == "HEAD" or content is None:
        must(not reply.body, "a body only where one is documented", repr(reply.body[:300]))
        return
    media = reply.media_type()
    must(media in content, "the media type is documented", media)
    if media == "text/event-stream":
        event(document, reply.body)
    elif media.endswith("json"):
        body = parse(reply.body)
        faults = document.faults(body, content[media]["schema"])
        must(not faults, "the body fits its schema", "; ".join(faults[:3]))
        if media == "application/problem+json":
            problem(operation.codes(reply.status), reply, body)


def has_header(document, response, reply):
    for name, entry in response.get("headers", {}).items():
        value = reply.header(name.lower())
        if document.resolve(entry).get("required"):
            must(value, "documented headers are there", name)


def problem(codes, reply, body):
    must(body["code"] in codes, "the code is documented", body["code"])
    must(body["status"] == reply.status, "a problem knows its status", str(body["status"]))
    must(body["request_id"] == reply.header("x-request-id"), "a problem knows its request", body["request_id"])
    if reply.status == 401:
        must(reply.header("www-authenticate"), "401 says how to sign in", "no WWW-Authenticate")


def event(document, text):
    """The first event of a stream."""
    fields = dict(
        line.split(": ", 1) for line in text.decode("utf-8").split("\n") if ": " in line and not line.startswith(":")
    )
    known = document.raw["x-events"].get(fields.get("event", ""))
    must(known, "events are documented", fields.get("event", repr(text[:200])))
    must(fields["event"] in ("hello", "reset"), "a stream begins with hello or reset", fields["event"])
    faults = document.faults(parse(fields["data"].encode()), known["data"])
    must(not faults, "events fit their schema", "; ".join(faults[:3]))


def parse(body):
    try:
        return parse_json(body)
    except ValueError as error:
        raise Broken("JSON is JSON", f"{error}: {body[:300]!r}") from None


def takes_only_what_fits(document, operation, request, reply):
    """What the document forbids is never taken."""
    if operation.body is None or reply.status >= 300:
        return
    try:
        faults = document.faults(parse_json(request.body), operation.body)
    except (ValueError, RecursionError) as error:
        faults = [f"not JSON: {error}"]
    must(not faults, "only bodies that fit the schema are taken", "; ".join(faults[:3]))


def guarded(operation, signed_in, request, reply):
    """Without credentials that are good, nobody gets past the door or learns what is behind it."""
    if not operation.secured or signed_in:
        return
    refused = reply.status in (400, 401, 403, 413, 415)
    # What is not even text leads nowhere, whoever asks.
    refused = refused or (reply.status == 404 and not is_text(request.target.split("?")[0]))
    must(refused, "authentication is required", f"{reply.status} {reply.body[:200]!r}")


def is_text(path):
    """Whether every escape of a path is whole, and all of it UTF-8."""
    if re.search(r"%(?![0-9A-Fa-f]{2})", path):
        return False
    try:
        unquote_to_bytes(path).decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def precondition(operation, request, reply):
    # What is deleted already may say 204 to all (RFC 9110 section 13.1.1).
    if operation.method == "DELETE":
        return
    sent = dict(request.headers).get("If-Match")
    if sent in NEVER_MATCHES and "412" in operation.responses:
        must(reply.status >= 300, "If-Match with another version changes nothing", f"{sent} -> {reply.status}")


def not_modified(operation, reply, again, other):
    """`again` asked with the ETag of `reply`, `other` with one that is not it."""
    tag = reply.header("etag")
    if "304" in operation.responses:
        # A twin of ours may have changed it in between: then the tag has changed too.
        if again.header("etag") == tag:
            must(again.status == 304 and not again.body, "If-None-Match with the ETag is 304", str(again.status))
    else:
        must(again.status == 200, "no 304 where none is documented", str(again.status))
    must(other.status == 200, "If-None-Match with another ETag is 200", str(other.status))


def replayed(first, again, other):
    """`again` is the same request once more, `other` has the same key and another body."""
    must(again.status == first.status, "a repeated request has the first one's status", f"{first.status}, {again.status}")
    must(again.body == first.body, "a repeated request has the first one's body", f"{first.body[:200]!r}, {again.body[:200]!r}")
    must(again.header("idempotency-replayed") == "true", "a repeated request says so", "no Idempotency-Replayed")
    if other is not None:
        must(other.status >= 400, "a key is good for one body", f"{other.status} {other.body[:200]!r}")


def same_as_get(get, head):
    must(head.status == get.status, "HEAD has the status of GET", f"{get.status}, {head.status}")
    must(not head.body, "HEAD has no body", repr(head.body[:100]))
    for name in ("content-type", "etag"):
        must(head.header(name) == get.header(name), f"HEAD has the {name} of GET", f"{get.header(name)}, {head.header(name)}")


def refuses_method(allowed, reply):
    must(reply.status == 405, "a method that is not documented is 405", str(reply.status))
    listed = {each.strip() for each in reply.header("allow").split(",")}
    must(listed == allowed, "Allow lists what is documented", f"{sorted(listed)} instead of {sorted(allowed)}")
    must(json.loads(reply.body)["code"] == "method_not_allowed", "405 is a problem", repr(reply.body[:200]))
