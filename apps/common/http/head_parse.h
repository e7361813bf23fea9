// A complete head (HeadReader's text) to its parts. The only file that knows the parser library: Boost.Beast.
#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "apps/common/http/fields.h"
#include "apps/common/http/status.h"

namespace sluice::http {

struct RequestHead {
    std::string method;
    std::string target;
    int minor_version = 1;
    Fields fields;
};

struct ResponseHead {
    int status = 0;
    std::string reason;
    int minor_version = 1;
    Fields fields;
};

std::expected<RequestHead, Refusal> parse_request_head(std::string_view text);
std::expected<ResponseHead, Refusal> parse_response_head(std::string_view text);

}  // namespace sluice::http
