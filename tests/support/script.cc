#include "support/script.h"

#include <fmt/format.h>

#include <exception>

#include "base/check.h"

namespace sluice::test {
namespace {

constexpr const char* own_address = "192.0.2.1";

template <typename Config>
void fix_isn(Config& config, std::uint32_t iss) {
    if constexpr (requires { config.fixed_isn; }) config.fixed_isn = iss;
}

StackConfig config_of(const ScriptOptions& options) {
    StackConfig config;
    config.net.probe_addresses = false;
    config.tcp.rto_min = 1s;  // RFC 6298 2.4; our default is lower
    config.tcp.receive_buffer_max = config.tcp.send_buffer_max =
        0;  // windows that stay, unless a script asks
    // Windows by hand: Reno and slow start of one segment per ACK, unless a script asks.
    config.tcp.congestion = tcp::Congestion::reno;
    config.tcp.slow_start_segments = 1;
    config.tcp.hystart = false;
    config.tcp.quick_acks_after_hole = 0;
    config.trace = TraceMode::all;
    config.trace_records = 4096;
    fix_isn(config, current_world().iss);
    if (options.settings) options.settings(config.tcp);
    if (options.config) options.config(config);
    return config;
}

Flow new_flow(const ScriptOptions& options, std::size_t number) {
    const World& world = current_world();
    Flow flow;
    flow.peer_port = static_cast<std::uint16_t>(40000 + number);
    flow.iss = world.iss;
    flow.irs = world.irs;
    flow.ts_base = world.irs - 7;
    flow.window = options.window;
    flow.offer.timestamps = options.timestamps.value_or(world.timestamps);
    flow.offer.window_shift = options.window_scaling.value_or(world.window_scaling) ? options.peer_shift : -1;
    flow.offer.sack = options.sack;
    // RFC 9293 3.7.1: the option does not count option octets; so that full segments are the same in every world.
    flow.offer.mss = static_cast<int>(options.mss) + (flow.offer.timestamps ? 12 : 0);
    return flow;
}

}  // namespace

Script::Script(ScriptOptions options, Where where) : options_(std::move(options)), where_(where) {
    stack_ = std::make_unique<Stack>(config_of(options_));
    link_ = stack_->attach(wire::parse_mac(own_mac).value(), options_.link);
    stack_->add_address(link_, wire::parse_prefix("192.0.2.1/24").value());
    on_flow(0);
    drain();
    if (options_.answer_arp) frame_arrives(build_arp_request("192.0.2.2", peer_mac, own_address), where);
    sent_.clear();
}

Script::~Script() {
    if (!failed_ && std::uncaught_exceptions() == 0 && is_loud())
        report("the script ended, but the stack had sent more");
    apps_.clear();
    stack_.reset();
}

App& Script::app(std::size_t number) {
    while (apps_.size() <= number) apps_.push_back(std::make_unique<App>(*this));
    return *apps_[number];
}

Script& Script::on_flow(std::size_t number) {
    while (flows_.size() <= number) flows_.push_back(new_flow(options_, flows_.size()));
    current_ = number;
    return *this;
}

TcpOptions Script::socket_options() const {
    TcpOptions options;
    if (options_.socket) options_.socket(options);
    return options;
}

// --- failing ------------------------------------------------------------------------------------------------------

std::string Script::ladder() const {
    std::string text;
    const std::size_t from = lines_.size() > 60 ? lines_.size() - 60 : 0;
    if (from > 0) text += fmt::format("    ({} lines before)\n", from);
    for (std::size_t i = from; i < lines_.size(); ++i) text += lines_[i] + "\n";
    for (const Seen& seen : sent_)
        text += fmt::format("{:12.6f}  stack > {}   <- not expected yet\n",
                            std::chrono::duration<double>(seen.at.time_since_epoch()).count(),
                            line_of(flows_[current_], seen.segment, true, seen.length()));
    return text;
}

void Script::report(const std::string& what) const {
    const std::string message = fmt::format("{}\n  world: {}\n{}", what, current_world().name, ladder());
    ADD_FAIL_CHECK_AT(where_.file_name(), static_cast<int>(where_.line()), message);
}

void Script::fail(const std::string& what) {
    failed_ = true;
    report(what);
    throw ScriptFailed();
}

void Script::note(std::string line) {
    const double seconds = std::chrono::duration<double>(stack_->now().time_since_epoch()).count();
    lines_.push_back(fmt::format("{:12.6f}  {}", seconds, line));
}

void Script::begin(const char* call, Where where) {
    where_ = where;
    if (is_loud())
        fail(fmt::format("before \"{}\": the stack had sent something the script did not expect", call));
}

void Script::end() {
    if (!is_turn_) settle();
}

Script& Script::at_once(const std::function<void()>& calls, Where where) {
    begin("at_once", where);
    is_turn_ = true;
    calls();
    is_turn_ = false;
    settle();
    return *this;
}

// --- frames and time ----------------------------------------------------------------------------------------------

void Script::take(const FrameOut& frame) {
    Octets octets(frame.header().begin(), frame.header().end());
    for (const Slice& slice : frame.payload) {
        const ByteView view = slice.view();
        octets.insert(octets.end(), view.begin(), view.end());
    }
    Seen seen = read_frame(std::move(octets), stack_->now());
    if (seen.kind == Seen::Kind::arp_request) return answer_arp(seen);
    if (seen.kind == Seen::Kind::arp_other) return;
    if (!seen.faults.empty()) fail("a frame of the stack is wrong: " + seen.faults.front());
    sent_.push_back(std::move(seen));
}

void Script::answer_arp(const Seen& seen) {
    if (!options_.answer_arp || seen.arp_target == seen.arp_sender) return;  // An announcement asks nothing.
    const Octets reply = build_arp_reply(seen.arp_target, peer_mac, own_address, own_mac);
    stack_->receive(link_, {stack_->pool().copy(reply)}, stack_->now());
}

void Script::drain() {
    FrameOut frame;
    for (int i = 0; stack_->next_frame(frame); ++i) {
        if (i > 100000) fail("the stack does not stop sending");
        take(frame);
        frame.clear();
    }
    if (stack_->next_deadline() <= stack_->now()) fail("drained, but a deadline is not later than now");
}

// Everything that follows at once from what just happened.
void Script::settle() {
    drain();
    stack_->dispatch();
    drain();
    const std::string wrong = checker_.check(stack_->trace(), stack_->counters(),
                                             [&](const std::string& line) { note("      " + line); });
    if (!wrong.empty()) fail("trace: " + wrong);
}

void Script::step_to(Instant at) {
    stack_->on_time(at);
    settle();
}

Script& Script::frame_arrives(const Octets& frame, Where where) {
    begin("frame_arrives", where);
    stack_->receive(link_, {stack_->pool().copy(frame)}, stack_->now());
    settle();
    return *this;
}

Script& Script::peer_sends(const Segment& segment, Where where) {
    return peer_sends_at_once({segment}, where);
}

Script& Script::peer_sends_at_once(const std::vector<Segment>& segments, Where where) {
    begin("peer_sends", where);
    bool only_resets = true;
    for (const Segment& segment : segments) {
        const WireSegment wire = flow().send(segment, stack_->now());
        Octets frame = build(wire);
        if (segment.fields().mangle) segment.fields().mangle(frame);
        note("peer  > " + line_of(flow(), wire, false, static_cast<std::uint32_t>(wire.payload.size())));
        only_resets = only_resets && (wire.flags & tcp_flag::rst) != 0;
        stack_->receive(link_, {stack_->pool().copy(frame)}, stack_->now());
    }
    settle();
    std::size_t bare = 0;
    for (const Seen& seen : sent_) {
        if (only_resets && seen.has(tcp_flag::rst)) fail("a reset was answered by a reset [U-10]");
        bare += (seen.segment.flags & (tcp_flag::compared)) == tcp_flag::ack && seen.length() == 0;
    }
    if (bare > segments.size()) fail("more ACKs than segments arrived [R5681-19]");
    return *this;
}

Script& Script::icmp_arrives(std::uint8_t type, std::uint8_t code, Pos quoted, std::uint16_t mtu,
                             Where where) {
    begin("icmp_arrives", where);
    WireSegment segment;
    segment.source_mac = own_mac;
    segment.destination_mac = peer_mac;
    segment.source = flow().own_address;
    segment.destination = flow().peer_address;
    segment.source_port = flow().own_port;
    segment.destination_port = flow().peer_port;
    segment.seq = flow().wire_of_own(quoted);
    segment.flags = tcp_flag::ack;
    note(fmt::format("peer  > ICMP {}/{} about {}", type, code, quoted));
    Octets frame = build(IcmpError{type, code, mtu, flow().peer_address}, segment);
    stack_->receive(link_, {stack_->pool().copy(frame)}, stack_->now());
    settle();
    return *this;
}

void Script::consume(Flow& flow, const Seen& seen) {
    note("stack > " + line_of(flow, seen.segment, true, seen.length()));
    const std::string wrong = flow.see(seen);
    if (!wrong.empty()) fail("tap: " + wrong);
}

// The flow a frame belongs to: the current one if it fits, else another.
Flow& Script::flow_of(const Seen& seen) {
    const auto fits = [&](const Flow& flow) {
        return flow.own_port == seen.segment.source_port && flow.peer_port == seen.segment.destination_port &&
               flow.peer_address == seen.segment.destination;
    };
    if (fits(flow())) return flow();
    for (Flow& other : flows_)
        if (fits(other)) return other;
    return flow();
}

Script& Script::stack_sends(const Segment& expected, Where where) {
    where_ = where;
    if (sent_.empty()) fail("expected " + text_of(expected) + ", but the stack is silent");
    const Seen seen = std::move(sent_.front());
    sent_.pop_front();
    if (expected.fields().learns_iss) flow().reborn(seen);
    consume(flow(), seen);
    const std::string difference = flow().compare(expected, seen);
    if (!difference.empty()) fail("expected " + text_of(expected) + ":" + difference);
    return *this;
}

Script& Script::stack_sends_within(Duration least, Duration most, const Segment& expected, Where where) {
    begin("stack_sends_after", where);
    const Instant from = stack_->now();
    const Instant until = later(from, most);
    while (!is_loud() && stack_->next_deadline() <= until) step_to(stack_->next_deadline());
    if (!is_loud()) {
        step_to(until);
        fail(
            fmt::format("expected {} within {} us, but the stack is silent", text_of(expected), in_us(most)));
    }
    if (stack_->now() < later(from, least))
        fail(fmt::format("{} came after {} us, not before {} us was expected", text_of(expected),
                         in_us(stack_->now() - from), in_us(least)));
    return stack_sends(expected, where);
}

Script& Script::stack_sends_after(Duration delay, const Segment& expected, Where where) {
    return stack_sends_within(delay, delay, expected, where);
}

Script& Script::stack_is_silent(Where where) {
    where_ = where;
    if (is_loud()) fail("expected silence");
    return *this;
}

Script& Script::after(Duration time, Where where) {
    begin("after", where);
    const Instant until = later(stack_->now(), time);
    for (int i = 0; stack_->next_deadline() <= until; ++i) {
        if (i > 1000000) fail("deadlines without end");
        step_to(stack_->next_deadline());
    }
    step_to(until);
    return *this;
}

Script& Script::stack_is_silent_for(Duration time, Where where) {
    return after(time, where).stack_is_silent(where);
}

std::vector<Seen> Script::takes_all(Where where) {
    where_ = where;
    std::vector<Seen> all;
    while (is_loud()) {
        all.push_back(std::move(sent_.front()));
        sent_.pop_front();
        consume(flow_of(all.back()), all.back());
    }
    return all;
}

// --- looking ------------------------------------------------------------------------------------------------------

TcpInfo Script::info() {
    const wire::Endpoint remote{wire::parse_address(flow().peer_address).value(), flow().peer_port};
    for (const TcpEntry& entry : stack_->tcp_entries())
        if (entry.info.remote == remote && entry.info.local.port == flow().own_port) return entry.info;
    for (const TcpEntry& entry : stack_->tcp_entries())
        if (entry.info.state == State::listen && entry.info.local.port == flow().own_port) return entry.info;
    return {};
}

State Script::state() { return info().state; }

Script& Script::state_is(State expected, Where where) {
    where_ = where;
    State now = state();
    if (expected == State::closed && now == State::listen) now = State::closed;  // only the listener is left
    if (now != expected) fail(fmt::format("expected {}, is {}", text_of(expected), text_of(now)));
    return *this;
}

Script& Script::walked(const std::vector<State>& path, Where where) {
    where_ = where;
    const auto& all = checker_.walked();
    std::string text;
    bool equal = all.size() + 1 == path.size();
    for (std::size_t i = 0; i < all.size(); ++i) {
        text += fmt::format(" {}>{}", text_of(all[i].first), text_of(all[i].second));
        equal = equal && all[i] == std::pair(path.at(i), path.at(i + 1));
    }
    if (!equal) fail("walked" + text);
    return *this;
}

Script& Script::walked_last(State from, State to, Where where) {
    where_ = where;
    const auto& all = checker_.walked();
    if (all.empty() || all.back() != std::pair(from, to))
        fail(fmt::format("expected the last step to be {} > {}", text_of(from), text_of(to)));
    return *this;
}

// --- ways into a state --------------------------------------------------------------------------------------------

Script& Script::established(Where where) {
    if (options_.active) {
        app().connects(where);
        stack_sends(syn(), where).peer_sends(syn_ack().ack(1), where).stack_sends(ack(1).seq(1), where);
    } else {
        if (!app().listener()) app().listens(128, where);
        peer_sends(syn(), where).stack_sends(syn_ack().ack(1), where).peer_sends(ack(1), where);
        stack_is_silent(where);
        app().accepts(where);
    }
    return state_is(State::established, where);
}

Script& Script::simultaneous_open(Where where) {
    in(State::syn_sent, where);
    peer_sends(syn(), where).stack_sends(syn_ack().ack(1), where);
    return state_is(State::syn_received, where);
}

Script& Script::in(State wanted, Where where) {
    switch (wanted) {
        case State::closed: break;
        case State::listen: app().listens(128, where); break;
        case State::syn_sent:
            app().connects(where);
            stack_sends(syn(), where);
            break;
        case State::syn_received:
            if (options_.active) return simultaneous_open(where);
            in(State::listen, where).peer_sends(syn(), where).stack_sends(syn_ack().ack(1), where);
            break;
        case State::established: return established(where);
        case State::fin_wait_1:
            established(where).app().shuts_down(where);
            stack_sends(fin(1).ack(1), where);
            break;
        case State::fin_wait_2: in(State::fin_wait_1, where).peer_sends(ack(2), where); break;
        case State::close_wait:
            established(where).peer_sends(test::fin(1), where).stack_sends(ack(2), where);
            break;
        case State::closing:
            in(State::fin_wait_1, where)
                .peer_sends(test::fin(1).ack(1), where)
                .stack_sends(ack(2).seq(2), where);
            break;
        case State::last_ack:
            in(State::close_wait, where).app().shuts_down(where);
            stack_sends(fin(1).ack(2), where);
            break;
        case State::time_wait:
            in(State::fin_wait_2, where).peer_sends(test::fin(1), where).stack_sends(ack(2).seq(2), where);
            break;
        case State::count_: break;
    }
    if (wanted != State::closed) state_is(wanted, where);
    return *this;
}

}  // namespace sluice::test
