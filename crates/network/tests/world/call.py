"""Calls out from a network namespace, as a function does: call.py ADDRESS..., prints for each what
an HTTP server there says, or how the call failed. `dns=ADDRESS` asks a UDP server at port 53."""

import errno
import socket
import sys


def call(address):
    with socket.create_connection((address, 80), 1) as stream:
        return stream.recv(99).decode()


def ask(address):
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as question:
        question.settimeout(1)
        question.connect((address, 53))
        question.send(b"who?")
        return question.recv(16).decode()


for what in sys.argv[1:]:
    verb, _, address = what.rpartition("=")
    try:
        print(ask(address) if verb == "dns" else call(address))
    except TimeoutError:
        print("silence")
    except OSError as error:
        print(errno.errorcode[error.errno])
