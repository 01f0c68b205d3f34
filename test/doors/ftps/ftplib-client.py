"""Uploads two files, lists and downloads with Python's ftplib: port, login, password, file, empty file."""

import json
import sys

from implicit_ftps import signed_in

port, login, password, path, empty_path = sys.argv[1:]
client = signed_in(port, login, password)
with open(path, "rb") as content:
    client.storbinary("STOR 1_PRV_1.csv", content)
with open(empty_path, "rb") as content:
    client.storbinary("STOR empty.csv", content)
fetched = []
client.retrbinary("RETR 1_PRV_1.csv", fetched.append)
with open(path, "rb") as content:
    same = content.read() == b"".join(fetched)
names = sorted(name for name, facts in client.mlsd())
assert sorted(client.nlst()) == names
print(json.dumps({"names": names, "size": client.size("1_PRV_1.csv"), "same": same}))
client.quit()
