// The request target and the Host field (RFC 9112 3.2, RFC 9110 7.2, RFC 3986).
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "apps/common/http/status.h"

namespace sluice::http {

struct Target {
    enum class Form : std::uint8_t { origin, absolute, asterisk, authority };

    Form form = Form::origin;
    std::string host;                   // absolute and authority form: with its port
    std::vector<std::string> segments;  // of the path, decoded, without "." and ".."; none of them is empty
    bool is_directory = false;          // the path ends in a slash
    std::string query;                  // after "?", as it came
    bool has_query = false;

    // The path encoded again, "/a%20b/c", without the query. Never begins with two slashes, which would name a host.
    std::string path() const;
};

// The methods matter because some have a form of their own: OPTIONS the asterisk, CONNECT the authority.
std::expected<Target, Refusal> parse_target(std::string_view method, std::string_view target);

// RFC 9110 7.2: uri-host [ ":" port ]. An empty value is allowed.
bool is_valid_host(std::string_view value);

}  // namespace sluice::http
