// sluice-netstat --watch: one screen a second. Told: the rows of a program's control socket. Answers: the text of the screen, so
// that a test can read it. Owns what the screen remembers between two looks: the congestion window of each
// connection over the last twenty, and the counters of the look before.
#pragma once

#include <nlohmann/json.hpp>

#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <vector>

namespace sluice::netstat {

struct WatchChoice {
    std::string sort = "number";  // a name of sort_names
    std::string filter;           // shown: rows whose addresses, state or phase contain it
    bool colours = true;
    unsigned lines = 40;  // of the terminal
};

inline const std::vector<std::string> sort_names{"number", "state", "cwnd", "rtt", "flight", "retransmitted"};

// What a program tells at one moment, each an answer of its control socket.
struct Moment {
    nlohmann::json sockets, links, drops;
};

class Watch {
public:
    std::string screen(const Moment& moment, const WatchChoice& choice);

private:
    static constexpr std::size_t looks = 20;
    using History = std::deque<std::uint64_t>;

    void remember(const nlohmann::json& rows);
    std::string head(const Moment& moment);

    std::map<std::uint64_t, History> windows_;  // by number; only of connections in the latest look
    std::uint64_t frames_in_ = 0, frames_out_ = 0;
    bool has_looked_ = false;
};

// Eight heights, scaled to the largest.
std::string sparkline(const std::deque<std::uint64_t>& values);

}  // namespace sluice::netstat
