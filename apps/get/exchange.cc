#include "apps/get/exchange.h"

#include <fmt/format.h>

#include "apps/get/error.h"

namespace sluice::get {

using Event = http::ResponseReader::Event;

Exchange::Exchange(Connection& connection, Upload& upload, bool is_head_request, Listener listener)
    : connection_(connection),
      upload_(upload),
      reader_(is_head_request),
      listener_(std::move(listener)),
      room_(262144, '\0') {}

void Exchange::run(std::string request, Instant deadline, bool asks_first) {
    constexpr Duration patience = std::chrono::seconds(1);
    waiting_ = std::move(request);
    if (asks_first) body_from_ = clock_now() + patience;
    bool is_over = false;
    while (!is_over) {
        // A final answer that came early makes the rest of the upload pointless when it is an error (RFC 9112 9.5).
        const bool is_pointless = reader_.has_head() && reader_.head().status >= 300;
        const bool is_waiting =
            is_head_sent_ && waiting_.empty() && clock_now() < std::min(body_from_, deadline);
        const bool is_sending = !is_sent_ && !is_refused_ && !is_pointless && !is_waiting;
        const auto ready = is_waiting ? connection_.wait_until(std::min(body_from_, deadline))
                                      : connection_.wait(is_sending, deadline);
        if (ready.writable && is_sending) send_some();
        if (ready.readable) is_over = receive_some();
    }
}

void Exchange::send_some() {
    if (waiting_at_ == waiting_.size()) {
        if (!std::exchange(is_head_sent_, true) && clock_now() < body_from_) {
            waiting_.clear();
            waiting_at_ = 0;
            return;
        }
        waiting_ = upload_.next();
        waiting_at_ = 0;
        if (waiting_.empty()) {
            is_sent_ = true;
            return;
        }
    }
    const auto sent = connection_.send(std::string_view(waiting_).substr(waiting_at_));
    if (!sent) {
        is_refused_ = true;
        return;
    }
    waiting_at_ += *sent;
    if (is_head_sent_) uploaded_ += *sent;
}

// True when the response is complete.
bool Exchange::receive_some() {
    Connection::Received received;
    try {
        received = connection_.receive(room_);
    } catch (const TransferError&) {
        if (!is_refused_ || reader_.has_begun()) throw;
        throw TransferError(Exit::send_failed,
                            "the server closed the connection before it had the whole request");
    }
    if (received.nothing_yet) return false;
    if (received.octets.empty()) return end_of_input();
    return tell(received.octets);
}

bool Exchange::tell(std::string_view octets) {
    for (;;) {
        const bool was_in_body = reader_.has_head();
        const auto step = reader_.take(octets);
        if (was_in_body && listener_.on_raw && step.used > 0) listener_.on_raw(octets.substr(0, step.used));
        octets.remove_prefix(step.used);
        if (tell(step)) return true;
        if (step.event == Event::none) return false;
    }
}

bool Exchange::tell(const http::ResponseReader::Step& step) {
    switch (step.event) {
        case Event::none: return false;
        case Event::interim: body_from_ = {}; [[fallthrough]];
        case Event::head: listener_.on_head(reader_, step.event == Event::interim); return false;
        case Event::body: listener_.on_body(step.data); return false;
        case Event::done: return true;
        case Event::bad: fail();
    }
    return true;
}

bool Exchange::end_of_input() {
    if (reader_.end_of_input() == Event::done) return true;
    if (!reader_.has_begun()) throw TransferError(Exit::empty_reply, "an empty reply from the server");
    if (!reader_.has_head())
        throw TransferError(Exit::receive_failed, "the reply ends in the header section");
    const auto length = reader_.length();
    throw TransferError(Exit::partial, length ? fmt::format("the reply ends early, {} octets are missing",
                                                            *length - reader_.received())
                                              : "the reply ends before its last chunk");
}

void Exchange::fail() const {
    const Exit exit = reader_.has_head() ? Exit::receive_failed : Exit::weird_reply;
    throw TransferError(exit, fmt::format("not a proper reply: {}", reader_.why()));
}

}  // namespace sluice::get
