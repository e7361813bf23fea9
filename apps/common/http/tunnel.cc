#include "apps/common/http/tunnel.h"

#include <utility>

namespace sluice::http {

TunnelOpening::TunnelOpening(Stack& stack, const wire::Endpoint& host, const Settings& settings)
    : deadline_(later(stack.now(), settings.backend_timeout)) {
    auto socket = stack.connect({.remote = host});
    if (!socket) {
        error_ = socket.error();
        return;
    }
    *host_ = std::move(*socket);
    host_->watch(this);
}

void TunnelOpening::on_ready(Readiness readiness) {
    if (is_open_ || error_ != Error::none) return;
    error_ = host_->take_error();
    is_open_ = error_ == Error::none && readiness.writable;
    if ((is_open_ || error_ != Error::none) && wake_) wake_();
}

std::optional<Answer> TunnelOpening::take(const Moment& now) {
    if (error_ == Error::none && !is_open_ && now.at < deadline_) return std::nullopt;
    if (!is_open_) {
        if (error_ == Error::none) host_->abort();
        return error_answer(502, "The host cannot be reached");
    }
    host_->watch(nullptr);
    Answer answer;
    answer.body = TunnelBody{host_};
    return answer;
}

Relay::Relay(TcpSocket& client, std::shared_ptr<TcpSocket> host, std::function<void()> wake)
    : host_(std::move(host)), up_{client, *host_}, down_{*host_, client}, wake_(std::move(wake)) {
    host_->watch(this);
}

Relay::~Relay() {
    host_->watch(nullptr);
    if (!up_.is_over || !down_.is_over) host_->abort();
}

Relay::Moved Relay::pump() {
    const Moved up = move(up_);
    const Moved down = move(down_);
    if (up == Moved::failed || down == Moved::failed) return Moved::failed;
    if (up_.is_over && down_.is_over) return Moved::over;
    return up == Moved::something || down == Moved::something ? Moved::something : Moved::nothing;
}

Relay::Moved Relay::move(Way& way) {
    Moved moved = Moved::nothing;
    while (!way.is_over) {
        const auto octets = way.from.peek();
        if (!octets) return octets.error() == Error::would_block ? moved : Moved::failed;
        if (octets->empty()) {
            way.is_over = true;
            moved = Moved::something;
            return way.to.shutdown_write() ? moved : Moved::failed;
        }
        const auto taken = way.to.write(*octets);
        if (!taken) return taken.error() == Error::would_block ? moved : Moved::failed;
        way.from.consume(*taken);
        moved = Moved::something;
    }
    return moved;
}

}  // namespace sluice::http
