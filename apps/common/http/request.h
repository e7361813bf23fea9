// A judged request: what HeadReader collected, parsed and checked as far as that is possible without knowing the
// resource. RFC 9112 3.2, 6; RFC 9110 7.2, 9, 10.1.1.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

#include "apps/common/http/body_reader.h"
#include "apps/common/http/fields.h"
#include "apps/common/http/status.h"
#include "apps/common/http/target.h"

namespace sluice::http {

struct Request {
    std::string peer;  // the client's address and port
    std::string line;  // the request line as it came, for the log
    std::string method;
    Target target;
    int minor_version = 1;
    Fields fields;
    Framing framing;
    bool keep_alive = true;
    bool expects_continue = false;

    bool is_get() const { return method == "GET"; }
    bool is_head() const { return method == "HEAD"; }
    bool has_body() const { return framing.kind != Framing::Kind::none; }
};

// A request that could not be accepted, and as much of it as was understood.
struct Refused {
    Refusal refusal;
    bool is_head = false;
};

// `text` is the text of a complete HeadReader.
std::expected<Request, Refused> judge_request(std::string_view text);

}  // namespace sluice::http
