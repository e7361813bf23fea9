#include "apps/common/http/reply_head.h"

#include <fmt/format.h>

#include <iterator>

#include "apps/common/http/status.h"

namespace sluice::http {
namespace {

// The length of the content where it is known before it is sent.
std::optional<std::uint64_t> length_of(const Answer& answer, const Framing& request) {
    if (const auto* text = std::get_if<std::string>(&answer.body)) return text->size();
    if (const auto* file = std::get_if<FileBody>(&answer.body)) return file->length();
    if (std::holds_alternative<std::monostate>(answer.body)) return 0;
    if (std::holds_alternative<EchoBody>(answer.body) && request.kind != Framing::Kind::chunked)
        return request.length;
    return {};
}

// RFC 9110 8.6, RFC 9112 6.1: neither length nor coding with 1xx and 204; 304 tells nothing about its content either.
bool may_have_content(int status) { return status >= 200 && status != 204 && status != 304; }

}  // namespace

ReplyHead make_reply_head(const Answer& answer, const ReplyFacts& facts) {
    ReplyHead head;
    head.close = facts.close;
    std::string framing;
    // RFC 9110 9.3.6: neither in the answer that opens a tunnel.
    const bool is_tunnel = std::holds_alternative<TunnelBody>(answer.body);
    if (may_have_content(answer.status) && !is_tunnel) {
        head.has_content = !facts.is_head;
        if (const auto length = length_of(answer, facts.request_framing)) {
            framing = fmt::format("Content-Length: {}\r\n", *length);
        } else if (facts.minor_version >= 1) {
            head.is_chunked = true;
            framing = "Transfer-Encoding: chunked\r\n";
        } else {
            head.close =
                true;  // RFC 9112 6.1: no chunks for HTTP/1.0; the end of the connection ends the content.
        }
    }
    auto to = std::back_inserter(head.text);
    fmt::format_to(to, "HTTP/1.1 {} {}\r\nDate: {}\r\n", answer.status, phrase_of(answer.status),
                   date_text(facts.date));
    if (!facts.server.empty()) fmt::format_to(to, "Server: {}\r\n", facts.server);
    for (const Field& field : answer.fields) fmt::format_to(to, "{}: {}\r\n", field.name, field.value);
    head.text += framing;
    // RFC 9112 9.3, 9.6.
    if (answer.status == 101 || is_tunnel)
        head.close = true;  // What follows is not HTTP.
    else if (head.close)
        head.text += "Connection: close\r\n";
    else if (facts.minor_version == 0)
        head.text += "Connection: keep-alive\r\n";
    head.text += "\r\n";
    return head;
}

}  // namespace sluice::http
