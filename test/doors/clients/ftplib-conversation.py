"""One client's conversation with Python's ftplib; prints what it found as JSON."""
import ftplib
import io
import json
import socket
import ssl
import sys

port, login, password, version, big_file = sys.argv[1:6]


class ImplicitFtps(ftplib.FTP_TLS):
    """ftplib knows explicit TLS only: the control connection is wrapped as it opens."""

    def connect(self, host, port):
        self.host, self.port = host, port
        self.sock = self.context.wrap_socket(socket.create_connection((host, port), 10))
        self.af = self.sock.family
        self.file = self.sock.makefile("r", encoding=self.encoding)
        self.welcome = self.getresp()


context = ssl.create_default_context()
context.check_hostname = False
context.verify_mode = ssl.CERT_NONE
context.minimum_version = context.maximum_version = getattr(ssl.TLSVersion, version.replace(".", "_"))


def open_client():
    client = ImplicitFtps(context=context)
    client.connect("127.0.0.1", int(port))
    client.login(login, password)
    client.prot_p()
    return client


def refused(action):
    try:
        action()
        return False
    except ftplib.error_perm:
        return True


client = open_client()
found = {}
found["names"] = sorted(client.nlst())
client.storbinary("STOR small.csv", io.BytesIO(b"first"))
client.storbinary("STOR small.csv", io.BytesIO(b"second, longer"))
client.storbinary("STOR empty.csv", io.BytesIO(b""))
with open(big_file, "rb") as big:
    client.storbinary("STOR big.part", big)
client.rename("big.part", "big.csv")
found["listed"] = [len(client.nlst()) for _ in range(6)]
back = io.BytesIO()
client.retrbinary("RETR big.csv", back.write)
with open(big_file, "rb") as big:
    content = big.read()
found["same"] = back.getvalue() == content
tail = io.BytesIO()
client.retrbinary("RETR big.csv", tail.write, rest=len(content) - 10)
found["resumed"] = tail.getvalue() == content[-10:]
client.delete("big.csv")
found["outside"] = refused(lambda: client.retrbinary("RETR ../../etc/passwd", lambda _: None))
found["resume refused"] = refused(lambda: client.storbinary("STOR small.csv", io.BytesIO(b"x"), rest=3))
client.quit()

half = open_client()
connection = half.transfercmd("STOR aborted.csv")
connection.sendall(b"half of it")
connection.unwrap = None
connection.shutdown(socket.SHUT_RDWR)
half.close()
print(json.dumps(found))
