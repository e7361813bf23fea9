// A tunnel through the server (RFC 9110 9.3.6): first the connection to the host that was asked for, then octets both ways until
// both ends have said all.
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "apps/common/http/answer.h"
#include "apps/common/http/settings.h"
#include "stack.h"

namespace sluice::http {

// Answers 200 once the connection is there, else 502.
class TunnelOpening final : public LaterAnswer, private Watcher {
public:
    TunnelOpening(Stack& stack, const wire::Endpoint& host, const Settings& settings);

    std::optional<Answer> take(const Moment& now) override;
    Instant deadline() const override { return deadline_; }
    void set_wake(std::function<void()> wake) override { wake_ = std::move(wake); }

private:
    void on_ready(Readiness readiness) override;

    std::shared_ptr<TcpSocket> host_ = std::make_shared<TcpSocket>();
    Error error_ = Error::none;
    bool is_open_ = false;
    Instant deadline_;
    std::function<void()> wake_;
};

// The client's socket and the host's, joined.
class Relay final : private Watcher {
public:
    // `wake` is called when the host's socket has something to move.
    Relay(TcpSocket& client, std::shared_ptr<TcpSocket> host, std::function<void()> wake);
    ~Relay();

    enum class Moved : std::uint8_t { nothing, something, over, failed };
    Moved pump();

private:
    // One direction, and whether its end was passed on.
    struct Way {
        TcpSocket& from;
        TcpSocket& to;
        bool is_over = false;
    };

    void on_ready(Readiness) override { wake_(); }
    static Moved move(Way& way);

    std::shared_ptr<TcpSocket> host_;
    Way up_;
    Way down_;
    std::function<void()> wake_;
};

}  // namespace sluice::http
