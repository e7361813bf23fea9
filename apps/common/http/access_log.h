// The access log: one line per response, in the formats people's tools read. Nothing a client sends can forge or break
// a line: quotes, backslashes and everything unprintable are escaped.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "apps/common/http/date.h"

namespace sluice::http {

struct AccessRecord {
    std::string client;  // address without port
    Date received{};
    std::string request_line;  // as it came; empty when there was none
    int status = 0;
    std::uint64_t octets = 0;  // of the body, as sent
    std::string referer;
    std::string agent;
};

enum class LogFormat : std::uint8_t { common, combined };

// 192.0.2.1 - - [29/Dec/2020:05:51:22 +0000] "GET / HTTP/1.1" 200 61 "-" "curl/7.88.1", with its line end.
std::string access_line(const AccessRecord& record, LogFormat format);

// Quotes, backslashes and everything that cannot be printed escaped, long texts cut; "-" for nothing.
std::string printable(std::string_view text);

class AccessSink {
public:
    virtual ~AccessSink() = default;
    virtual void record(const AccessRecord& record) = 0;
};

}  // namespace sluice::http
