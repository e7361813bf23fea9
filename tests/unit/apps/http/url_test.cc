#include "apps/common/http/url.h"

#include <doctest/doctest.h>

#include <array>

#include "apps/common/http/client_request.h"

namespace sluice::http {
namespace {

TEST_CASE("the parts of a URL [RFC 3986 3]") {
    const auto url = parse_url("HTTP://Aladdin:open%20sesame@Host.TEST:8080/a/b?k=v&m=n#f");
    REQUIRE(url);
    CHECK(url->scheme == "http");
    CHECK(url->user == "Aladdin");
    CHECK(url->password == "open sesame");
    CHECK(url->host == "host.test");
    CHECK(url->port == 8080);
    CHECK(url->target == "/a/b?k=v&m=n");
    CHECK(url->fragment == "f");
    CHECK(url->text() == "http://host.test:8080/a/b?k=v&m=n");
}

TEST_CASE("scheme, port and path may be left out") {
    const auto url = parse_url("192.0.2.1");
    REQUIRE(url);
    CHECK(url->text() == "http://192.0.2.1/");
    CHECK(url->port == 80);
    CHECK_FALSE(url->has_port);
    CHECK(parse_url("localhost:8080/x")->text() == "http://localhost:8080/x");
    CHECK(parse_url("http://h?q")->target == "/?q");
    CHECK(parse_url("http://h:80/")->authority() == "h");
    CHECK(parse_url("http://h/../a/./b/..//c/.")->target == "/a//c/");
    CHECK(parse_url("http://h:/")->authority() == "h");
}

TEST_CASE("characters beyond ASCII become percent-encoded UTF-8 [RFC 3986 2.5]") {
    CHECK(parse_url("http://h/\xe6\x90\x9c?q=\xe4\xb8\xad|\"")->target == "/%E6%90%9C?q=%E4%B8%AD%7C%22");
}

TEST_CASE("what is no URL, and what is one that we cannot fetch") {
    for (const std::string_view text :
         {"", "how are you", "http://", "http:///x", "http://[", "http://h:x/", "http://h:99999/",
          "http://h:0/", "http://h/%zz", "http://h/a\nb", "http://h/\t", "http://:80/"}) {
        INFO(text);
        const auto url = parse_url(text);
        REQUIRE_FALSE(url);
        CHECK(url.error() == UrlError::malformed);
    }
    for (const std::string_view text : {"ftp://h/", "https://h/", "file:///etc/passwd", "gopher://h"}) {
        INFO(text);
        const auto url = parse_url(text);
        REQUIRE_FALSE(url);
        CHECK(url.error() == UrlError::unsupported_scheme);
    }
}

TEST_CASE("a Location is resolved against the URL that was asked for [RFC 3986 5.4]") {
    const auto base = parse_url("http://h:81/b/c/d?q#f").value();
    const auto resolved = [&](std::string_view location) { return resolve_url(base, location)->text(); };
    CHECK(resolved("/x") == "http://h:81/x");
    CHECK(resolved("g") == "http://h:81/b/c/g");
    CHECK(resolved("./g") == "http://h:81/b/c/g");
    CHECK(resolved("../g") == "http://h:81/b/g");
    CHECK(resolved("../../../g") == "http://h:81/g");
    CHECK(resolved("..") == "http://h:81/b/");
    CHECK(resolved(".") == "http://h:81/b/c/");
    CHECK(resolved("g;x=1/../y") == "http://h:81/b/c/y");
    CHECK(resolved("g?y/../x") == "http://h:81/b/c/g?y/../x");
    CHECK(resolved("?y") == "http://h:81/b/c/d?y");
    CHECK(resolved("//g/x") == "http://g/x");
    CHECK(resolved("http://g:82") == "http://g:82/");
    CHECK(resolved("a b") == "http://h:81/b/c/a%20b");
    CHECK(resolve_url(base, "/x")->fragment == "f");
    CHECK(resolve_url(base, "/x#y")->fragment == "y");
    CHECK(resolve_url(base, "ftp://g/").error() == UrlError::unsupported_scheme);
    CHECK(resolve_url(base, "http://:x").error() == UrlError::malformed);
}

TEST_CASE("a file name from a URL stays a name") {
    CHECK(file_name_of(parse_url("http://h/a/b%20c.txt?x").value()) == "b c.txt");
    for (const std::string_view text :
         {"http://h", "http://h/a/", "http://h/a/..", "http://h/%2e%2e", "http://h/a%2Fb", "http://h/a%00b"})
        CHECK(file_name_of(parse_url(text).value()).empty());
}

TEST_CASE("a request has Host first, its own fields last, and can be changed field by field [RFC 9110 7.2]") {
    const auto url = parse_url("http://u:p@h:81/x").value();
    ClientRequest request;
    request.agent = "me";
    CHECK(request_text(url, request) ==
          "GET /x HTTP/1.1\r\nHost: h:81\r\nAuthorization: Basic dTpw\r\nUser-Agent: me\r\nAccept: "
          "*/*\r\n\r\n");
    request.method = "PUT";
    request.is_1_0 = true;
    request.length = 5;
    request.range = "0-9";
    request.has_credentials = false;
    request.fields = {"host: other", "accept:", "X-Empty;", "X: y"};
    CHECK(request_text(url, request) ==
          "PUT /x HTTP/1.0\r\nUser-Agent: me\r\nRange: bytes=0-9\r\nContent-Length: 5\r\nhost: "
          "other\r\nX-Empty:\r\nX: y\r\n\r\n");
}

TEST_CASE("a field of the user's own cannot break the request") {
    for (const auto* good : {"X: y", "X:y", "X:", "X;", "X: \xc3\xa4"}) CHECK(is_field_line(good));
    for (const auto* bad : {"", "X", ": y", "X y: z", "X: y\r\nZ: w", "X: \n", "X: \x01", "X; y"})
        CHECK_FALSE(is_field_line(bad));
}

TEST_CASE("Base64 [RFC 4648 10]") {
    constexpr std::array<std::array<std::string_view, 2>, 7> vectors{{{"", ""},
                                                                      {"f", "Zg=="},
                                                                      {"fo", "Zm8="},
                                                                      {"foo", "Zm9v"},
                                                                      {"foob", "Zm9vYg=="},
                                                                      {"fooba", "Zm9vYmE="},
                                                                      {"foobar", "Zm9vYmFy"}}};
    for (const auto& [octets, text] : vectors) CHECK(base64(octets) == text);
    CHECK(base64("\xff\xfe") == "//4=");
}

}  // namespace
}  // namespace sluice::http
