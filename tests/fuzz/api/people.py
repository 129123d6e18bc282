"""The people who ask, and what they have made: so that ids are often real."""

import dataclasses
import json
import secrets

from wire import Request

SAME_SITE = [
    ("X-Requested-With", "confab"),
    ("Sec-Fetch-Site", "same-origin"),
    ("Content-Type", "application/json"),
]


class Person:
    """An account with a cookie and a token; signs in again when they have ended."""

    def __init__(self, server, username, password="seven-grey-herons-9"):
        self.server = server
        self.username = self.name = username
        self.password = password
        self.cookie = self.token = self.refresh_token = ""

    @staticmethod
    def registered(server, username):
        person = Person(server, username)
        draft = {"email": f"{username}@example.org", "username": username, "password": person.password}
        server.ask("POST", "/users", draft)
        person.sign_in()
        return person

    def sign_in(self):
        proof = {"login": self.username, "password": self.password}
        reply = self.server.ask("POST", "/sessions", proof)
        cookies = [value.split(";")[0] for name, value in reply.headers if name == "set-cookie"]
        self.cookie = next(each for each in cookies if not each.startswith("confab-device"))
        signed_in = json.loads(reply.body)
        self.id, self.session = signed_in["user"]["id"], signed_in["session"]["id"]
        tokens = self.server.json("POST", "/tokens", proof)
        self.token, self.refresh_token = tokens["access_token"], tokens["refresh_token"]

    def by_cookie(self):
        return [("Cookie", self.cookie)]

    def by_token(self):
        return [("Authorization", "Bearer " + self.token)]


class Refused(Exception):
    """What was asked while arranging was not given."""


class Server:
    """Talks plainly, for arranging."""

    def __init__(self, connection, base):
        self.connection = connection
        self.base = base
        self.requests = 0
        self.first = secrets.randbelow(2**24)

    def send(self, request):
        """Each request as if from another address, or wrong passwords would soon shut all out."""
        self.requests += 1
        if not any(name == "X-Forwarded-For" for name, _ in request.headers):
            number = self.first + self.requests
            address = f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
            request = dataclasses.replace(request, headers=[*request.headers, ("X-Forwarded-For", address)])
        return self.connection.send(request)

    def ask(self, method, path, body=None, who=None):
        headers = who.by_token() if who else []
        data = b""
        if body is not None:
            headers = [*headers, ("Content-Type", "application/json")]
            data = json.dumps(body).encode()
        reply = self.send(Request(method, self.base + path, headers, data))
        if reply.status >= 400:
            raise Refused(f"{method} {path}: {reply.status} {reply.body.decode()}")
        return reply

    def json(self, method, path, body=None, who=None):
        return json.loads(self.ask(method, path, body, who).body)


class Cast:
    """Three people of one worker and their rooms; `ids` by the names that paths and bodies use."""

    def __init__(self, server, tag, owner):
        self.server = server
        self.tag = tag
        self.owner = Person(server, *owner) if owner else None  # of the server
        if self.owner:
            self.owner.sign_in()
        self.born = 0
        self.people = [self.newcomer() for _ in range(3)]
        self.target = self.newcomer()  # whose password is guessed at
        self.rooms = []
        self.messages = []
        self.made = 0
        self.arrange()

    def newcomer(self):
        self.born += 1
        return Person.registered(self.server, f"person-{self.born}-{self.tag}")

    def arrange(self):
        """Fresh rooms and messages: those before may be archived, left, deleted by now."""
        ana, ben, cyd = self.people
        ask = self.server.json
        self.made += 1
        drafts = [
            {"kind": "channel", "name": f"general {self.made}", "member_ids": [ben.id]},
            {"kind": "channel", "name": f"lab {self.made}", "visibility": "private"},
            {"kind": "group", "member_ids": [ben.id, cyd.id]},
            {"kind": "direct", "member_ids": [ben.id]},
        ]
        self.rooms = [ask("POST", "/rooms", draft, ana)["id"] for draft in drafts]
        self.messages = [
            ask("POST", f"/rooms/{self.rooms[0]}/messages", {"body": f"message {n}"}, who)["id"]
            for n, who in enumerate((ana, ben, ana))
        ]

    def renew(self):
        """Signs everybody in again whom the last requests have signed out."""
        for place, person in enumerate(self.people):
            if self.is_out(person):
                try:
                    person.sign_in()
                except Refused:  # after too many wrong passwords, say
                    self.people[place] = self.newcomer()
        if self.owner and self.is_out(self.owner):
            self.owner.sign_in()

    def is_out(self, person):
        ways = (person.by_cookie(), person.by_token())
        asked = [self.server.send(Request("GET", self.server.base + "/me", way)) for way in ways]
        return any(reply.status != 200 for reply in asked)

    def ids(self):
        people = [person.id for person in self.people]
        return {
            "room_id": self.rooms,
            "message_id": self.messages,
            "reply_to_id": self.messages,
            "thread_root_id": self.messages,
            "user_id": [*people, "me"],
            "member_ids": people,
            "session_id": [*(person.session for person in self.people), "current"],
        }

    def note(self, person, operation, request, reply):
        """Keeps in mind what a person has changed of their own account."""
        if person is None or reply.status >= 300:
            return
        if operation.name == "PUT /me/password":
            person.password = json.loads(request.body)["new_password"]
        elif operation.name == "PATCH /me":
            person.username = json.loads(reply.body)["username"]
