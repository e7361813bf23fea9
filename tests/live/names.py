#!/usr/bin/env python3
"""A name server for live tests, on 192.0.2.1: every name that ends in .test has the address 192.0.2.1, others do not exist.
Prints each name it is asked for."""
import socket
import struct

with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
    s.bind(("192.0.2.1", 53))
    while True:
        question, sender = s.recvfrom(512)
        at, labels = 12, []
        while question[at]:
            labels.append(question[at + 1:at + 1 + question[at]].decode())
            at += 1 + question[at]
        end = at + 5
        known = labels[-1] == "test"
        print(".".join(labels), flush=True)
        flags = 0x8580 if known else 0x8583
        answer = struct.pack("!HHHHHH", struct.unpack("!H", question[:2])[0], flags, 1, int(known), 0, 0) + question[12:end]
        if known:
            answer += b"\xc0\x0c" + struct.pack("!HHIH", 1, 1, 60, 4) + socket.inet_aton("192.0.2.1")
        s.sendto(answer, sender)
