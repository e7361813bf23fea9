#include "apps/common/http/backend_exchange.h"

#include "apps/common/http/proxy_site.h"

namespace sluice::http {

BackendExchange::BackendExchange(Stack& stack, const wire::Endpoint& backend, std::string request,
                                 const Settings& settings)
    : request_(std::move(request)),
      body_most_(settings.max_backend_body),
      deadline_(later(stack.now(), settings.backend_timeout)) {
    auto socket = stack.connect({.remote = backend});
    if (!socket) {
        fail(text_of(socket.error()));
        return;
    }
    socket_ = std::move(*socket);
    socket_.watch(this);
}

BackendExchange::~BackendExchange() {
    if (socket_) socket_.abort();
}

std::optional<Answer> BackendExchange::take(const Moment& now) {
    if (answer_) return std::exchange(answer_, std::nullopt);
    if (now.at < deadline_) return std::nullopt;
    is_over_ = true;
    // Choice: who cannot be reached in time is as bad as who refuses; 504 is for those who were asked and are silent.
    if (!is_connected_) return error_answer(502, "The server behind this one cannot be reached");
    return error_answer(504, "The server behind this one took too long");
}

void BackendExchange::on_ready(Readiness readiness) {
    if (is_over_) return;
    is_connected_ = is_connected_ || readiness.writable;
    if (const Error error = socket_.take_error(); error != Error::none) return fail(text_of(error));
    send();
    receive();
}

void BackendExchange::send() {
    while (!request_.empty()) {
        const auto sent =
            socket_.write({reinterpret_cast<const std::uint8_t*>(request_.data()), request_.size()});
        if (!sent) return;  // No room yet; what is worse shows when reading.
        request_.erase(0, *sent);
    }
}

void BackendExchange::receive() {
    while (!is_over_) {
        const auto octets = socket_.peek();
        if (!octets && octets.error() == Error::would_block) return;
        if (!octets && octets.error() == Error::in_progress) return;
        if (!octets) return fail(text_of(octets.error()));
        if (octets->empty()) {
            const bool is_whole = reader_.end_of_input() == ResponseReader::Event::done;
            return is_whole
                       ? finish({reader_.head().status, passed_on(reader_.head().fields), std::move(body_)})
                       : fail(reader_.why());
        }
        const std::size_t size = octets->size();
        read({reinterpret_cast<const char*>(octets->data()), size});
        socket_.consume(size);
    }
}

void BackendExchange::read(std::string_view octets) {
    using Event = ResponseReader::Event;
    while (!is_over_ && !octets.empty()) {
        const auto step = reader_.take(octets);
        octets.remove_prefix(step.used);
        body_ += step.data;
        if (step.event == Event::bad) return fail(reader_.why());
        if (body_.size() > body_most_) return fail("its answer is too long");
        if (step.event == Event::done)
            return finish({reader_.head().status, passed_on(reader_.head().fields), std::move(body_)});
        if (step.used == 0 && step.event == Event::none) return;
    }
    // A body of no octets is done without any.
    if (!is_over_ && reader_.has_head() && reader_.take({}).event == Event::done)
        finish({reader_.head().status, passed_on(reader_.head().fields), std::move(body_)});
}

void BackendExchange::fail(std::string_view why) {
    finish(error_answer(502, "The server behind this one gave no answer: " + std::string(why)));
}

void BackendExchange::finish(Answer answer) {
    is_over_ = true;
    answer_ = std::move(answer);
    if (wake_) wake_();
}

}  // namespace sluice::http
