// Requests, right and wrong, and what becomes of them: the cases of tests/http/cases.txt without a network. Every request is
// sent in one piece, octet by octet, and cut in two at each place. tests/live/test_http_exam sends the same over a TAP.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <fstream>

#include "unit/apps/http/visit.h"

namespace sluice::http::test {
namespace {

struct Case {
    std::string rule;
    std::string request;
    std::string statuses;
    bool is_kept = false;
    std::vector<std::pair<std::string, std::string>>
        fields;  // of the last response; the value is contained in it
    std::vector<std::string> absent;
    std::optional<std::string> content;
};

std::string unescaped(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '\\') {
            out += text[i];
            continue;
        }
        switch (text[++i]) {
            case 'r': out += '\r'; break;
            case 'n': out += '\n'; break;
            case 't': out += '\t'; break;
            case 'x':
                out += static_cast<char>(std::stoi(std::string(text.substr(i + 1, 2)), nullptr, 16));
                i += 2;
                break;
            default: out += text[i];
        }
    }
    return out;
}

void add_expectation(Case& one, const std::string& text) {
    if (one.statuses.empty()) {
        const auto space = text.rfind(' ');
        one.statuses = text.substr(0, space);
        one.is_kept = text.substr(space + 1) == "keeps";
    } else if (text.starts_with('!')) {
        one.absent.push_back(text.substr(1));
    } else {
        const auto colon = text.find(": ");
        REQUIRE(colon != std::string::npos);
        one.fields.emplace_back(text.substr(0, colon), text.substr(colon + 2));
    }
}

std::vector<Case> read_cases() {
    std::ifstream file(SLUICE_HTTP_CASES);
    std::vector<Case> cases;
    for (std::string line; std::getline(file, line);) {
        const std::string text = line.size() > 2 ? line.substr(2) : "";
        if (line.starts_with("# ")) cases.emplace_back().rule = text;
        if (line.starts_with("> ")) cases.back().request += unescaped(text);
        if (line.starts_with("< ")) add_expectation(cases.back(), text);
        if (line.starts_with("= ")) cases.back().content = unescaped(text);
    }
    return cases;
}

void replace_all(std::string& text, std::string_view what, std::string_view by) {
    for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size()))
        text.replace(at, what.size(), by);
}

void judge(const Case& one, const Visit& visit) {
    std::vector<bool> heads;
    if (one.request.starts_with("HEAD")) heads.push_back(true);
    std::string statuses;
    const auto responses = visit.responses(heads);
    for (const Response& response : responses) {
        CHECK(response.is_complete);
        statuses += fmt::format("{}{}", statuses.empty() ? "" : " ", response.status);
    }
    REQUIRE(statuses == one.statuses);
    CHECK(visit.is_open() == one.is_kept);
    const Response& last = responses.back();
    // The last response says that the connection ends, unless the client could know it (RFC 9112 9.6).
    if (!one.is_kept) CHECK(last.fields.at("connection") == "close");
    for (const auto& [name, value] : one.fields) {
        INFO(name << ": " << value);
        REQUIRE(last.fields.contains(name));
        CHECK(last.fields.at(name).contains(value));
    }
    for (const std::string& name : one.absent) CHECK_FALSE(last.fields.contains(name));
    if (one.content) CHECK(last.body == *one.content);
}

TEST_CASE(
    "each request gets its statuses and its connection's fate, however it is cut [RFC 9110, RFC 9112]") {
    Visit first;
    first.sends("HEAD /hello.txt HTTP/1.1\r\nHost: a\r\n\r\n");
    const auto known = first.response(true).fields;
    auto cases = read_cases();
    REQUIRE(cases.size() >= 300);
    for (Case& one : cases) {
        INFO(one.rule);
        replace_all(one.request, "{etag}", known.at("etag"));
        replace_all(one.request, "{modified}", known.at("last-modified"));
        Visit whole;
        whole.sends(one.request);
        judge(one, whole);
        Visit octets;
        octets.sends_octet_by_octet(one.request);
        judge(one, octets);
        for (std::size_t cut = 1; cut < one.request.size(); ++cut) {
            Visit halves;
            halves.sends(one.request.substr(0, cut)).sends(one.request.substr(cut));
            CHECK(halves.received.size() == whole.received.size());
            CHECK(halves.is_open() == whole.is_open());
        }
    }
}

TEST_CASE("a NUL anywhere in the header section is refused [RFC 9110 5.5]") {
    const std::string request = "GET /hello.txt HTTP/1.1\r\nHost: a\r\nX: y\r\n\r\n";
    for (std::size_t at = 0; at + 4 < request.size(); ++at) {
        std::string bad = request;
        bad[at] = '\0';
        Visit visit;
        visit.sends(bad);
        CHECK(visit.response().status == 400);
        CHECK_FALSE(visit.is_open());
    }
}

}  // namespace
}  // namespace sluice::http::test
