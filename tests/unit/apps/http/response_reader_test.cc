#include "apps/common/http/response_reader.h"

#include <doctest/doctest.h>

#include <array>

namespace sluice::http {
namespace {

using Event = ResponseReader::Event;

struct Outcome {
    int status = 0;
    int interims = 0;
    std::string body;
    Event end = Event::none;
    bool keeps = false;
    friend bool operator==(const Outcome&, const Outcome&) = default;
};

bool take(ResponseReader& reader, std::string_view octets, Outcome& outcome) {
    for (;;) {
        const auto step = reader.take(octets);
        octets.remove_prefix(step.used);
        if (step.event == Event::none) return false;
        if (step.event == Event::interim) ++outcome.interims;
        if (step.event == Event::head) outcome.status = reader.head().status;
        if (step.event == Event::body) outcome.body += step.data;
        if (step.event != Event::done && step.event != Event::bad) continue;
        outcome.end = step.event;
        return true;
    }
}

// The connection ends after `octets`, which come in pieces of this size.
Outcome read(std::string_view octets, std::size_t piece, bool is_head) {
    ResponseReader reader(is_head);
    Outcome outcome;
    bool is_over = false;
    for (std::size_t at = 0; at < octets.size() && !is_over; at += piece)
        is_over = take(reader, octets.substr(at, piece), outcome);
    if (!is_over) outcome.end = reader.end_of_input();
    outcome.keeps = outcome.end == Event::done && reader.keeps_connection();
    return outcome;
}

struct Row {
    std::string_view rule;
    std::string_view response;
    Outcome outcome;
    bool is_head = false;
};

constexpr Event done = Event::done;
constexpr Event bad = Event::bad;

TEST_CASE("the end of a body is found as the head says, however the octets are cut [RFC 9112 6.3]") {
    const std::array rows{
        Row{"by length", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", {200, 0, "hello", done, true}},
        Row{"what follows is not its",
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhelloHTTP/1.1",
            {200, 0, "hello", done, true}},
        Row{"by chunks",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2;x\r\nlo\r\n0\r\nT: u\r\n\r\n",
            {200, 0, "hello", done, true}},
        Row{"by the end of the connection", "HTTP/1.1 200 OK\r\n\r\nhello", {200, 0, "hello", done, false}},
        Row{"by the end, with another coding",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nhello",
            {200, 0, "hello", done, false}},
        Row{"none for HEAD", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", {200, 0, "", done, true}, true},
        Row{"none for HEAD, chunked",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
            {200, 0, "", done, true},
            true},
        Row{"none for 204", "HTTP/1.1 204 No Content\r\n\r\n", {204, 0, "", done, true}},
        Row{"none for 304, whatever length it tells",
            "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n",
            {304, 0, "", done, true}},
        Row{"a length of zero", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", {200, 0, "", done, true}},
        Row{"equal lengths in a list",
            "HTTP/1.1 200 OK\r\nContent-Length: 2, 2\r\n\r\nhi",
            {200, 0, "hi", done, true}},
        Row{"different lengths",
            "HTTP/1.1 200 OK\r\nContent-Length: 2, 3\r\n\r\nhi!",
            {0, 0, "", bad, false}},
        Row{"no number", "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\nhi", {0, 0, "", bad, false}},
        Row{"chunks over another coding",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
            {0, 0, "", bad, false}},
        Row{"too short", "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nhello", {200, 0, "hello", bad, false}},
        Row{"no last chunk",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
            {200, 0, "hello", bad, false}},
        Row{"bad chunks",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n",
            {200, 0, "", bad, false}},
        Row{"line feeds alone", "HTTP/1.1 200 OK\nContent-Length: 2\n\nhi", {200, 0, "hi", done, true}},
        Row{"no reason phrase [9112 4]",
            "HTTP/1.1 200 \r\nContent-Length: 0\r\n\r\n",
            {200, 0, "", done, true}},
        Row{"interim responses are passed over [9110 15.2]",
            "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 "
            "OK\r\nContent-Length: 0\r\n\r\n",
            {200, 2, "", done, true}},
        Row{"a switch nobody asked for", "HTTP/1.1 101 Switching Protocols\r\n\r\n", {0, 0, "", bad, false}},
        Row{"only an interim response", "HTTP/1.1 100 Continue\r\n\r\n", {0, 1, "", bad, false}},
        Row{"close [9112 9.6]",
            "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n",
            {200, 0, "", done, false}},
        Row{"HTTP/1.0 closes", "HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n", {200, 0, "", done, false}},
        Row{"HTTP/1.0 with keep-alive",
            "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 0\r\n\r\n",
            {200, 0, "", done, true}},
        Row{"nothing", "", {0, 0, "", bad, false}},
        Row{"half a head", "HTTP/1.1 200 OK\r\nContent-", {0, 0, "", bad, false}},
        Row{"another protocol", "SSH-2.0-x\r\n", {0, 0, "", bad, false}},
        Row{"HTTP/2", "HTTP/2.0 200 OK\r\n\r\n", {0, 0, "", bad, false}},
        Row{"a folded line", "HTTP/1.1 200 OK\r\nX: y\r\n z\r\n\r\n", {0, 0, "", bad, false}},
        Row{"a status of two digits", "HTTP/1.1 20 OK\r\n\r\n", {0, 0, "", bad, false}},
    };
    for (const Row& row : rows) {
        INFO(row.rule);
        CHECK(read(row.response, row.response.size() + 1, row.is_head) == row.outcome);
        CHECK(read(row.response, 1, row.is_head) == row.outcome);
        CHECK(read(row.response, 7, row.is_head) == row.outcome);
    }
}

TEST_CASE("a server cannot send interim responses for ever") {
    ResponseReader reader(false);
    const std::string_view interim = "HTTP/1.1 100 Continue\r\n\r\n";
    int count = 0;
    while (count < 1000 && reader.take(interim).event == Event::interim) ++count;
    CHECK(count == 100);
}

TEST_CASE("a header section cannot grow for ever") {
    ResponseReader reader(false);
    reader.take("HTTP/1.1 200 OK\r\n");
    std::size_t taken = 0;
    ResponseReader::Step step;
    const std::string line = "X: " + std::string(1000, 'y') + "\r\n";
    while (step.event == Event::none && taken < 10'000'000) {
        step = reader.take(line);
        taken += line.size();
    }
    CHECK(step.event == Event::bad);
    CHECK(taken < 1'000'000);
}

TEST_CASE("the length is told where it is known") {
    ResponseReader known(false);
    known.take("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n");
    CHECK(known.length() == 5);
    ResponseReader unknown(false);
    unknown.take("HTTP/1.1 200 OK\r\n\r\n");
    CHECK_FALSE(unknown.length());
}

}  // namespace
}  // namespace sluice::http
