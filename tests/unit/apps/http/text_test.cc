#include "apps/common/http/text.h"

#include <doctest/doctest.h>

namespace sluice::http {
namespace {

using Elements = std::vector<std::string_view>;

TEST_CASE(
    "list elements are separated by commas outside of quoted strings, empty ones left out [RFC 9110 5.6.1]") {
    CHECK(list_elements("a, b ,c") == Elements{"a", "b", "c"});
    CHECK(list_elements(" , a,, b, ") == Elements{"a", "b"});
    CHECK(list_elements("\"a,b\", c") == Elements{"\"a,b\"", "c"});
    CHECK(list_elements("\"a\\\",b\", c") == Elements{"\"a\\\",b\"", "c"});
    CHECK(list_elements("\"a, b") == Elements{"\"a, b"});
    CHECK(list_elements("\"a\\") == Elements{"\"a\\"});
    CHECK(list_elements("").empty());
    CHECK(list_contains("Keep-Alive, Close", "close"));
    CHECK_FALSE(list_contains("closed", "close"));
}

TEST_CASE("a decimal number has digits only and fits 64 bits") {
    CHECK(parse_decimal("0") == 0);
    CHECK(parse_decimal("0042") == 42);
    CHECK(parse_decimal("18446744073709551615") == 18446744073709551615U);
    for (const auto* bad : {"", "-1", "+1", " 1", "1 ", "0x1", "18446744073709551616", "1.5"})
        CHECK_FALSE(parse_decimal(bad));
}

TEST_CASE("a port is a number from 1 to 65535") {
    CHECK(parse_port("1") == 1);
    CHECK(parse_port("65535") == 65535);
    for (const auto* bad : {"", "0", "65536", "99999", "-1", "http"}) CHECK_FALSE(parse_port(bad));
}

TEST_CASE("percent-decoding is exact, once, and refuses broken escapes [RFC 3986 2.1]") {
    CHECK(percent_decoded("a%20b%2F%c3%A4") == "a b/\xc3\xa4");
    CHECK(percent_decoded("%2541") == "%41");
    CHECK(percent_decoded("%00") == std::string(1, '\0'));
    for (const auto* bad : {"%", "%4", "%4g", "a%", "%%41"}) CHECK_FALSE(percent_decoded(bad));
}

TEST_CASE("a segment that was encoded is decoded to itself, whatever octets it holds [RFC 3986 2.1]") {
    std::string all;
    for (int octet = 0; octet < 256; ++octet) all += static_cast<char>(octet);
    const std::string encoded = percent_encoded_segment(all);
    CHECK(percent_decoded(encoded) == all);
    for (const char forbidden : {'/', '?', '#', '"', '<', '>', '&', '\'', '%', ':', ' '})
        CHECK(percent_encoded_segment(std::string(1, forbidden)).size() == 3);
}

TEST_CASE("what a URL cannot hold is encoded, its own escapes and separators are not [RFC 3986 2.1]") {
    CHECK(percent_encoded_url("http://h/\xe6\x90\x9c?q=\xc3\xa4&a=%20#x") ==
          "http://h/%E6%90%9C?q=%C3%A4&a=%20#x");
    CHECK(percent_encoded_url("/a b|\"") == "/a%20b%7C%22");
}

TEST_CASE("text in a page cannot become markup") {
    CHECK(html_escaped("<a href=\"x\" b='y'>&</a>") ==
          "&lt;a href=&quot;x&quot; b=&#39;y&#39;&gt;&amp;&lt;/a&gt;");
}

}  // namespace
}  // namespace sluice::http
