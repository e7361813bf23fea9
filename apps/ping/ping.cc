#include "apps/ping/ping.h"

#include <cstdio>
#include <utility>

namespace sluice::ping {
namespace {

constexpr std::size_t sequence_numbers = 65536;

}  // namespace

Ping::Ping(common::Program& program, Options options)
    : program_(program),
      options_(std::move(options)),
      identifier_(program.stack().random().u16()),
      data_(options_.size),
      probes_(sequence_numbers) {
    for (std::size_t i = 0; i < data_.size(); ++i) data_[i] = static_cast<std::uint8_t>(i);
}

int Ping::run() {
    host::Loop& loop = program_.loop();
    fmt::print("PING {} ({}) {}({}) bytes of data.\n", options_.host, wire::to_text(options_.address),
               options_.size, options_.size + 28);
    std::fflush(stdout);
    const Instant started = program_.clock().now();
    send();
    while (!loop.is_stopped() && !is_finished()) {
        loop.step(last_sent_ + grace() - program_.clock().now());
        collect();
        program_.check();
    }
    fmt::print("\n{}\n", statistics_.summary(options_.host, program_.clock().now() - started));
    std::fflush(stdout);
    return statistics_.received() > 0 ? 0 : 1;
}

bool Ping::is_finished() const {
    if (options_.count == 0 || statistics_.sent < options_.count) return false;
    return answered_or_failed_ >= options_.count || program_.clock().now() >= last_sent_ + grace();
}

// How long to wait after the last request: two round trips are enough once any reply came.
Duration Ping::grace() const {
    if (options_.count == 0 || statistics_.sent < options_.count) return options_.patience;
    return statistics_.received() == 0 ? options_.patience
                                       : std::max(2 * statistics_.largest(), options_.interval);
}

void Ping::send() {
    const Instant now = program_.clock().now();
    const auto sequence = static_cast<std::uint16_t>(++statistics_.sent);
    probes_[sequence] = {now, false};
    last_sent_ = now;
    const auto sent =
        program_.stack().send_echo(options_.address, identifier_, sequence, data_, options_.dont_fragment,
                                   static_cast<std::uint8_t>(options_.hop_limit));
    if (!sent && sent.error() == Error::message_too_big) {
        ++statistics_.errors;
        ++answered_or_failed_;
        if (!options_.is_quiet)
            fmt::print("local error: message too long, mtu={}\n",
                       program_.stack().ip().capabilities(program_.link()).mtu);
    } else if (!sent) {
        program_.check();  // The address may be lost, which says more than that there is no way.
        throw common::Failure(common::exit_usage,
                              fmt::format("{}: {}", options_.host, text_of(sent.error())));
    }
    if (options_.count == 0 || statistics_.sent < options_.count)
        program_.loop().add_timer(now + options_.interval, [this] { send(); });
}

void Ping::collect() {
    while (const auto reply = program_.stack().next_echo_reply()) on_reply(*reply);
    while (const auto failed = program_.stack().next_delivery_failure()) on_failure(*failed);
    std::fflush(stdout);
}

void Ping::on_reply(const net::EchoReply& reply) {
    Probe& probe = probes_[reply.sequence];
    if (reply.identifier != identifier_ || probe.sent_at == never) return;
    const Duration rtt = program_.stack().now() - probe.sent_at;
    const bool is_duplicate = std::exchange(probe.is_answered, true);
    if (is_duplicate) {
        ++statistics_.duplicates;
    } else {
        statistics_.add(rtt);
        ++answered_or_failed_;
    }
    if (options_.is_quiet) return;
    const ByteView data = reply.data.view();
    const bool is_intact = std::equal(data.begin(), data.end(), data_.begin(), data_.end());
    fmt::print("{} bytes from {}: icmp_seq={} ttl={} time={} ms{}{}\n", data.size() + 8,
               wire::to_text(reply.from), reply.sequence, reply.hop_limit, time_text(rtt),
               is_duplicate ? " (DUP!)" : "", is_intact ? "" : " (data differs!)");
}

// The quoted header tells which request: type, code, checksum, identifier, sequence (RFC 792).
void Ping::on_failure(const wire::DeliveryFailed& failed) {
    Reader quoted(failed.transport.view());
    const std::uint8_t type = quoted.u8();
    quoted.skip(3);
    const std::uint16_t identifier = quoted.u16();
    const std::uint16_t sequence = quoted.u16();
    if (failed.protocol != wire::protocol::icmp || type != 8 || !quoted.ok() || identifier != identifier_)
        return;
    Probe& probe = probes_[sequence];
    if (probe.sent_at == never || probe.is_answered) return;
    probe.is_answered = true;
    ++statistics_.errors;
    ++answered_or_failed_;
    if (options_.is_quiet) return;
    const bool is_own = failed.reporter.is_unspecified();
    fmt::print("From {} icmp_seq={} {}\n", wire::to_text(is_own ? program_.address() : failed.reporter),
               sequence, failure_text(failed));
}

}  // namespace sluice::ping
