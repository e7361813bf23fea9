#include "apps/common/http/server_connection.h"

#include <algorithm>
#include <exception>

namespace sluice::http {
namespace {

HeadLimits limits_of(const Settings& settings) {
    return {.first_line = settings.max_request_line,
            .field_line = settings.max_field_line,
            .head = settings.max_header,
            .fields = settings.max_fields};
}

}  // namespace

ServerConnection::ServerConnection(ServerParts& parts, std::string client, const Moment& now)
    : parts_(parts),
      head_(HeadReader::Kind::request, limits_of(parts.settings)),
      client_(std::move(client)),
      input_deadline_(later(now.at, parts.settings.header_timeout)) {}

bool ServerConnection::is_idle() const {
    return fate_ == Fate::open && input_ == Input::head && reply_ == Reply::none && !head_.has_begun();
}

bool ServerConnection::wants_input() const {
    constexpr std::uint64_t echo_octets_max = 65536;
    if (fate_ == Fate::finishing) return true;
    if (fate_ != Fate::open || input_ == Input::none) return false;
    return input_ == Input::head || reply_ != Reply::streaming || queue_.waiting_text() < echo_octets_max;
}

std::size_t ServerConnection::take(std::string_view octets, const Moment& now) {
    if (fate_ == Fate::finishing) return octets.size();
    std::size_t used = 0;
    while (used < octets.size() && wants_input() && fate_ == Fate::open) {
        const auto rest = octets.substr(used);
        used += input_ == Input::head ? take_head(rest, now) : take_body(rest, now);
    }
    // The reply waits until what has already arrived of the body was judged: broken framing is answered with 400.
    if (fate_ == Fate::open && reply_ == Reply::due && now.at >= reply_at_) start_reply(now);
    return used;
}

std::size_t ServerConnection::take_head(std::string_view octets, const Moment& now) {
    if (!head_.has_begun()) {
        input_deadline_ = later(now.at, parts_.settings.header_timeout);
        record_ = {};
    }
    const std::size_t used = head_.take(octets);
    if (head_.is_complete() || head_.refusal()) begin_exchange(now);
    return used;
}

void ServerConnection::begin_exchange(const Moment& now) {
    record_.client = client_;
    record_.received = now.date;
    record_.request_line = head_.first_line();
    queue_.reset_count();
    in_exchange_ = true;
    minor_version_ = 1;
    if (head_.refusal()) return refuse(*head_.refusal(), false, now);
    auto request = judge_request(head_.text());
    if (!request) return refuse(request.error().refusal, request.error().is_head, now);
    accept_request(std::move(*request), now);
}

void ServerConnection::accept_request(Request request, const Moment& now) {
    record_.referer = request.fields.find("Referer").value_or("");
    record_.agent = request.fields.find("User-Agent").value_or("");
    framing_ = request.framing;
    minor_version_ = request.minor_version;
    is_head_request_ = request.is_head();
    if (framing_.kind == Framing::Kind::length && framing_.length > parts_.settings.max_body)
        return refuse({413, "The body is too large"}, is_head_request_, now);
    request.peer = peer_;
    ask_site(request, now);
    close_after_ =
        !request.keep_alive || answer_.close || draining_ || parts_.settings.keep_alive_timeout == 0s;
    reply_ = Reply::due;
    reply_at_ = later(now.at, answer_.delay);
    // RFC 9110 7.8: after 101 everything that comes is the other protocol's.
    if (answer_.status == 101) framing_ = {Framing::Kind::until_close, 0};
    input_ = framing_.kind != Framing::Kind::none ? Input::body : Input::none;
    body_.emplace(framing_);
    // RFC 9110 10.1.1: told to go on, or told the final answer at once. In the second case the client may or may not send
    // the body, so the connection ends.
    if (request.expects_continue && takes_body())
        queue_.add_framing("HTTP/1.1 100 Continue\r\n\r\n");
    else if (request.expects_continue)
        close_after_ = true;
    if (request.expects_continue && !takes_body()) input_ = Input::none;
    plan_body(now);
}

// RFC 9110 15.6.1: a resource that breaks takes neither the connection nor the server with it.
void ServerConnection::ask_site(const Request& request, const Moment& now) {
    try {
        answer_ = parts_.site.answer(request, now);
    } catch (const std::exception&) {
        answer_ = error_answer(500, "This resource is broken");
    }
}

// How long the body may take, and whether waiting for a body that nobody wants is worth the connection.
void ServerConnection::plan_body(const Moment& now) {
    window_octets_ = 0;
    input_deadline_ = later(now.at, parts_.settings.body_timeout);
    write_deadline_ = later(now.at, parts_.settings.write_timeout);
    if (takes_body()) {
        if (std::holds_alternative<SinkBody>(answer_.body))
            reply_ = Reply::collecting;
        else
            start_reply(now);
        if (input_ == Input::none) body_ended(now);
    } else if (input_ == Input::body && framing_.length > parts_.settings.max_drain) {
        close_after_ = true;
    }
}

bool ServerConnection::takes_body() const {
    return std::holds_alternative<EchoBody>(answer_.body) || std::holds_alternative<SinkBody>(answer_.body);
}

void ServerConnection::refuse(const Refusal& refusal, bool is_head, const Moment& now) {
    record_.received = now.date;
    record_.client = client_;
    is_head_request_ = is_head;
    in_exchange_ = true;
    framing_ = {};
    answer_ = error_answer(refusal.status, refusal.why);
    if (refusal.status == 503) answer_.fields.add("Retry-After", "2");
    close_after_ = refusal.close || draining_;
    input_ = Input::none;
    start_reply(now);
}

std::size_t ServerConnection::take_body(std::string_view octets, const Moment& now) {
    constexpr std::size_t step_octets = 16384;  // so that an echo does not run far ahead of its room
    const auto step = body_->take(octets.substr(0, step_octets));
    window_octets_ += step.used;
    if (const auto refusal = judge_body()) {
        body_failed(*refusal, now);
        return step.used;
    }
    use_body_octets(step.data);
    if (body_->status() == BodyReader::Status::done)
        body_ended(now);
    else
        settle(now);
    return step.used;
}

std::optional<Refusal> ServerConnection::judge_body() const {
    if (body_->status() == BodyReader::Status::bad) return Refusal{400, "The body is not properly framed"};
    if (body_->received() > parts_.settings.max_body) return Refusal{413, "The body is too large"};
    return {};
}

// RFC 9112 8: once the framing is lost, nothing more can be read from this connection.
void ServerConnection::body_failed(const Refusal& refusal, const Moment& now) {
    if (reply_ == Reply::due || reply_ == Reply::collecting) return refuse(refusal, is_head_request_, now);
    if (reply_ == Reply::streaming) return end(Fate::broken);
    input_ = Input::none;
    close_after_ = true;
    settle(now);
}

void ServerConnection::body_ended(const Moment& now) {
    input_ = Input::none;
    if (reply_ == Reply::collecting) finish_sink(now);
    if (reply_ == Reply::streaming) {
        if (is_chunked_) queue_.add_framing("0\r\n\r\n");
        reply_ = Reply::complete;
    }
    settle(now);
}

void ServerConnection::end_of_input(const Moment& now) {
    if (fate_ == Fate::finishing) return end(Fate::over);
    if (input_ == Input::head && !head_.has_text()) return end(Fate::over);
    // RFC 9112 8: an incomplete request may be answered before closing.
    if (input_ == Input::head) {
        record_.request_line = head_.first_line();
        return refuse({400, "The request ends too early"}, false, now);
    }
    if (input_ == Input::body) {
        body_->end_of_input();
        if (body_->status() == BodyReader::Status::done) return body_ended(now);
        body_failed({400, "The body ends too early"}, now);
    }
}

void ServerConnection::sent(std::uint64_t octets, const Moment& now) {
    queue_.sent(octets);
    write_deadline_ = later(now.at, parts_.settings.write_timeout);
    // An echo that waited for room gets its whole time again.
    if (input_ == Input::body && reply_ == Reply::streaming)
        input_deadline_ = std::max(input_deadline_, later(now.at, parts_.settings.body_timeout));
    settle(now);
}

// What follows when a reply has been sent, when a body has ended.
void ServerConnection::settle(const Moment& now) {
    if (!in_exchange_ || fate_ != Fate::open) return;
    if (reply_ == Reply::complete && queue_.empty()) {
        write_record();
        reply_ = Reply::none;
    }
    if (reply_ != Reply::none) return;
    if (host_) return end(Fate::tunnel);
    if (close_after_ || draining_) return finish(now);
    if (input_ == Input::none) next_request(now);
}

void ServerConnection::next_request(const Moment& now) {
    in_exchange_ = false;
    head_ = HeadReader(HeadReader::Kind::request, limits_of(parts_.settings));
    body_.reset();
    answer_ = {};
    input_ = Input::head;
    input_deadline_ = later(now.at, parts_.settings.keep_alive_timeout);
    write_deadline_ = never;
}

// RFC 9112 9.6: closing at once while the client still sends would reset the connection and may take the response away from
// it. So we only end our direction, and read on for a while.
void ServerConnection::finish(const Moment& now) {
    fate_ = Fate::finishing;
    linger_deadline_ = later(now.at, parts_.settings.linger_timeout);
}

void ServerConnection::file_failed() { end(Fate::broken); }

void ServerConnection::lost(const Moment&) {
    if (reply_ != Reply::none) write_record();
    reply_ = Reply::none;
    end(Fate::over);
}

void ServerConnection::write_record() {
    record_.status = answer_.status;
    record_.octets = queue_.content_sent();
    parts_.log.record(record_);
}

}  // namespace sluice::http
