// One request to a back end and its answer, kept until it is whole: 502 if there is none, 504 if it takes too long (RFC 9110 15.6.3,
// 15.6.5).
//
// Told: its socket's readiness, time when it is asked. Answers: the answer, once. Given up, it resets its connection.
#pragma once

#include <string>

#include "apps/common/http/answer.h"
#include "apps/common/http/response_reader.h"
#include "apps/common/http/settings.h"
#include "stack.h"

namespace sluice::http {

class BackendExchange final : public LaterAnswer, private Watcher {
public:
    BackendExchange(Stack& stack, const wire::Endpoint& backend, std::string request,
                    const Settings& settings);
    ~BackendExchange() override;

    std::optional<Answer> take(const Moment& now) override;
    Instant deadline() const override { return deadline_; }
    void set_wake(std::function<void()> wake) override { wake_ = std::move(wake); }

private:
    void on_ready(Readiness readiness) override;
    void send();
    void receive();
    void read(std::string_view octets);
    void fail(std::string_view why);
    void finish(Answer answer);

    TcpSocket socket_;
    std::string request_;  // what is left to send
    ResponseReader reader_{false};
    std::string body_;
    std::uint64_t body_most_;
    Instant deadline_;
    std::optional<Answer> answer_;
    bool is_connected_ = false;
    bool is_over_ = false;
    std::function<void()> wake_;
};

}  // namespace sluice::http
