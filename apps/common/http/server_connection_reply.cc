// ServerConnection: making the reply, and time.
#include <fmt/format.h>

#include <algorithm>

#include "apps/common/http/reply_head.h"
#include "apps/common/http/server_connection.h"

namespace sluice::http {

void ServerConnection::start_reply(const Moment& now) {
    if (std::holds_alternative<LaterBody>(answer_.body)) return await_answer(now);
    const ReplyHead head = make_reply_head(answer_, {.date = now.date,
                                                     .server = parts_.server_name,
                                                     .is_head = is_head_request_,
                                                     .minor_version = minor_version_,
                                                     .close = close_after_,
                                                     .request_framing = framing_});
    close_after_ = head.close;
    is_chunked_ = head.is_chunked;
    write_deadline_ = later(now.at, parts_.settings.write_timeout);
    if (parts_.show) parts_.show(record_.request_line, head.text);
    queue_.add_framing(head.text);
    if (auto* tunnel = std::get_if<TunnelBody>(&answer_.body)) host_ = std::move(tunnel->host);
    const bool is_streamed = std::holds_alternative<EchoBody>(answer_.body);
    reply_ = is_streamed ? Reply::streaming : Reply::complete;
    if (!is_streamed && head.has_content) queue_content();
    if (auto* fed = std::get_if<FeedBody>(&answer_.body); fed && head.has_content) {
        feed_ = std::move(*fed);
        reply_ = Reply::feeding;
        queue_fed(now);
    }
    answer_.body = std::monostate();
}

void ServerConnection::queue_fed(const Moment& now) {
    feed_at_ = later(now.at, feed_.period);
    if (queue_.empty()) write_deadline_ = later(now.at, parts_.settings.write_timeout);
    queue_streamed(feed_.feed->take());
}

void ServerConnection::end_feed(const Moment& now) {
    if (is_chunked_) queue_.add_framing("0\r\n\r\n");
    feed_ = {};
    reply_ = Reply::complete;
    close_after_ = true;
    settle(now);
}

void ServerConnection::queue_content() {
    if (auto* text = std::get_if<std::string>(&answer_.body)) return queue_.add_content(std::move(*text));
    if (auto* file = std::get_if<FileBody>(&answer_.body)) return queue_.add_file(std::move(*file));
    if (auto* chunks = std::get_if<ChunkedBody>(&answer_.body)) {
        for (const std::string& piece : chunks->pieces) queue_streamed(piece);
        if (is_chunked_) queue_.add_framing("0\r\n\r\n");
    }
}

// RFC 9112 7.1: chunk-size CRLF chunk-data CRLF. An empty one would be the last.
void ServerConnection::queue_streamed(std::string_view data) {
    if (data.empty()) return;
    if (is_chunked_) queue_.add_framing(fmt::format("{:x}\r\n", data.size()));
    queue_.add_content(std::string(data));
    if (is_chunked_) queue_.add_framing("\r\n");
}

void ServerConnection::use_body_octets(std::string_view data) {
    if (data.empty()) return;
    if (reply_ == Reply::streaming) return queue_streamed(data);
    if (reply_ == Reply::collecting) return std::get<SinkBody>(answer_.body).sink->take(data);
    // Nobody wants it. Too much of it, and the connection is not worth it.
    if (body_->received() > parts_.settings.max_drain) {
        close_after_ = true;
        input_ = Input::none;
    }
}

void ServerConnection::finish_sink(const Moment& now) {
    const auto sink = std::get<SinkBody>(answer_.body).sink;
    replace_answer(sink->finish());
    start_reply(now);
}

void ServerConnection::await_answer(const Moment& now) {
    const auto later = std::get<LaterBody>(answer_.body).later;
    if (auto made = later->take(now)) {
        replace_answer(std::move(*made));
        return start_reply(now);
    }
    reply_ = Reply::awaited;
    later->set_wake(wake_);
}

// The site's own fields were added to the answer that stood for this one; they belong to it.
void ServerConnection::replace_answer(Answer answer) {
    const Fields added = std::move(answer_.fields);
    answer_ = std::move(answer);
    for (const Field& field : added) answer_.fields.add(field.name, field.value);
    close_after_ = close_after_ || answer_.close;
}

Instant ServerConnection::deadline() const {
    switch (fate_) {
        case Fate::over:
        case Fate::tunnel:
        case Fate::broken: return never;
        case Fate::finishing: return queue_.empty() ? linger_deadline_ : write_deadline_;
        case Fate::open: break;
    }
    Instant next = never;
    if (!queue_.empty()) next = write_deadline_;
    if (reply_ == Reply::due) next = std::min(next, reply_at_);
    if (reply_ == Reply::awaited) next = std::min(next, std::get<LaterBody>(answer_.body).later->deadline());
    // A client that does not read as fast is not told faster.
    if (reply_ == Reply::feeding && queue_.empty()) next = std::min(next, feed_at_);
    if (input_ != Input::none && wants_input()) next = std::min(next, input_deadline_);
    return next;
}

void ServerConnection::on_time(const Moment& now) {
    if (reply_ == Reply::awaited) return await_answer(now);
    if (now.at < deadline()) return;
    if (fate_ == Fate::finishing) return end(queue_.empty() ? Fate::over : Fate::broken);
    if (!queue_.empty() && now.at >= write_deadline_) return end(Fate::broken);
    if (reply_ == Reply::due && now.at >= reply_at_) return start_reply(now);
    if (reply_ == Reply::feeding && queue_.empty()) return queue_fed(now);
    if (input_ == Input::body) return time_out_body(now);
    // RFC 9110 15.5.9. A connection on which nothing came is closed without a word (RFC 9112 9.5).
    if (!head_.has_text()) return end(Fate::over);
    record_.request_line = head_.first_line();
    refuse({408, "The request did not arrive in time"}, false, now);
}

void ServerConnection::time_out_body(const Moment& now) {
    const auto period = std::chrono::duration<double>(parts_.settings.body_timeout).count();
    const auto enough = static_cast<std::uint64_t>(period * parts_.settings.body_rate);
    if (window_octets_ > 0 && window_octets_ >= enough) {
        window_octets_ = 0;
        input_deadline_ = later(now.at, parts_.settings.body_timeout);
        return;
    }
    body_failed({408, "The body did not arrive in time"}, now);
}

void ServerConnection::drain(const Moment& now) {
    draining_ = true;
    if (is_idle()) return end(Fate::over);
    if (reply_ == Reply::due || reply_ == Reply::collecting || reply_ == Reply::awaited) close_after_ = true;
    if (reply_ == Reply::feeding) return end_feed(now);
    settle(now);  // A reply that is complete but for a request body nobody wants need not wait for that.
}

void ServerConnection::refuse_busy(const Moment& now) { refuse({503, "Too many connections"}, false, now); }

}  // namespace sluice::http
