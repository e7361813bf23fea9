// Whom the server is a proxy for, and where to. The octets of a tunnel: tests/live/test_proxy.
#include "apps/common/http/forward_site.h"

#include <doctest/doctest.h>

#include "apps/common/http/client_request.h"

namespace sluice::http::test {
namespace {

struct Own : Site {
    Answer answer(const Request&, const Moment&) override { return error_answer(405, "mine"); }
};

struct Proxy {
    explicit Proxy(std::string credentials = "")
        : site(own, stack, {{{wire::Address::v4(192, 0, 2, 8), 8080}}, std::move(credentials)}, settings) {}
    Answer asked(const std::string& head) {
        const auto request = judge_request(head + "\r\n\r\n");
        REQUIRE(request);
        return site.answer(*request, {});
    }
    bool passes_on(const std::string& head) { return std::holds_alternative<LaterBody>(asked(head).body); }
    StackConfig config;
    Stack stack{config};
    Settings settings;
    Own own;
    ForwardSite site;
};

constexpr const char* listed = "GET http://192.0.2.8:8080/x HTTP/1.1\r\nHost: 192.0.2.8:8080";
constexpr const char* tunnel = "CONNECT 192.0.2.8:8080 HTTP/1.1\r\nHost: 192.0.2.8:8080";

}  // namespace

TEST_CASE("a proxy leads to listed hosts and to no others [M9] [RFC 9110 9.3.6]") {
    Proxy proxy;
    CHECK(proxy.passes_on(listed));
    CHECK(proxy.passes_on(tunnel));
    const Answer other = proxy.asked("CONNECT 192.0.2.8:22 HTTP/1.1\r\nHost: 192.0.2.8:22");
    CHECK(other.status == 403);
    CHECK(other.close);
    CHECK(proxy.asked("CONNECT name.test:8080 HTTP/1.1\r\nHost: name.test:8080").status == 403);
    // RFC 9112 3.2.2: these may be our own.
    CHECK(proxy.asked("GET http://192.0.2.8/x HTTP/1.1\r\nHost: 192.0.2.8").status == 405);
    CHECK(proxy.asked("GET /x HTTP/1.1\r\nHost: 192.0.2.8:8080").status == 405);
}

TEST_CASE("who may use it must say so [K407] [X17] [X22] [RFC 9110 11.7]") {
    Proxy proxy("me:secret");
    for (const std::string head : {listed, tunnel}) {
        const Answer asked = proxy.asked(head);
        CHECK(asked.status == 407);
        CHECK(asked.fields.find("Proxy-Authenticate") == "Basic realm=\"proxy\", charset=\"UTF-8\"");
        CHECK(proxy.asked(head + "\r\nProxy-Authorization: Basic " + base64("me:wrong")).status == 407);
        CHECK(proxy.passes_on(head + "\r\nProxy-Authorization: basic " + base64("me:secret")));
    }
}

TEST_CASE("places are addresses with ports from 1 to 65535") {
    CHECK(parse_place("192.0.2.8:443", 80)->port == 443);
    CHECK(parse_place("192.0.2.8", 80)->port == 80);
    for (const char* bad :
         {"", ":80", "192.0.2.8:", "192.0.2.8:0", "192.0.2.8:65536", "192.0.2.8:1x", "name:80"})
        CHECK_FALSE_MESSAGE(parse_place(bad, 80), bad);
    CHECK_FALSE(parse_place("192.0.2.8", 0));
}

}  // namespace sluice::http::test
