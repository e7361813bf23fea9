#include "apps/traceroute/traceroute.h"

#include <fmt/format.h>

#include <array>
#include <cstdio>

namespace sluice::traceroute {
namespace {

// With the headers of IP and UDP or ICMP 60 octets, as the tool of that name sends.
constexpr std::array<std::uint8_t, 32> data{};
constexpr std::uint32_t probe_octets = 60;

// traceroute(8): what an unreachable says.
std::string mark_of(const wire::DeliveryFailed& failed) {
    using enum wire::DeliveryError;
    switch (failed.error) {
        case net_unreachable:
        case no_route: return "!N";
        case host_unreachable:
        case neighbor_failed: return "!H";
        case protocol_unreachable: return "!P";
        case packet_too_big: return fmt::format("!F-{}", failed.mtu);
        case source_route_failed: return "!S";
        case prohibited: return "!X";
        default: return "";
    }
}

}  // namespace

Traceroute::Traceroute(common::Program& program, Options options)
    : program_(program), options_(std::move(options)), identifier_(program.stack().random().u16()) {
    if (options_.by_icmp) return;
    socket_ = common::must_open_udp(program);
}

int Traceroute::run() {
    fmt::print("traceroute to {} ({}), {} hops max, {} byte packets\n", options_.host,
               wire::to_text(options_.address), options_.hops_most, probe_octets);
    for (std::uint64_t hop = options_.first_hop; hop <= options_.hops_most; ++hop)
        if (show_hop(hop) || program_.loop().is_stopped()) break;
    return is_reached_ ? 0 : 1;
}

bool Traceroute::show_hop(std::uint64_t hop) {
    fmt::print("{:>2} ", hop);
    wire::Address shown;
    bool is_last = false;
    for (std::uint64_t i = 0; i < options_.queries && !program_.loop().is_stopped(); ++i) {
        const auto answer = probe(hop);
        if (!answer) {
            fmt::print(" *");
            continue;
        }
        if (answer->from != shown) {
            const std::string address = wire::to_text(answer->from);
            fmt::print(" {}", options_.numeric ? address : fmt::format("{0} ({0})", address));
            shown = answer->from;
        }
        fmt::print("  {:.3f} ms{}{}", std::chrono::duration<double, std::milli>(answer->rtt).count(),
                   answer->mark.empty() ? "" : " ", answer->mark);
        std::fflush(stdout);
        is_reached_ = is_reached_ || answer->is_host;
        is_last = is_last || answer->is_final;
    }
    fmt::print("\n");
    std::fflush(stdout);
    return is_last;
}

std::optional<Answer> Traceroute::probe(std::uint64_t hop) {
    ++number_;
    sent_at_ = program_.clock().now();
    send(hop);
    while (!program_.loop().is_stopped()) {
        if (auto answer = take_answer()) return answer;
        const Duration left = sent_at_ + options_.patience - program_.clock().now();
        if (left <= Duration::zero()) return std::nullopt;
        program_.loop().step(left);
        program_.check();
    }
    return std::nullopt;
}

void Traceroute::send(std::uint64_t hop) {
    const auto hop_limit = static_cast<std::uint8_t>(hop);
    std::expected<void, Error> sent;
    if (options_.by_icmp) {
        sent = program_.stack().send_echo(options_.address, identifier_, number_, data, false, hop_limit);
    } else {
        const auto port = static_cast<std::uint16_t>(options_.port + number_ - 1);
        sent = socket_.send(data, {.to = wire::Endpoint{options_.address, port}, .hop_limit = hop_limit});
    }
    if (!sent)
        throw common::Failure(common::exit_usage,
                              fmt::format("{}: {}", options_.host, text_of(sent.error())));
}

std::optional<Answer> Traceroute::take_answer() {
    const Duration rtt = program_.stack().now() - sent_at_;
    while (const auto reply = program_.stack().next_echo_reply())
        if (reply->identifier == identifier_ && reply->sequence == number_)
            return Answer{reply->from, rtt, true, true, ""};
    while (const auto failed = program_.stack().next_delivery_failure())
        if (auto answer = answer_of(*failed)) {
            answer->rtt = rtt;
            return answer;
        }
    return std::nullopt;
}

// The quoted header tells which probe it is about (RFC 792): UDP's ports, or ICMP's identifier and sequence.
std::optional<Answer> Traceroute::answer_of(const wire::DeliveryFailed& failed) const {
    Reader quoted(failed.transport.view());
    const std::uint16_t first = quoted.u16();
    const std::uint16_t port = quoted.u16();
    const std::uint16_t identifier = quoted.u16();
    const std::uint16_t sequence = quoted.u16();
    const bool is_ours = failed.protocol == wire::protocol::udp
                             ? first == socket_.local().port && port == options_.port + number_ - 1
                             : identifier == identifier_ && sequence == number_;
    if (!quoted.ok() || !is_ours) return std::nullopt;
    Answer answer;
    answer.from = failed.reporter.is_unspecified() ? program_.address() : failed.reporter;
    answer.is_host = failed.error == wire::DeliveryError::port_unreachable;
    answer.is_final = failed.error != wire::DeliveryError::time_exceeded;
    answer.mark = mark_of(failed);
    return answer;
}

}  // namespace sluice::traceroute
