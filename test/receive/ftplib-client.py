"""Uploads two files, lists and downloads with Python's ftplib: port, login, password, file, empty file."""

import ftplib
import json
import socket
import ssl
import sys


class ImplicitFtps(ftplib.FTP_TLS):
    """ftplib knows explicit TLS only: this one speaks TLS from the first byte."""

    def connect(self, host, port):
        self.host, self.port, self.timeout = host, port, 10
        plain = socket.create_connection((host, port), self.timeout)
        self.af = plain.family
        self.sock = self.context.wrap_socket(plain, server_hostname=host)
        self.file = self.sock.makefile("r", encoding=self.encoding)
        self.welcome = self.getresp()


port, login, password, path, empty_path = sys.argv[1:]
context = ssl.create_default_context()
context.check_hostname = False
context.verify_mode = ssl.CERT_NONE
client = ImplicitFtps(context=context)
client.connect("127.0.0.1", int(port))
client.login(login, password, secure=False)
client.prot_p()
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
