"""Sends requests made from the API document to a running server, and judges every reply."""

import argparse
import collections
import json
import multiprocessing
import random
import sys
import time
from urllib.parse import urlsplit

from document import Document
from people import Person, Server
from wire import Connection, Request
from worker import Worker

ENOUGH = 10_000  # requests after which every operation must have succeeded


def arguments():
    parser = argparse.ArgumentParser(prog="ops/fuzz-api", description=__doc__)
    parser.add_argument("--requests", type=int, default=20_000, help="how many to send (20000)")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(2**31), help="of an earlier run")
    parser.add_argument("--url", required=True, help="of a server without rate limits and without people of worth")
    parser.add_argument("--workers", type=int, default=4, help="processes, a connection each (4)")
    return parser.parse_args()


def own(server):
    """Makes the owner of a server that has none yet: username and password, or None."""
    if not server.json("GET", "/meta")["setup_required"]:
        return None
    owner = Person(server, "olga")
    draft = {"email": "olga@example.org", "username": owner.username, "password": owner.password}
    # From the server's own machine, no setup code is needed.
    headers = [("Content-Type", "application/json"), ("X-Forwarded-For", "127.0.0.1")]
    reply = server.send(Request("POST", server.base + "/users", headers, json.dumps(draft).encode()))
    return (owner.username, owner.password) if reply.status == 201 else None


def work(job):
    number, first_seed, host, port, raw, owner, requests = job
    worker = Worker(number, first_seed, host, port, Document(raw), owner)
    worker.run(requests)
    return worker.server.requests, worker.tally, worker.failures


def main():
    options = arguments()
    url = urlsplit(options.url)
    host, port = url.hostname, url.port or 80
    print(f"seed {options.seed}", flush=True)
    connection = Connection(host, port)
    raw = json.loads(connection.send(Request("GET", "/api/v1/openapi.json")).body)
    owner = own(Server(connection, raw["servers"][0]["url"]))
    share = -(-options.requests // options.workers)
    jobs = [(number, options.seed, host, port, raw, owner, share) for number in range(options.workers)]
    began = time.monotonic()
    with multiprocessing.Pool(options.workers) as pool:
        results = pool.map(work, jobs, chunksize=1)
    seconds = time.monotonic() - began

    sent = sum(count for count, _, _ in results)
    tally, failures = collections.Counter(), {}
    for _, some, found in results:
        tally += some
        failures = found | failures
    for (operation, law, _), failure in sorted(failures.items(), key=str):
        print(f"\n{operation}: broken: {law}: {failure.what}")
        print("  " + failure.request.as_curl(options.url.rstrip("/")) + (f"  # as {failure.request.who}" if failure.request.who else ""))
    operations = Document(raw).operations
    succeeded = {operation for operation, status in tally if status < 300}
    reachable = [each.name for each in operations if owner or not each.for_admins]
    idle = [name for name in reachable if name not in succeeded] if sent >= ENOUGH else []
    for name in idle:
        print(f"\n{name}: never succeeded, so little of it was tried")

    statuses = collections.Counter()
    for (_, status), count in tally.items():
        statuses[status] += count
    print("\n" + ", ".join(f"{status}: {count}" for status, count in sorted(statuses.items())))
    print(f"{sent} requests to {len(operations)} operations in {seconds:.0f} s, seed {options.seed}, {len(failures)} laws broken")
    return 1 if failures or idle else 0


if __name__ == "__main__":
    sys.exit(main())
