// Reads responses as a client, without a socket: octets in, events out. Interim responses are told and passed over, the body
// comes without its framing. RFC 9112 4, 6.3, 8; RFC 9110 15.2.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "apps/common/http/body_reader.h"
#include "apps/common/http/head_parse.h"
#include "apps/common/http/head_reader.h"

namespace sluice::http {

class ResponseReader {
public:
    enum class Event : std::uint8_t {
        none,     // more octets are needed
        interim,  // a 1xx response: head() and head_text() are its
        head,     // the response: head() and head_text() are its
        body,     // `data` belongs to the body
        done,
        bad,  // why() says what is wrong
    };
    struct Step {
        std::size_t used = 0;
        Event event = Event::none;
        std::string_view data;
    };

    explicit ResponseReader(bool is_head_request);

    // Looks at octets up to the next event. Call again with the rest; with nothing left the answer is `none`, or `done`.
    Step take(std::string_view octets);
    // The peer will send no more: done if the connection's end is the body's end, else bad.
    Event end_of_input();

    bool has_begun() const { return head_.has_begun() || parsed_ || interims_ > 0; }
    bool has_head() const { return parsed_ && body_; }
    const ResponseHead& head() const { return *parsed_; }
    const std::string& head_text() const { return head_.text(); }
    std::string_view why() const { return why_; }
    std::uint64_t received() const { return body_ ? body_->received() : 0; }
    std::optional<std::uint64_t> length() const;  // of the body, where the head tells it
    bool keeps_connection() const;                // after `done`: another request may follow on it

private:
    Step take_head(std::string_view octets);
    Step end_head(Step step);
    bool choose_framing();
    Event fail(std::string_view why);

    HeadReader head_;
    std::optional<ResponseHead> parsed_;
    std::optional<BodyReader> body_;
    Framing framing_;
    std::string_view why_;
    std::uint32_t interims_ = 0;
    bool is_head_request_;
};

}  // namespace sluice::http
