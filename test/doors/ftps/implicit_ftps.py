"""Python's ftplib knows explicit TLS only: this client speaks TLS from the first byte."""

import ftplib
import socket
import ssl


class ImplicitFtps(ftplib.FTP_TLS):
    def connect(self, host, port):
        self.host, self.port, self.timeout = host, port, 10
        plain = socket.create_connection((host, port), self.timeout)
        self.af = plain.family
        self.sock = self.context.wrap_socket(plain, server_hostname=host)
        self.file = self.sock.makefile("r", encoding=self.encoding)
        self.welcome = self.getresp()


def signed_in(port, login, password, version=None):
    """version: TLSv1_2 or TLSv1_3; left out, whatever both sides like best."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    if version:
        context.minimum_version = context.maximum_version = ssl.TLSVersion[version]
    client = ImplicitFtps(context=context)
    client.connect("127.0.0.1", int(port))
    client.login(login, password, secure=False)
    client.prot_p()
    return client
