// The first line of a message, judged before the rest has come. RFC 9112 2.3, 3.
#pragma once

#include <optional>
#include <string_view>

#include "apps/common/http/status.h"

namespace sluice::http {

std::optional<Refusal> judge_version(std::string_view version);
std::optional<Refusal> judge_request_line(
    std::string_view line);  // its shape and version, not what it asks for

}  // namespace sluice::http
