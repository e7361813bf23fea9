// What a client prefers among what there is.
#include "apps/common/http/negotiate.h"

#include <doctest/doctest.h>

namespace sluice::http::test {
namespace {

Coding coding(std::string_view list) {
    Fields fields;
    fields.add("Accept-Encoding", list);
    return choose_coding(fields);
}

std::vector<std::string> languages(std::string_view list) {
    Fields fields;
    fields.add("Accept-Language", list);
    return languages_to_try(fields);
}

TEST_CASE("weights choose between gzip and the plain file [RFC 9110 12.5.3]") {
    CHECK(choose_coding({}) == Coding::identity);
    CHECK(coding("gzip") == Coding::gzip);
    CHECK(coding("GZIP") == Coding::gzip);
    CHECK(coding("x-gzip") == Coding::gzip);
    CHECK(coding("deflate, gzip;q=1.0, *;q=0.5") == Coding::gzip);
    CHECK(coding("gzip ; Q=0.5") == Coding::gzip);
    CHECK(coding("") == Coding::identity);
    CHECK(coding("br") == Coding::identity);
    CHECK(coding("gzip;q=0") == Coding::identity);
    CHECK(coding("gzip;q=0.000, *") == Coding::identity);
    CHECK(coding("identity, gzip;q=0.999") == Coding::identity);
    CHECK(coding("identity;q=0, gzip;q=0.001") == Coding::gzip);
    CHECK(coding("identity;q=0") == Coding::none_acceptable);
}

TEST_CASE("a malformed weight is none [RFC 9110 12.4.2]") {
    for (const auto* text : {"a;q=", "a;q=2", "a;q=1.001", "a;q=0.1234", "a;q=.5", "a;q=x", "a;q=-1"})
        CHECK(parse_preferences(text).at(0).weight == 1000);
    CHECK(parse_preferences("a;q=0.25").at(0).weight == 250);
    CHECK(parse_preferences("a;q=1.").at(0).weight == 1000);
    CHECK(parse_preferences("a;q=0.").at(0).weight == 0);
}

TEST_CASE("a list of preferences has a limit") {
    std::string list;
    for (int i = 0; i < 1000; ++i) list += "a,";
    CHECK(parse_preferences(list).size() == 32);
    CHECK(languages("a-b-c-d-e-f, g-h-i, j").size() == 8);
}

TEST_CASE("languages are tried by weight, each with its shorter forms [RFC 4647 3.4]") {
    CHECK(languages("en;q=0.5, zh-Hans-CN").size() == 4);
    CHECK(languages("en;q=0.5, zh-Hans-CN").front() == "zh-Hans-CN");
    CHECK(languages("en;q=0.5, zh-Hans-CN").back() == "en");
    CHECK(languages("en;q=0").empty());
    CHECK(languages("../../etc, a.b, a/b").empty());
}

}  // namespace
}  // namespace sluice::http::test
