"""A guest behind a tap: asks UDP servers at port 53, as a machine that knows no ARP.

guest.py OWN_ADDRESS ADDRESS... prints, for each address, who answered: `yes`, `refused` by ICMP,
or `silence`.
"""

import fcntl
import os
import select
import struct
import sys

HARDWARE = bytes.fromhex("020000000001")
TUNSETIFF, IFF_TAP, IFF_NO_PI = 0x400454CA, 2, 0x1000


def packed(address):
    return bytes(map(int, address.split(".")))


def checksum(header):
    total = sum(struct.unpack("!10H", header))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def question(own, to):
    udp = struct.pack("!HHHH", 4000, 53, 12, 0) + b"who?"
    head = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(udp), 1, 0, 64, 17, 0) + own + to
    head = head[:10] + struct.pack("!H", checksum(head)) + head[12:]
    return HARDWARE + HARDWARE + b"\x08\x00" + head + udp


def answer(tap, to):
    while select.select([tap], [], [], 0.5)[0]:
        packet = os.read(tap, 2000)[14:]
        if packet[:1] != b"\x45":
            continue
        if packet[9] == 17 and packet[12:16] == to:
            return "yes"
        if packet[9] == 1 and packet[20] == 3:
            return "refused"
    return "silence"


tap = os.open("/dev/net/tun", os.O_RDWR)
fcntl.ioctl(tap, TUNSETIFF, struct.pack("16sH22x", b"tap0", IFF_TAP | IFF_NO_PI))
own, *others = map(packed, sys.argv[1:])
for other in others:
    # What is sent in the first moment after the tap was opened may be lost.
    for _ in range(3):
        os.write(tap, question(own, other))
        if (seen := answer(tap, other)) != "silence":
            break
    print(seen, flush=True)
