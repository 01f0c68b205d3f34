"""Uploads a file that will be refused, and prints what ftplib makes of it: port, login, password, TLS version, file."""

import ftplib
import sys

from implicit_ftps import signed_in

port, login, password, version, path = sys.argv[1:]
client = signed_in(port, login, password, version)
try:
    with open(path, "rb") as content:
        print(client.storbinary("STOR refused.csv", content))
except (ftplib.Error, OSError) as error:
    print(type(error).__name__, error)
print("then", client.voidcmd("NOOP"))
