"""One action with Python's ftplib over implicit TLS: port, login, password, then put FILE NAME | names FOLDER | get PATH | remove PATH."""

import ftplib
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


port, login, password, action, *arguments = sys.argv[1:]
context = ssl.create_default_context()
context.check_hostname = False
context.verify_mode = ssl.CERT_NONE
client = ImplicitFtps(context=context)
client.connect("127.0.0.1", int(port))
client.login(login, password, secure=False)
client.prot_p()
if action == "put":
    with open(arguments[0], "rb") as content:
        client.storbinary("STOR " + arguments[1], content)
elif action == "names":
    print("\n".join(client.nlst(arguments[0])))
elif action == "get":
    client.retrbinary("RETR " + arguments[0], sys.stdout.buffer.write)
elif action == "remove":
    client.delete(arguments[0])
client.quit()
