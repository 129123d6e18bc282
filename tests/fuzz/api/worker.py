"""One process that asks: generates requests, checks replies, shrinks what fails."""

import collections
import dataclasses
import json
import secrets

from hypothesis import HealthCheck, Phase, Verbosity, given, seed, settings
from hypothesis import strategies as st
from hypothesis.errors import Flaky

import laws
import values
from people import SAME_SITE, Cast, Server
from wire import Connection, Malformed, Request

FORGED = [
    "Bearer", "Bearer ", "Bearer x", "Basic YW5hOnB3", "bearer cfb_0123456789", "Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.",
    "Bearer eyJhbGciOiJFZERTQSJ9.e30.AAAA", "Bearer " + "A" * 3000, "Digest username=x",
]
METHODS = ["OPTIONS", "TRACE", "BREW", "get", "PROPFIND", "GET", "PUT", "POST", "PATCH", "DELETE"]


@dataclasses.dataclass
class Failure:
    law: str
    what: str
    request: Request

    def key(self, operation):
        return (operation, self.law, self.what[:3])


class Worker:
    def __init__(self, number, first_seed, host, port, document, owner):
        self.seed = first_seed + number
        self.document = document
        self.server = Server(Connection(host, port), document.base)
        self.tag = secrets.token_hex(4)  # a server may be tried twice with one seed
        self.cast = Cast(self.server, self.tag, owner)
        ana = self.cast.people[0]
        self.ended_cookie, self.ended_token = ana.cookie, ana.token
        for session in (ana.session, "current"):
            self.server.ask("DELETE", f"/sessions/{session}", who=ana)
        self.cast.renew()
        self.tally = collections.Counter()
        self.failures = {}
        self.keys = 0

    def run(self, requests):
        """Rounds over all operations until that many requests are sent."""
        part = 0
        while self.server.requests < requests:
            for operation in self.document.operations:
                part += 1
                if operation.signs_in:
                    self.cast.target = self.cast.newcomer()
                self.examples(operation, part, min(40, max(1, requests - self.server.requests)))
                self.by_rote(operation)
                self.cast.renew()
                if operation.method == "DELETE":
                    self.cast.arrange()
            self.cast.arrange()

    def examples(self, operation, part, count):
        found = []

        @seed(self.seed * 100_003 + part)
        @settings(
            max_examples=count, database=None, deadline=None, suppress_health_check=list(HealthCheck),
            phases=[Phase.generate, Phase.shrink], verbosity=Verbosity.quiet, report_multiple_bugs=False,
        )
        @given(self.cases(operation))
        def one(case):
            self.judge(operation, found, lambda: self.play(operation, case))

        try:
            one()
        except (laws.Broken, Flaky):
            # The last that failed is the smallest; where the state had moved on, the first is.
            failure = found[-1]
            self.failures.setdefault(failure.key(operation.name), failure)

    def judge(self, operation, found, play):
        try:
            play()
        except laws.Broken as broken:
            failure = Failure(broken.law, str(broken)[len(broken.law) + 2 :], self.last)
            if failure.key(operation.name) in self.failures:
                return
            found.append(failure)
            raise

    def cases(self, operation):
        ids = self.cast.ids()
        fill = values.Values(self.document, values.hints(ids, self.cast.people[0], self.cast.target))
        def case(**parts):
            return st.fixed_dictionaries({**parts, "forged": st.sampled_from(FORGED), "again": st.booleans()})

        # Half of them have one thing wrong at most, or they would all end at the door.
        calm = case(
            path=st.tuples(*[st.sampled_from(ids.get(name) or ["1"]) for name in operation.path_names]),
            query=values.sound_queries(operation, ids),
            body=fill.bodies(operation.body),
            media=st.just("application/json"),
            headers=st.just({}),
            who=st.sampled_from([0, 0, 0, 1, 2]),
            way=st.sampled_from(["token", "token", "cookie"]),
        )
        wild = case(
            path=st.tuples(*[values.path_values(name, ids) for name in operation.path_names]),
            query=values.queries(operation, ids),
            body=fill.bodies(operation.body),
            media=values.media_types,
            headers=st.one_of(st.just({}), values.optional_headers()),
            who=st.sampled_from([0, 0, 0, 1, 2]),
            way=st.sampled_from(["token"] * 6 + ["cookie"] * 4 + ["none", "forged", "ended", "both", "foreign"]),
        )
        return st.one_of(calm, wild)

    def play(self, operation, case):
        person, credentials, good = self.credentials(operation, case)
        headers = [*credentials, *case["headers"].items()]
        sent = {name for name, _ in headers}
        if case["body"] and case["media"] and "Content-Type" not in sent:
            headers.append(("Content-Type", case["media"]))
        if operation.creates and case["again"] and "Idempotency-Key" not in sent:
            self.keys += 1
            headers.append(("Idempotency-Key", f"{self.tag}-{self.keys}"))
        target = self.target(operation, case["path"]) + ("?" + case["query"] if case["query"] else "")
        request = Request(operation.method, target, [(n, v.encode()) if not v.isascii() else (n, v) for n, v in headers],
                          case["body"], person.name if person else "")
        reply = self.send(operation, request)
        laws.documented(self.document, operation, request, reply)
        laws.takes_only_what_fits(self.document, operation, request, reply)
        laws.guarded(operation, good, request, reply)
        laws.precondition(operation, request, reply)
        self.cast.note(person if operation.secured else None, operation, request, reply)
        if case["again"]:
            self.once_more(operation, request, reply)
        if good and reply.status == 401 and operation.secured:
            self.cast.renew()

    def once_more(self, operation, request, reply):
        names = dict(request.headers)
        if operation.creates and reply.status < 300 and "Idempotency-Key" in names:
            if reply.header("idempotency-replayed"):
                return
            again = self.send(operation, request)
            body = json.loads(request.body)
            member = next((name for name in ("body", "username", "password", "name") if body.get(name)), None)
            other = None
            if member is not None:
                body[member] += "x"
                changed = dataclasses.replace(request, body=json.dumps(body).encode())
                other = self.send(operation, changed)
            laws.replayed(reply, again, other)
        if operation.method == "GET" and reply.status == 200 and reply.header("etag") and "If-None-Match" not in names:
            def with_tag(tag):
                return dataclasses.replace(request, headers=[*request.headers, ("If-None-Match", tag)])

            again = self.send(operation, with_tag(reply.header("etag")))
            other = self.send(operation, with_tag('"no such version"'))
            laws.not_modified(operation, reply, again, other)

    def by_rote(self, operation):
        """What needs no chance: nobody, HEAD, and methods that the path does not take."""
        ids = self.cast.ids()
        target = self.target(operation, [ids[name][0] for name in operation.path_names])
        for check in (self.nobody, self.head, self.methods):
            try:
                check(operation, target)
            except laws.Broken as broken:
                failure = Failure(broken.law, str(broken)[len(broken.law) + 2 :], self.last)
                self.failures.setdefault(failure.key(operation.name), failure)

    def nobody(self, operation, target):
        if not operation.secured:
            return
        cookie = self.ended_cookie.split("=")[0]
        ways = [[], [("Authorization", "Bearer x")], [("Authorization", "Bearer " + self.ended_token)],
                [("Cookie", self.ended_cookie), *SAME_SITE], [("Cookie", cookie + "=x"), *SAME_SITE]]
        for headers in ways:
            request = Request(operation.method, target, headers, b"")
            reply = self.send(operation, request)
            laws.documented(self.document, operation, request, reply)
            laws.must(reply.status == 401, "authentication is required", f"{reply.status} {reply.body[:200]!r}")
        both = self.cast.people[0].by_cookie() + self.cast.people[0].by_token()
        reply = self.send(operation, Request(operation.method, target, both, b"", self.cast.people[0].name))
        laws.must(reply.status == 400, "a cookie and a token together are refused", str(reply.status))

    def head(self, operation, target):
        if operation.method != "GET":
            return
        credentials = self.cast.people[0].by_token()
        get = self.send(operation, Request("GET", target, credentials, b"", self.cast.people[0].name))
        head = self.send(operation, Request("HEAD", target, credentials, b"", self.cast.people[0].name))
        laws.same_as_get(get, head)

    def methods(self, operation, target):
        allowed = self.document.methods_of(operation.template)
        # Another path may fit the same address: /rooms/discover is /rooms/{room_id} for PATCH.
        if not operation.path_names and any(
            each.path_names and len(each.path.split("/")) == len(operation.path.split("/"))
            for each in self.document.operations
        ):
            return
        for method in METHODS:
            if method not in allowed:
                laws.refuses_method(allowed, self.send(operation, Request(method, target, self.cast.people[0].by_token(), b"")))

    def credentials(self, operation, case):
        """Whose they are, the headers, and whether they are good."""
        person = self.cast.people[case["who"]]
        if operation.for_admins and self.cast.owner and case["who"] == 0:
            person = self.cast.owner
        way = case["way"]
        if way == "token":
            return person, person.by_token(), True
        if way == "cookie":
            return person, person.by_cookie() + SAME_SITE[: 3 if case["body"] == b"" else 2], True
        if way == "none":
            return None, [], False
        if way == "forged":
            return None, [("Authorization", case["forged"])], False
        if way == "ended":
            return None, [("Authorization", "Bearer " + self.ended_token)], False
        if way == "both":
            return person, person.by_cookie() + person.by_token(), False
        return person, person.by_cookie() + [("Sec-Fetch-Site", "cross-site"), *SAME_SITE[:1]], True

    def target(self, operation, parts):
        path = operation.template
        for name, part in zip(operation.path_names, parts):
            path = path.replace("{" + name + "}", part, 1)
        return path

    def send(self, operation, request):
        self.last = request
        try:
            reply = self.server.send(request)
        except (Malformed, OSError) as error:
            raise laws.Broken("every request gets one well-formed reply", str(error)) from None
        self.tally[operation.name, reply.status] += 1
        return reply
