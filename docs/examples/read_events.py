"""Reads the list of events at its own pace and works on each once. Standard library only.

DESK=http://127.0.0.1:5080 TOKEN=dh_… python3 read_events.py store.db

The cursor is kept in the transaction of the work, so that nothing is lost or done twice when this is stopped at any moment.
Asks until there is no more; run it by a timer, or in a loop.
"""
import json
import os
import sqlite3
import sys
import urllib.error
import urllib.parse
import urllib.request


def page(after):
    query = {"limit": 100, "type": ["ticket.created", "ticket.status_changed"]}
    if after:
        query["after"] = after
    request = urllib.request.Request(
        f"{os.environ['DESK']}/api/v1/events?{urllib.parse.urlencode(query, doseq=True)}",
        headers={"Authorization": f"Bearer {os.environ['TOKEN']}"},
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)


def work(store, event):
    ticket = event["data"]["ticket"]
    store.execute("INSERT OR REPLACE INTO tickets VALUES (?, ?, ?)", (ticket["id"], ticket["subject"], ticket["status"]))
    print(event["eventType"], ticket["reference"], ticket["status"])


store = sqlite3.connect(sys.argv[1])
store.execute("CREATE TABLE IF NOT EXISTS cursor (one INTEGER PRIMARY KEY CHECK (one = 1), after TEXT)")
store.execute("CREATE TABLE IF NOT EXISTS tickets (id TEXT PRIMARY KEY, subject TEXT, status TEXT)")
more = True
while more:
    row = store.execute("SELECT after FROM cursor").fetchone()
    answer = page(row and row[0])
    with store:  # one transaction: the work and how far it is
        for event in answer["data"]:
            work(store, event)
        store.execute("INSERT OR REPLACE INTO cursor VALUES (1, ?)", (answer["pagination"]["nextCursor"],))
    more = answer["pagination"]["hasMore"]
