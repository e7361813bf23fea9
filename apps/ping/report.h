// What ping prints, in the words of iputils, and the figures behind it. Pure; main.cc and ping.cc do the rest.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>

#include "base/time.h"
#include "wire/packet.h"

namespace sluice::ping {

// "0.045", "1.23", "12.3", "150": as many places as iputils shows for a time of this size.
inline std::string time_text(Duration rtt) {
    const std::int64_t us = in_us(rtt);
    if (us >= 100'000) return fmt::format("{}", (us + 500) / 1000);
    if (us >= 10'000) return fmt::format("{}.{:01}", us / 1000, us % 1000 / 100);
    if (us >= 1'000) return fmt::format("{}.{:02}", us / 1000, us % 1000 / 10);
    return fmt::format("0.{:03}", us);
}

inline std::string failure_text(const wire::DeliveryFailed& failed) {
    using enum wire::DeliveryError;
    switch (failed.error) {
        case net_unreachable:
        case no_route: return "Destination Net Unreachable";
        case host_unreachable:
        case neighbor_failed: return "Destination Host Unreachable";
        case protocol_unreachable: return "Destination Protocol Unreachable";
        case port_unreachable: return "Destination Port Unreachable";
        case packet_too_big: return fmt::format("Frag needed and DF set (mtu = {})", failed.mtu);
        case source_route_failed: return "Source Route Failed";
        case prohibited: return "Packet filtered";
        case time_exceeded:
            return failed.code == 0 ? "Time to live exceeded" : "Frag reassembly time exceeded";
        case parameter_problem: return "Parameter problem";
        case source_quench: return "Source Quench";
    }
    return "Destination Unreachable";
}

class Statistics {
public:
    std::uint64_t sent = 0;
    std::uint64_t errors = 0;
    std::uint64_t duplicates = 0;

    std::uint64_t received() const { return received_; }
    Duration largest() const { return largest_; }

    void add(Duration rtt) {
        smallest_ = received_ == 0 ? rtt : std::min(smallest_, rtt);
        largest_ = std::max(largest_, rtt);
        const double ms = std::chrono::duration<double, std::milli>(rtt).count();
        sum_ += ms;
        sum_of_squares_ += ms * ms;
        ++received_;
    }

    // The closing lines, without the last newline.
    std::string summary(const std::string& host, Duration elapsed) const {
        std::string text = fmt::format("--- {} ping statistics ---\n{} packets transmitted, {} received",
                                       host, sent, received_);
        if (duplicates != 0) text += fmt::format(", +{} duplicates", duplicates);
        if (errors != 0) text += fmt::format(", +{} errors", errors);
        if (sent != 0) {
            const double loss =
                100.0 * static_cast<double>(sent - std::min(sent, received_)) / static_cast<double>(sent);
            text += fmt::format(", {:.6g}% packet loss", loss);
        }
        text += fmt::format(", time {}ms", in_ms(elapsed));
        if (received_ == 0) return text;
        const auto count = static_cast<double>(received_);
        const double average = sum_ / count;
        const double deviation = std::sqrt(std::max(0.0, sum_of_squares_ / count - average * average));
        const auto ms = [](Duration d) { return std::chrono::duration<double, std::milli>(d).count(); };
        return text + fmt::format("\nrtt min/avg/max/mdev = {:.3f}/{:.3f}/{:.3f}/{:.3f} ms", ms(smallest_),
                                  average, ms(largest_), deviation);
    }

private:
    std::uint64_t received_ = 0;
    Duration smallest_{};
    Duration largest_{};
    double sum_ = 0;  // milliseconds
    double sum_of_squares_ = 0;
};

}  // namespace sluice::ping
