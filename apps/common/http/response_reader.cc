#include "apps/common/http/response_reader.h"

#include <algorithm>

#include "apps/common/http/text.h"

namespace sluice::http {
namespace {

// A client may be more patient than a server: it chose whom to talk to.
constexpr HeadLimits limits{.first_line = 16384, .field_line = 262144, .head = 524288, .fields = 1000};
constexpr std::uint32_t interims_max = 100;

}  // namespace

ResponseReader::ResponseReader(bool is_head_request)
    : head_(HeadReader::Kind::response, limits), is_head_request_(is_head_request) {}

ResponseReader::Step ResponseReader::take(std::string_view octets) {
    if (!why_.empty()) return {0, Event::bad, {}};
    if (!body_) return take_head(octets);
    Step step;
    while (step.used < octets.size() && body_->status() == BodyReader::Status::more && step.data.empty()) {
        const auto found = body_->take(octets.substr(step.used));
        step.used += found.used;
        step.data = found.data;
    }
    if (!step.data.empty())
        step.event = Event::body;
    else if (body_->status() == BodyReader::Status::done)
        step.event = Event::done;
    else if (body_->status() == BodyReader::Status::bad)
        step.event = fail("malformed chunks");
    return step;
}

ResponseReader::Step ResponseReader::take_head(std::string_view octets) {
    // An interim head was told by the last call; the next one begins.
    if (head_.is_complete()) {
        head_ = HeadReader(HeadReader::Kind::response, limits);
        parsed_.reset();
    }
    Step step;
    step.used = head_.take(octets);
    if (head_.refusal())
        step.event = fail(head_.refusal()->why);
    else if (head_.is_complete())
        return end_head(step);
    return step;
}

ResponseReader::Step ResponseReader::end_head(Step step) {
    auto parsed = parse_response_head(head_.text());
    if (!parsed) {
        step.event = fail(parsed.error().why);
        return step;
    }
    parsed_ = std::move(*parsed);
    // RFC 9110 15.2: a client passes over 1xx it did not ask for. We never ask for 101.
    if (parsed_->status >= 100 && parsed_->status < 200) {
        const bool is_too_much = ++interims_ > interims_max || parsed_->status == 101;
        step.event = is_too_much ? fail("an interim response that was not asked for") : Event::interim;
        return step;
    }
    step.event = choose_framing() ? Event::head : fail("no usable length of the body");
    return step;
}

// RFC 9112 6.3.
bool ResponseReader::choose_framing() {
    const int status = parsed_->status;
    const auto codings = parsed_->fields.joined("Transfer-Encoding");
    const auto lengths = parsed_->fields.joined("Content-Length");
    if (is_head_request_ || status == 204 || status == 304) {
        framing_ = {Framing::Kind::none, 0};
    } else if (codings) {
        const auto list = list_elements(*codings);
        const bool is_chunked = !list.empty() && equals_ignoring_case(list.back(), "chunked");
        if (is_chunked && list.size() > 1)
            return false;  // We asked for no other coding and could not undo it.
        framing_ = {is_chunked ? Framing::Kind::chunked : Framing::Kind::until_close, 0};
    } else if (lengths) {
        const auto list = list_elements(*lengths);
        const auto length = list.empty() ? std::nullopt : parse_decimal(list.front());
        // Rule 5: a list of equal numbers may be taken for one of them.
        if (!length ||
            std::ranges::any_of(list, [&](std::string_view other) { return other != list.front(); }))
            return false;
        framing_ = {Framing::Kind::length, *length};
    } else {
        framing_ = {Framing::Kind::until_close, 0};
    }
    body_.emplace(framing_);
    return true;
}

ResponseReader::Event ResponseReader::end_of_input() {
    if (!why_.empty()) return Event::bad;
    if (!body_) return fail(has_begun() ? "the header section ends too early" : "an empty reply");
    body_->end_of_input();
    return body_->status() == BodyReader::Status::done ? Event::done : fail("the body ends too early");
}

std::optional<std::uint64_t> ResponseReader::length() const {
    if (!body_ || framing_.kind != Framing::Kind::length) return {};
    return framing_.length;
}

// RFC 9112 9.3.
bool ResponseReader::keeps_connection() const {
    if (!body_ || body_->status() != BodyReader::Status::done || framing_.kind == Framing::Kind::until_close)
        return false;
    const auto options = parsed_->fields.joined("Connection").value_or("");
    if (list_contains(options, "close")) return false;
    if (parsed_->minor_version >= 1) return true;
    // RFC 9112 6.1: chunks from an HTTP/1.0 server are not to be trusted.
    return list_contains(options, "keep-alive") && framing_.kind != Framing::Kind::chunked;
}

ResponseReader::Event ResponseReader::fail(std::string_view why) {
    why_ = why;
    return Event::bad;
}

}  // namespace sluice::http
