// Heads to parts, and the heads that make Beast's assertions fail when they are on.
#include "apps/common/http/head_parse.h"

#include <doctest/doctest.h>

#include <array>

namespace sluice::http {
namespace {

TEST_CASE("a request head comes apart, its fields in order, twice if they are there twice [RFC 9112 3, 5]") {
    const auto head = parse_request_head("GET /x?y HTTP/1.0\r\nA: b\r\nC:\t d e \r\na: f\r\n\r\n");
    REQUIRE(head);
    CHECK(head->method == "GET");
    CHECK(head->target == "/x?y");
    CHECK(head->minor_version == 0);
    REQUIRE(head->fields.size() == 3);
    CHECK(head->fields.find("c") == "d e");
    CHECK(head->fields.joined("A") == "b, f");
    CHECK(head->fields.count("A") == 2);
    CHECK_FALSE(head->fields.joined("X"));
}

TEST_CASE("a response head comes apart [RFC 9112 4]") {
    const auto head = parse_response_head("HTTP/1.1 404 Not here\r\nA: b\r\n\r\n");
    REQUIRE(head);
    CHECK(head->status == 404);
    CHECK(head->reason == "Not here");
    CHECK(head->minor_version == 1);
    CHECK(head->fields.find("A") == "b");
}

TEST_CASE("no head stops the program, whatever the parser asserts") {
    constexpr std::array<std::string_view, 14> fields{
        "X: \r\n \r\n",
        "X:\r\n\t\r\n \r\n",
        "X: a\r\n b\r\n",
        "Content-Length: ,\r\n",
        "Content-Length: 1,\r\n",
        "Content-Length: 1,1\r\n",
        "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
        "Connection: ,\r\n",
        "Connection: @\r\n",
        "Connection: \"\r\n",
        "Upgrade: \r\n",
        "Transfer-Encoding: ,\r\n",
        "Content-Length: 18446744073709551616\r\n"};
    for (const auto field : fields) {
        INFO(field);
        const std::string text = "GET / HTTP/1.1\r\n" + std::string(field) + "\r\n";
        static_cast<void>(parse_request_head(text));
        static_cast<void>(parse_response_head("HTTP/1.1 200 OK\r\n" + std::string(field) + "\r\n"));
        for (std::size_t cut = 0; cut < text.size(); ++cut)
            CHECK_FALSE(parse_request_head(text.substr(0, cut)));
    }
}

TEST_CASE("long heads are read whole") {
    const std::string value(60000, 'v');
    const auto head = parse_request_head("GET / HTTP/1.1\r\nA: " + value + "\r\n\r\n");
    REQUIRE(head);
    CHECK(head->fields.find("A") == value);
}

}  // namespace
}  // namespace sluice::http
