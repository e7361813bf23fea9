// The header section of a response: what the site said and what every message has. RFC 9112 4, 6, 9; RFC 9110 6.6.1, 8.6.
#pragma once

#include <optional>
#include <string>

#include "apps/common/http/answer.h"

namespace sluice::http {

struct ReplyFacts {
    Date date{};
    std::string_view server;  // empty: no Server field
    bool is_head = false;     // the request was HEAD
    int minor_version = 1;    // of the request
    bool close = false;
    Framing request_framing;  // an echo has the length of what it echoes
};

struct ReplyHead {
    std::string text;
    bool has_content = false;  // content follows
    bool is_chunked = false;
    bool close = false;  // the connection must end after it, since nothing else ends the content
};

ReplyHead make_reply_head(const Answer& answer, const ReplyFacts& facts);

}  // namespace sluice::http
