// What a back end is sent, and what of its answer is passed on. The whole way: tests/live/test_proxy.
#include "apps/common/http/proxy_site.h"

#include <doctest/doctest.h>

namespace sluice::http::test {
namespace {

const wire::Endpoint backend{wire::Address::v4(192, 0, 2, 8), 8080};

Request request(const std::string& text) {
    auto judged = judge_request(text);
    REQUIRE(judged);
    judged->peer = "192.0.2.1:50000";
    return *judged;
}

}  // namespace

TEST_CASE(
    "a request is passed on without what belongs to one hop, with Via and who asked [X3] [X5] [RFC 9110 "
    "7.6.1] [RFC 9110 7.6.3]") {
    const auto text = forwarded_head(request("GET /app/x?y=1 HTTP/1.1\r\nHost: public.test\r\nAccept: "
                                             "*/*\r\nConnection: close, X-Hop\r\nX-Hop: 1\r\n"
                                             "TE: trailers\r\nUpgrade: h2c\r\nVia: 1.0 other\r\n\r\n"),
                                     backend, 0);
    CHECK(text ==
          "GET /app/x?y=1 HTTP/1.1\r\nHost: 192.0.2.8:8080\r\nAccept: */*\r\nVia: 1.0 other, 1.1 sluice\r\n"
          "X-Forwarded-For: 192.0.2.1\r\nConnection: close\r\n\r\n");
}

TEST_CASE("a body has a length of its own; HEAD is asked as GET [RFC 9112 6]") {
    const auto text = forwarded_head(
        request("POST /app HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"), backend, 7);
    CHECK(text.find("Transfer-Encoding") == std::string::npos);
    CHECK(text.find("\r\nContent-Length: 7\r\n") != std::string::npos);
    CHECK(forwarded_head(request("HEAD /app HTTP/1.1\r\nHost: x\r\n\r\n"), backend, 0)
              .starts_with("GET /app "));
}

TEST_CASE("an answer's own fields are passed on, with Via [X3] [RFC 9110 7.6]") {
    Fields fields;
    for (const auto& [name, value] : {std::pair{"Content-Type", "text/plain"},
                                      {"Content-Length", "3"},
                                      {"Server", "x"},
                                      {"Date", "y"},
                                      {"Connection", "X-Hop"},
                                      {"X-Hop", "1"},
                                      {"Set-Cookie", "a=1"}})
        fields.add(name, value);
    const Fields kept = passed_on(fields);
    CHECK(kept.size() == 3);
    CHECK(kept.find("Content-Type") == "text/plain");
    CHECK(kept.find("Set-Cookie") == "a=1");
    CHECK(kept.find("Via") == "1.1 sluice");
}

}  // namespace sluice::http::test
