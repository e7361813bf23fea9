"""The name servers of the test net: root, com and cn, 163.com and others, and a local one that asks them and remembers.

Prints a line for each question: SERVER NAME TYPE. RFC 1034 4.3, RFC 1035 4; only A and NS, names without compression.
"""
import socket
import struct
import threading
import time

A, NS, SOA = 1, 2, 6
ROOT, COM, LOWER, LOCAL = "192.0.2.51", "192.0.2.52", "192.0.2.54", "192.0.2.53"
# Zone: its server, its records, and what it delegates (zone -> name and address of the server).
ZONES = {
    ROOT: {"": ({}, {"com": ("ns.com", COM), "cn": ("ns.com", COM), "test": ("ns.163.com", LOWER)})},
    COM: {"com": ({}, {"163.com": ("ns.163.com", LOWER), "baidu.com": ("ns.163.com", LOWER),
                       "edu.com": ("ns.163.com", LOWER)}),
          "cn": ({"www.cn": "192.0.2.1"}, {})},
    LOWER: {"163.com": ({"www.163.com": "192.0.2.1", "mail.163.com": "192.0.2.1"}, {}),
            "baidu.com": ({"www.baidu.com": "192.0.2.1"}, {}),
            "edu.com": ({"www.lcu.edu.com": "192.0.2.1"}, {}),
            "test": ({"www.test": "192.0.2.1"}, {})},
}
TTL, NEGATIVE_TTL = 300, 60


def wire(name):
    return b"".join(bytes([len(label)]) + label.encode() for label in name.split(".") if label) + b"\0"


def record(name, kind, ttl, data):
    return wire(name) + struct.pack(">HHIH", kind, 1, ttl, len(data)) + data


def address(name, text, ttl=TTL):
    return record(name, A, ttl, socket.inet_aton(text))


def within(name, zone):
    return not zone or name == zone or name.endswith("." + zone)


def message(query, code=0, answer=(), authority=(), additional=(), flags=0):
    identity = query[:2]
    recursion = query[2] & 1
    question_end = query.index(b"\0", 12) + 5
    head = struct.pack(">HHHHH", 0x8000 | flags | recursion << 8 | code, 1, len(answer), len(authority), len(additional))
    return identity + head + query[12:question_end] + b"".join(answer) + b"".join(authority) + b"".join(additional)


def question(query):
    labels, at = [], 12
    while query[at]:
        labels.append(query[at + 1:at + 1 + query[at]].decode())
        at += 1 + query[at]
    return ".".join(labels).lower(), struct.unpack_from(">H", query, at + 1)[0]


def authoritative(me, query):
    name, kind = question(query)
    zone = max((z for z in ZONES[me] if within(name, z)), key=len, default=None)
    if zone is None:
        return message(query, code=5)
    records, delegated = ZONES[me][zone]
    if name == zone and kind == NS and me == ROOT:
        return message(query, answer=[record("", NS, TTL, wire("ns.root"))], additional=[address("ns.root", ROOT)],
                       flags=0x400)
    for lower, (server, at) in delegated.items():
        if within(name, lower):
            return message(query, authority=[record(lower, NS, TTL, wire(server))], additional=[address(server, at)])
    if name in records:
        answer = [address(name, records[name])] if kind == A else []
        return message(query, answer=answer, flags=0x400)
    start = wire("ns") + wire("root") + struct.pack(">IIIII", 1, 1, 1, 1, NEGATIVE_TTL)
    return message(query, code=3, authority=[record(zone, SOA, NEGATIVE_TTL, start)], flags=0x400)


class Local:
    """Asks from the root downwards, and remembers answers and who serves which zone."""

    def __init__(self):
        self.answers = {}
        self.servers = {"": ROOT}

    def ask(self, server, name, kind):
        query = struct.pack(">HHHHHH", 7, 0, 1, 0, 0, 0) + wire(name) + struct.pack(">HH", kind, 1)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
            s.settimeout(2)
            s.sendto(query, (server, 53))
            return s.recv(4096)

    def find(self, name):
        while True:
            zone = max((z for z in self.servers if within(name, z)), key=len)
            reply = self.ask(self.servers[zone], name, A)
            code, _, answers, authority, _ = struct.unpack_from(">HHHHH", reply, 2)
            if answers or code & 15 or code & 0x400:
                return reply[-4:] if answers else None
            # A referral: the zone, the name of its server, and the address at the very end.
            lower, at = [], reply.index(b"\0", 12) + 5
            while reply[at]:
                lower.append(reply[at + 1:at + 1 + reply[at]].decode())
                at += 1 + reply[at]
            self.servers[".".join(lower)] = socket.inet_ntoa(reply[-4:])

    def answer(self, query):
        name, kind = question(query)
        if name == "" and kind == NS:
            return message(query, answer=[record("", NS, TTL, wire("ns.root"))], additional=[address("ns.root", ROOT)],
                           flags=0x80)
        fresh = name not in self.answers
        if fresh:
            self.answers[name] = (self.find(name), time.monotonic())
        found, since = self.answers[name]
        if found is None:
            start = wire("ns") + wire("root") + struct.pack(">IIIII", 1, 1, 1, 1, NEGATIVE_TTL)
            return message(query, code=3, authority=[record("test", SOA, NEGATIVE_TTL, start)], flags=0x80)
        ttl = TTL - int(time.monotonic() - since) - (0 if fresh else 1)
        return message(query, answer=[record(name, A, ttl, found)], flags=0x80)


def serve(me, label, answer):
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.bind((me, 53))
    while True:
        query, peer = s.recvfrom(4096)
        print(label, question(query)[0] or ".", question(query)[1], flush=True)
        s.sendto(answer(query), peer)


local = Local()
for me, label, answer in ((ROOT, "root", lambda q: authoritative(ROOT, q)), (COM, "com", lambda q: authoritative(COM, q)),
                          (LOWER, "163", lambda q: authoritative(LOWER, q)), (LOCAL, "local", local.answer)):
    threading.Thread(target=serve, args=(me, label, answer), daemon=True).start()
print("ready", flush=True)
threading.Event().wait()
