#!/usr/bin/env python3
"""Sends the cases of a file to an HTTP server and judges its answers.

    exam.py HOST PORT CASES [--verbose]

The reader of responses is this file's own, so that nobody judges himself. A case is sent in one piece; whether the connection
lives on is found out by asking once more on it.
"""
import re
import socket
import sys

PATIENCE = 10  # seconds for an answer
AGAIN = b"GET /hello.txt HTTP/1.1\r\nHost: again\r\n\r\n"


def unescaped(text):
    def one(match):
        letter = match[1]
        return chr(int(letter[1:], 16)) if letter[0] == "x" else {"r": "\r", "n": "\n", "t": "\t"}.get(letter, letter)
    return re.sub(r"\\(x..|.)", one, text).encode("latin-1")


def read_cases(path):
    cases = []
    for line in open(path, encoding="utf-8"):
        kind, text = line[:2], line.rstrip("\n")[2:]
        if kind == "# ":
            cases.append({"rule": text, "request": b"", "expect": [], "content": None})
        elif kind == "> ":
            cases[-1]["request"] += unescaped(text)
        elif kind == "< ":
            cases[-1]["expect"].append(text)
        elif kind == "= ":
            cases[-1]["content"] = unescaped(text)
    return [case for case in cases if not case["rule"].endswith(" memory")]


class Ended(Exception):
    """The server has closed the connection."""


class Visit:
    def __init__(self, server):
        self.socket = socket.create_connection(server, timeout=PATIENCE)
        self.waiting = b""

    def send(self, octets):
        try:
            self.socket.sendall(octets)
        except OSError:
            pass  # What was answered before may still be read.

    def more(self):
        try:
            got = self.socket.recv(65536)
        except OSError as error:
            raise Ended from error
        if not got:
            raise Ended
        self.waiting += got

    def take_line(self):
        while b"\r\n" not in self.waiting:
            self.more()
        line, self.waiting = self.waiting.split(b"\r\n", 1)
        return line

    def take(self, count):
        while len(self.waiting) < count:
            self.more()
        octets, self.waiting = self.waiting[:count], self.waiting[count:]
        return octets

    def take_rest(self):
        try:
            while True:
                self.more()
        except Ended:
            octets, self.waiting = self.waiting, b""
            return octets

    def take_response(self, is_head):
        match = re.fullmatch(rb"HTTP/1\.1 ([1-5]\d\d) [^\r\n]*", self.take_line())
        assert match, "no status line"
        status, fields = int(match[1]), []
        while line := self.take_line():
            match = re.fullmatch(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([^\x00\r\n]*?)[ \t]*", line)
            assert match, f"a malformed field: {line}"
            fields.append((match[1].decode().lower(), match[2].decode("latin-1")))
        return status, fields, self.take_body(status, fields, is_head)

    def take_body(self, status, fields, is_head):
        lengths = [value for name, value in fields if name == "content-length"]
        codings = [value for name, value in fields if name == "transfer-encoding"]
        assert len(lengths) + len(codings) <= 1, "framed twice"
        if status < 200 or status in (204, 304):
            assert not codings and (status == 304 or not lengths), "framing where none may be"
        if is_head or status < 200 or status in (204, 304):
            return b""
        if lengths:
            return self.take(int(lengths[0]))
        if not codings:
            return self.take_rest()
        body = b""
        while size := int(self.take_line(), 16):
            body += self.take(size)
            assert self.take(2) == b"\r\n", "a chunk without its end"
        while self.take_line():
            pass
        return body


def is_alive(visit):
    visit.send(AGAIN)
    try:
        return visit.take_response(False)[0] == 200
    except Ended:
        return False


def judge(server, case, known):
    request = case["request"]
    for name, value in known.items():
        request = request.replace(b"{%s}" % name.encode(), value.encode())
    *statuses, fate = case["expect"][0].split()
    visit = Visit(server)
    visit.send(request)
    responses = []
    try:
        for _ in statuses:
            responses.append(visit.take_response(not responses and request.startswith(b"HEAD")))
    except Ended:
        pass
    got = [str(status) for status, _, _ in responses]
    assert got == statuses, f"answered {' '.join(got) or 'nothing'}, wanted {' '.join(statuses)}"
    alive = is_alive(visit)
    assert alive == (fate == "keeps"), "the connection lives on" if alive else "the connection has ended"
    _, fields, body = responses[-1]
    for wanted in case["expect"][1:]:
        if wanted.startswith("!"):
            assert all(name != wanted[1:] for name, _ in fields), f"has {wanted[1:]}"
        else:
            name, text = wanted.split(": ", 1)
            assert any(name == other and text in value for other, value in fields), f"no {wanted}"
    assert case["content"] is None or body == case["content"], f"content {body[:60]}"
    visit.socket.close()


def main():
    server = (sys.argv[1], int(sys.argv[2]))
    first = Visit(server)
    first.send(b"HEAD /hello.txt HTTP/1.1\r\nHost: a\r\n\r\n")
    fields = dict(first.take_response(True)[1])
    known = {"etag": fields["etag"], "modified": fields["last-modified"]}
    cases, wrong = read_cases(sys.argv[3]), 0
    for case in cases:
        try:
            judge(server, case, known)
        except (AssertionError, Ended, OSError, ValueError) as error:
            wrong += 1
            print(f"wrong: {case['rule']}: {error!r}")
    print(f"{'300 or more' if len(cases) >= 300 else len(cases)} cases, {wrong} wrong")
    return 1 if wrong else 0


sys.exit(main())
