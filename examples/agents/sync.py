#!/usr/bin/env python3
"""Keeps the accounts like an export of the HR system: sends only what has changed since the last run, over FTPS.

    sync.py people.csv state.json

people.csv has the columns email, givenName, familyName, jobTitle, and everybody who works here. Who is new gets an
account with a seat, who changed is updated, who is missing is suspended. What the server refused is tried again with
the next run; so is the suspension of somebody who has not activated the account yet (1008). Python 3.8 or newer,
nothing else.

Settings are read from the environment:
    SPOOLGATE_HOST, SPOOLGATE_PORT (990), SPOOLGATE_LOGIN, SPOOLGATE_PASSWORD
    SPOOLGATE_CA            PEM file with the server's certificate, unless a public authority signed it
    SPOOLGATE_CUSTOMER      number of the customer
    SPOOLGATE_SUBSCRIPTION  what new people get a seat of
    SPOOLGATE_SUSPEND_MAX   10: an export that lacks more people than that is not believed
    SPOOLGATE_SECONDS       600: how long to wait for the result

Exit code: 0 done, or nothing to do; 1 refused; 2 no result in time.
"""

import csv
import ftplib
import io
import json
import os
import socket
import ssl
import sys
import time

# The name of this sender; nobody else uses it, because its numbers rise from file to file.
SOURCE = "SYNC"
FIELDS = ["givenName", "familyName", "jobTitle"]
HEADER = ["emailAddress", "action", "subscriptionId", *FIELDS]


class ImplicitFtps(ftplib.FTP_TLS):
    """ftplib speaks TLS after a greeting only; this one speaks it from the first byte."""

    def connect(self, host, port):
        self.host, self.port, self.timeout = host, port, 30
        plain = socket.create_connection((host, port), self.timeout)
        self.af = plain.family
        self.sock = self.context.wrap_socket(plain, server_hostname=host)
        self.file = self.sock.makefile("r", encoding=self.encoding)
        self.welcome = self.getresp()


def sign_in():
    context = ssl.create_default_context(cafile=os.environ.get("SPOOLGATE_CA"))
    client = ImplicitFtps(context=context)
    client.connect(os.environ["SPOOLGATE_HOST"], int(os.environ.get("SPOOLGATE_PORT", "990")))
    client.login(os.environ["SPOOLGATE_LOGIN"], os.environ["SPOOLGATE_PASSWORD"])
    client.prot_p()
    return client


def download(client, path):
    content = io.BytesIO()
    client.retrbinary("RETR " + path, content.write)
    return content.getvalue().decode("utf-8")


def changes(known, people):
    """Rows of a change file that make `known` into `people`: email -> the three fields."""
    subscription = os.environ["SPOOLGATE_SUBSCRIPTION"]
    for email, fields in people.items():
        if email not in known:
            yield [email, "Add", subscription, *fields]
        elif known[email] is None:
            yield [email, "Resume", "", "", "", ""]
            yield [email, "Update", "", *fields]
        elif known[email] != fields:
            yield [email, "Update", "", *fields]
    for email, fields in known.items():
        if email not in people and fields is not None:
            yield [email, "Suspend", "", "", "", ""]


def upload(client, name, rows):
    text = io.StringIO()
    csv.writer(text).writerows([HEADER, *rows])
    client.storbinary("STOR " + name, io.BytesIO(text.getvalue().encode("utf-8")))


def result_of(client, name):
    """What _status.json says of the file, once it was processed and its report is written; else None."""
    results = json.loads(download(client, "_status.json"))["results"]
    return next((result for result in results if result["file"] == name and result["report"]), None)


def wait_for(client, name):
    deadline = time.monotonic() + float(os.environ.get("SPOOLGATE_SECONDS", "600"))
    while time.monotonic() < deadline:
        result = result_of(client, name)
        if result:
            return result
        time.sleep(1)
    print(f"{name}: no result yet; _status.txt says what it waits for", file=sys.stderr)
    sys.exit(2)


def applied_entries(client, name, result):
    """Numbers of the entries that were applied, from the trace; none where the file was refused as a whole."""
    if result["written"] == 0:
        return set()
    trace = download(client, f"{result['folder']}/{name[:-4]}_trace.csv")
    return {int(row["entryNum"]) for row in csv.DictReader(io.StringIO(trace)) if row["resultCode"] == "0"}


def finish(state, state_file):
    """Sends what is to be sent, unless an earlier run did so and ended, and notes what was applied."""
    name, rows = state["sent"]["name"], state["sent"]["rows"]
    client = sign_in()
    result = result_of(client, name)
    if result is None:
        if name not in client.nlst():
            upload(client, name, rows)
        result = wait_for(client, name)
    applied = applied_entries(client, name, result)
    for entry, (email, action, _, *fields) in enumerate(rows, 1):
        if entry in applied:
            state["people"][email] = None if action == "Suspend" else fields
    state["sent"] = None
    save(state, state_file)
    print(f"{name}: {result['written']} of {result['entries']} applied")
    refused = result["errors"] > 0 or result["folder"] == "_error"
    if refused:
        print(download(client, "_report/" + result["report"]), end="", file=sys.stderr)
    client.quit()
    return 1 if refused else 0


def main(export, state_file):
    with open(export, encoding="utf-8", newline="") as file:
        people = {row["email"].lower(): [row[field] for field in FIELDS] for row in csv.DictReader(file)}
    state = {"number": 0, "people": {}, "sent": None}
    if os.path.exists(state_file):
        with open(state_file, encoding="utf-8") as file:
            state = json.load(file)
    if state["sent"]:
        finish(state, state_file)
    rows = list(changes(state["people"], people))
    if not rows:
        print("nothing to do")
        return 0
    suspended = sum(row[1] == "Suspend" for row in rows)
    if suspended > int(os.environ.get("SPOOLGATE_SUSPEND_MAX", "10")):
        print(f"{export} lacks {suspended} people: not believed, nothing was sent", file=sys.stderr)
        return 1

    # Numbers rise, also where two runs fall into one second.
    state["number"] = max(int(time.time()), state["number"] + 1)
    name = f"{os.environ['SPOOLGATE_CUSTOMER']}_{SOURCE}_PRV_{state['number']}.csv"
    # Kept before the upload: a run that ends in the middle is finished by the next one, and nothing is sent twice.
    state["sent"] = {"name": name, "rows": rows}
    save(state, state_file)
    return finish(state, state_file)


def save(state, state_file):
    """Whole or not at all."""
    with open(state_file + ".new", "w", encoding="utf-8") as file:
        json.dump(state, file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    os.replace(state_file + ".new", state_file)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit("usage: sync.py PEOPLE.csv STATE.json")
    sys.exit(main(sys.argv[1], sys.argv[2]))
