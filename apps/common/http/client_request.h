// The header section of a request as a client writes it. RFC 9112 3, RFC 9110 7.2, 10.1, 11.6.2.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "apps/common/http/url.h"

namespace sluice::http {

struct ClientRequest {
    std::string method = "GET";
    bool is_1_0 = false;
    std::string agent;  // User-Agent; empty: none
    std::string referer;
    std::string range;                    // "0-9"; empty: none
    std::optional<std::uint64_t> length;  // of the content, where it is known
    bool is_chunked = false;              // content of unknown length
    std::string content_type;
    bool has_credentials = true;                            // those in the URL are sent
    std::vector<std::pair<std::string, std::string>> more;  // fields of the program's own besides
    bool is_for_proxy = false;                              // the target in absolute form (RFC 9112 3.2.2)
    // Fields of the user's own: "Name: value" replaces one of ours, "Name:" removes it, "Name;" sends an empty one.
    std::vector<std::string> fields;
};

std::string request_text(const Url& url, const ClientRequest& request);

// True for "Name: value", "Name:" and "Name;" with a name and value that cannot break the request.
bool is_field_line(std::string_view line);

std::string base64(std::string_view octets);  // RFC 4648 4

}  // namespace sluice::http
