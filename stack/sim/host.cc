#include "sim/host.h"

#include <fmt/format.h>

#include <utility>

#include "sim/tcp_frame.h"

namespace sluice::sim {
namespace {

constexpr int rounds_most = 1000;
constexpr std::uint32_t super_segment_most = 65535;

bool is_reset(ByteView frame) {
    const auto seen = parse_tcp_frame(frame);
    return seen && (seen->tcp.flags & flag::rst) != 0;
}

// Locally administered, one for each address: 02:00:c0:00:02:01 for 192.0.2.1.
wire::MacAddress mac_for(const wire::Address& address) {
    const std::uint32_t v4 = address.to_v4();
    return {{2, 0, static_cast<std::uint8_t>(v4 >> 24U), static_cast<std::uint8_t>(v4 >> 16U),
             static_cast<std::uint8_t>(v4 >> 8U), static_cast<std::uint8_t>(v4)}};
}

LinkCapabilities capabilities_of(const LinkOptions& options) {
    LinkCapabilities made{.mtu = options.mtu};
    if (!options.super_segments) return made;
    made.receive_segment_bytes = made.send_segment_bytes = super_segment_most;
    made.computes_checksums = made.vouches_checksums = true;
    return made;
}

}  // namespace

StackConfig host_config() {
    StackConfig config;
    config.net.probe_addresses = false;
    return config;
}

Host::Host(std::string name, Surroundings& around, const HostOptions& options)
    : Node(std::move(name)), around_(around), clock_(options.clock_ppm, options.clock_start) {
    StackConfig config = options.config;
    config.start = clock_.local(around.agenda.now());
    stack_ = std::make_unique<Stack>(config);
    // Where there is room for few of them the oldest is given up earlier.
    constexpr std::uint32_t plenty = 1000;
    if (config.tcp.time_wait_max >= plenty) checker_.expect_time_wait(config.tcp.time_wait);
}

void Host::plug(Link& link, Side side, const wire::Prefix& address) {
    const LinkId id = stack_->attach(mac_for(address.address), capabilities_of(link.options()));
    stack_->add_address(id, address);
    if (cables_.empty()) address_ = address.address;
    cables_.push_back({&link, side});
}

AsyncListener Host::listen(std::uint16_t port, std::uint32_t backlog) {
    ListenOptions options;
    options.port = port;
    options.backlog = backlog;
    auto listener = stack_->listen(options);
    return listener ? AsyncListener(std::move(*listener)) : AsyncListener();
}

AsyncTcp Host::connect(const wire::Endpoint& remote) {
    ConnectOptions options;
    options.remote = remote;
    auto socket = stack_->connect(options);
    return socket ? AsyncTcp(std::move(*socket)) : AsyncTcp();
}

void Host::take(std::size_t port, Frame frame, Instant now) {
    const LinkOptions& link = cables_.at(port).link->options();
    if (!link.super_segments) complete_checksum(frame, around_.pool);
    FrameIn in;
    in.bytes = stack_->pool().copy(frame.bytes.view());
    in.checksum_good = frame.needs_checksum;
    in.segment_bytes = frame.segment_bytes;
    ++frames_in_;
    may_not_reset_ = around_.checks && is_reset(frame.bytes.view());
    // What is due by now comes first. (Deadlines are exact only as far as on_time was told: base/deadline_wheel.h.)
    catch_up(now);
    stack_->receive(static_cast<LinkId>(port), std::move(in), clock_.local(now));
    // RFC 9293 3.10.7.1: a reset is never answered with a reset.
    send_everything(now);
    may_not_reset_ = false;
    settle(now);
}

void Host::on_event(std::uint32_t, Instant now) {
    if (now < armed_) return;  // an earlier entry took its place
    armed_ = never;
    settle(now);
}

void Host::catch_up(Instant now) { stack_->on_time(clock_.local(now)); }

void Host::send_everything(Instant now) {
    while (stack_->next_frame(out_)) {
        const Cable& cable = cables_.at(out_.link);
        ++frames_out_;
        Frame frame = gather(out_, around_.pool);
        out_.clear();
        if (may_not_reset_ && is_reset(frame.bytes.view()))
            around_.fail(*this, "a reset was answered with a reset");
        cable.link->send(cable.side, std::move(frame), now);
    }
    out_.clear();
}

void Host::settle(Instant now) {
    catch_up(now);
    int rounds = 0;
    do {
        send_everything(now);
        if (++rounds > rounds_most) return around_.fail(*this, "does not fall silent");
    } while (stack_->dispatch());
    send_everything(now);
    check(now);
    arm();
}

void Host::check(Instant now) {
    Trace& trace = stack_->trace();
    if (trace.mode() == TraceMode::all) {
        trace.drain([&](const TraceRecord& record) {
            if (around_.on_record) around_.on_record(*this, record);
            if (!around_.checks) return;
            const std::string wrong = checker_.check_record(record);
            if (!wrong.empty()) around_.fail(*this, fmt::format("#{} {}", record.connection, wrong));
        });
    }
    if (!around_.checks) return;
    if (stack_->next_deadline() <= clock_.local(now)) around_.fail(*this, "a deadline is not ahead");
    const Counters& counters = stack_->counters();
    if (counters.frames_out != frames_out_ || counters.frames_in != frames_in_)
        around_.fail(*this, "frames on the cable and in the counters differ");
}

void Host::arm() {
    const Instant due = clock_.world(stack_->next_deadline());
    if (due >= armed_) return;
    armed_ = due;
    around_.agenda.enter(due, *this, 0);
}

std::string Host::check_end() const {
    for (const auto& [connection, state] : checker_.states())
        if (state != State::closed) return fmt::format("#{} is left in {}", connection, text_of(state));
    if (stack_->tcp_open() != 0) return fmt::format("{} connections are left", stack_->tcp_open());
    // What came back about packets that nobody asks for any more is kept, up to a limit.
    while (stack_->next_delivery_failure()) {
    }
    if (const auto chunks = stack_->pool().chunks_in_use(); chunks != 0)
        return fmt::format("{} chunks of memory are left", chunks);
    return checker_.check_drops(stack_->counters());
}

}  // namespace sluice::sim
