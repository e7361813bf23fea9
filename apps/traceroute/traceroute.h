// Sends probes with a TTL of 1, 2, 3 ... and tells who says that it ran out (RFC 1812 5.3.1), until the host itself answers.
//
// Told: a Program to use and whom to look for. Answers: 0 if the host was reached, 1 if not.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "apps/common/program.h"

namespace sluice::traceroute {

struct Options {
    std::string host;  // as typed
    wire::Address address;
    std::uint64_t first_hop = 1;
    std::uint64_t hops_most = 30;
    std::uint64_t queries = 3;
    std::uint64_t port = 33434;
    Duration patience = 5s;
    bool by_icmp = false;
    bool numeric = false;
};

// Who answered a probe.
struct Answer {
    wire::Address from;
    Duration rtt{};
    bool is_host = false;   // the one we look for
    bool is_final = false;  // nobody behind it will answer
    std::string mark;       // "!H": why, if it is not the host
};

class Traceroute {
public:
    Traceroute(common::Program& program, Options options);
    int run();

private:
    bool show_hop(std::uint64_t hop);  // whether it was the last
    std::optional<Answer> probe(std::uint64_t hop);
    void send(std::uint64_t hop);
    std::optional<Answer> take_answer();
    std::optional<Answer> answer_of(const wire::DeliveryFailed& failed) const;

    common::Program& program_;
    Options options_;
    UdpSocket socket_;
    std::uint16_t identifier_;
    std::uint16_t number_ = 0;  // of the latest probe
    Instant sent_at_{};
    bool is_reached_ = false;
};

}  // namespace sluice::traceroute
