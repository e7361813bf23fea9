#include "apps/common/http/access_log.h"

#include <doctest/doctest.h>

#include <algorithm>

namespace sluice::http {
namespace {

AccessRecord record_with(const std::string& text) {
    return {.client = "192.0.2.1",
            .received = Date(std::chrono::seconds(1609221082)),
            .request_line = text,
            .status = 200,
            .octets = 61,
            .referer = text,
            .agent = text};
}

TEST_CASE("Common and Combined Log Format") {
    AccessRecord record = record_with("GET / HTTP/1.1");
    record.referer.clear();
    record.agent = "curl/7.88.1";
    CHECK(access_line(record, LogFormat::combined) ==
          "192.0.2.1 - - [29/Dec/2020:05:51:22 +0000] \"GET / HTTP/1.1\" 200 61 \"-\" \"curl/7.88.1\"\n");
    CHECK(access_line(record, LogFormat::common) ==
          "192.0.2.1 - - [29/Dec/2020:05:51:22 +0000] \"GET / HTTP/1.1\" 200 61\n");
}

TEST_CASE("nothing a client sends breaks a line or its fields") {
    std::string all;
    for (int octet = 0; octet < 256; ++octet) all += static_cast<char>(octet);
    const std::string line = access_line(record_with(all), LogFormat::combined);
    CHECK(line.ends_with('\n'));
    CHECK(std::ranges::count(line, '\n') == 1);
    CHECK(std::ranges::all_of(line.substr(0, line.size() - 1), [](char c) { return c >= ' ' && c <= '~'; }));
    CHECK(line.contains("\\x0a"));
    CHECK(line.contains("\\x1b"));
    CHECK(line.contains("\\\""));
    CHECK(line.contains("\\\\"));
    CHECK(line.contains("\\xff"));
    CHECK(access_line(record_with("\" 200 0 \"x"), LogFormat::common).contains("\"\\\" 200 0 \\\"x\""));
}

TEST_CASE("an endless text is cut in the log") {
    CHECK(access_line(record_with(std::string(100'000, 'a')), LogFormat::common).size() < 3000);
}

}  // namespace
}  // namespace sluice::http
