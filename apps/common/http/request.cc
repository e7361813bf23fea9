#include "apps/common/http/request.h"

#include <algorithm>
#include <array>

#include "apps/common/http/head_parse.h"
#include "apps/common/http/text.h"

namespace sluice::http {
namespace {

// RFC 9110 9.1 and RFC 5789: methods everybody has heard of; each resource says which of them it allows.
constexpr std::array<std::string_view, 9> known_methods{"GET",    "HEAD",    "OPTIONS", "POST", "PUT",
                                                        "DELETE", "CONNECT", "TRACE",   "PATCH"};

std::optional<Refusal> judge_host(const RequestHead& head) {
    // RFC 9112 3.2: 400 for an HTTP/1.1 request without Host, and for any with several or an invalid one.
    const auto count = head.fields.count("Host");
    if (count > 1) return Refusal{400, "more than one Host"};
    if (count == 0 && head.minor_version >= 1) return Refusal{400, "no Host"};
    if (count == 1 && !is_valid_host(*head.fields.find("Host"))) return Refusal{400, "Host is not a host"};
    return {};
}

// Transfer-Encoding is there. RFC 9112 6.1, 6.3.
std::expected<Framing, Refusal> judge_codings(const RequestHead& head, std::string_view codings) {
    const auto bad = [](int status, std::string_view why) { return std::unexpected(Refusal{status, why}); };
    // RFC 9112 6.1: in HTTP/1.0 the framing is faulty then.
    if (head.minor_version == 0) return bad(400, "Transfer-Encoding in HTTP/1.0");
    // RFC 9112 6.3 rule 3: an attempt at request smuggling or splitting; a server may reject it.
    if (head.fields.count("Content-Length") > 0) return bad(400, "Content-Length beside Transfer-Encoding");
    const auto elements = list_elements(codings);
    // RFC 9112 6.3 rule 4: without chunked as the last coding the length cannot be known: 400 and close.
    if (elements.empty() || !equals_ignoring_case(elements.back(), "chunked"))
        return bad(400, "Transfer-Encoding does not end in chunked");
    const auto chunked = std::ranges::count_if(
        elements, [](std::string_view element) { return equals_ignoring_case(element, "chunked"); });
    if (chunked > 1) return bad(400, "chunked more than once");  // RFC 9112 7.1: MUST NOT be applied twice.
    if (elements.size() > 1) return bad(501, "a transfer coding other than chunked");  // RFC 9112 6.1
    return Framing{Framing::Kind::chunked, 0};
}

std::expected<Framing, Refusal> judge_framing(const RequestHead& head) {
    if (const auto codings = head.fields.joined("Transfer-Encoding")) return judge_codings(head, *codings);
    const auto count = head.fields.count("Content-Length");
    if (count == 0) return Framing{Framing::Kind::none, 0};  // RFC 9112 6.3 rule 7
    // RFC 9112 6.3 rule 5: a list or several lines make an invalid message.
    // Choice: also when all are the same, which a recipient may forgive.
    if (count > 1) return std::unexpected(Refusal{400, "more than one Content-Length"});
    // RFC 9110 8.6: digits only; a recipient must anticipate numbers that are too large for it.
    const auto length = parse_decimal(*head.fields.find("Content-Length"));
    if (!length) return std::unexpected(Refusal{400, "Content-Length is not a number"});
    return Framing{*length == 0 ? Framing::Kind::none : Framing::Kind::length, *length};
}

// RFC 9112 9.3.
bool wants_keep_alive(const RequestHead& head) {
    const auto options = head.fields.joined("Connection").value_or("");
    if (list_contains(options, "close")) return false;
    return head.minor_version >= 1 || list_contains(options, "keep-alive");
}

// RFC 9110 10.1.1: the only expectation is 100-continue, and HTTP/1.0 has none.
std::optional<Refusal> judge_expectation(const RequestHead& head, Request& request) {
    const auto expected = head.fields.joined("Expect");
    if (!expected || head.minor_version == 0) return {};
    for (const auto element : list_elements(*expected))
        if (!equals_ignoring_case(element, "100-continue"))
            return Refusal{417, "only 100-continue can be expected", request.has_body()};
    request.expects_continue = request.has_body();
    return {};
}

// Errors after which it is still known where the request ends.
std::optional<Refusal> judge_meaning(const RequestHead& head, Request& request) {
    // RFC 9110 9.1: names of methods are case-sensitive; 501 for one that is not recognized.
    if (std::ranges::find(known_methods, head.method) == known_methods.end())
        return Refusal{501, "an unknown method", request.has_body()};
    auto target = parse_target(head.method, head.target);
    if (!target) return target.error();
    request.target = std::move(*target);
    return judge_expectation(head, request);
}

}  // namespace

std::expected<Request, Refused> judge_request(std::string_view text) {
    auto head = parse_request_head(text);
    if (!head) return std::unexpected(Refused{head.error()});
    const bool is_head = head->method == "HEAD";
    if (const auto refusal = judge_host(*head)) return std::unexpected(Refused{*refusal, is_head});
    const auto framing = judge_framing(*head);
    if (!framing) return std::unexpected(Refused{framing.error(), is_head});
    Request request;
    request.framing = *framing;
    request.minor_version = head->minor_version;
    request.keep_alive = wants_keep_alive(*head);
    if (auto refusal = judge_meaning(*head, request)) {
        refusal->close = refusal->close || !request.keep_alive || request.minor_version == 0;
        return std::unexpected(Refused{*refusal, is_head});
    }
    request.line = text.substr(0, text.find('\r'));
    request.method = std::move(head->method);
    request.fields = std::move(head->fields);
    return request;
}

}  // namespace sluice::http
