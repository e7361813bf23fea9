// Sends echo requests at an interval and tells about what comes back (RFC 792, RFC 1122 3.2.2.6).
//
// Told: a Program to use and what to send. Answers: 0 if any reply came, 1 if none.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "apps/common/program.h"
#include "apps/ping/report.h"

namespace sluice::ping {

struct Options {
    std::string host;  // as typed
    wire::Address address;
    std::uint64_t count = 0;      // 0: until stopped
    std::uint64_t size = 56;      // octets of data
    std::uint64_t hop_limit = 0;  // 0: the stack's setting
    Duration interval = 1s;
    Duration patience = 10s;  // for the last reply, when none came yet
    bool dont_fragment = false;
    bool is_quiet = false;
};

class Ping {
public:
    Ping(common::Program& program, Options options);
    int run();

private:
    struct Probe {
        Instant sent_at = never;  // never: not in use
        bool is_answered = false;
    };

    void send();
    void collect();
    void on_reply(const net::EchoReply& reply);
    void on_failure(const wire::DeliveryFailed& failed);
    bool is_finished() const;
    Duration grace() const;

    common::Program& program_;
    Options options_;
    std::uint16_t identifier_;
    std::vector<std::uint8_t> data_;
    std::vector<Probe> probes_;  // by sequence number
    Statistics statistics_;
    std::uint64_t answered_or_failed_ = 0;
    Instant last_sent_{};
};

}  // namespace sluice::ping
