#include "sim/trace_checker.h"

#include <fmt/format.h>

#include <algorithm>

namespace sluice::sim {
namespace {

using enum State;
constexpr std::array<StatePair, 27> pairs{{
    {closed, listen},          {closed, syn_sent},         {closed, syn_received},
    {closed, established},     {listen, closed},           {syn_sent, established},
    {syn_sent, syn_received},  {syn_sent, closed},         {syn_received, established},
    {syn_received, closed},    {syn_received, fin_wait_1}, {established, fin_wait_1},
    {established, close_wait}, {established, closed},      {fin_wait_1, fin_wait_2},
    {fin_wait_1, closing},     {fin_wait_1, time_wait},    {fin_wait_1, closed},
    {fin_wait_2, time_wait},   {fin_wait_2, closed},       {close_wait, last_ack},
    {close_wait, closed},      {closing, time_wait},       {closing, closed},
    {last_ack, closed},        {time_wait, closed},        {time_wait, syn_received},
}};

constexpr unsigned bit(DeadlineKind kind) { return 1U << static_cast<unsigned>(kind); }

// Which deadlines a state may hold (RFC 9293 3.10.8, 3.6.1).
std::string check_deadlines(const TraceRecord& record) {
    const unsigned armed = record.deadlines;
    if ((armed & bit(DeadlineKind::retransmission)) != 0 && (armed & bit(DeadlineKind::persist)) != 0)
        return "retransmission and persist timers are both on";
    if (record.after == time_wait && (armed & ~bit(DeadlineKind::time_wait)) != 0)
        return "a timer besides 2 MSL is on in TIME-WAIT";
    if (record.after == fin_wait_2 &&
        (armed & (bit(DeadlineKind::retransmission) | bit(DeadlineKind::persist))) != 0)
        return "retransmission or persist timer is on in FIN-WAIT-2";
    return "";
}

}  // namespace

std::span<const StatePair> legal_pairs() { return pairs; }
bool is_legal(const StatePair& pair) { return std::ranges::find(pairs, pair) != pairs.end(); }

std::string TraceChecker::check_state(const TraceRecord& record) {
    if (record.connection > newest_ && record.after != State::listen) {
        newest_ = record.connection;
        walked_.clear();
    }
    if (record.connection == newest_) walked_.emplace_back(record.before, record.after);
    if (!is_legal({record.before, record.after}))
        return fmt::format("no such arrow: {} -> {}", text_of(record.before), text_of(record.after));
    if (record.rule == Rule::none) return "a state changed without a rule";
    const auto known = states_.find(record.connection);
    // A child that reuses TIME-WAIT is a record of its own (RFC 6191).
    const bool reuses = record.before == State::time_wait && record.after == State::syn_received;
    const State before = known != states_.end() ? known->second : reuses ? State::time_wait : State::closed;
    if (before != record.before)
        return fmt::format("#{} was {} but changes from {}", record.connection, text_of(before),
                           text_of(record.before));
    states_[record.connection] = record.after;
    return check_time_wait(record);
}

// A reset, the application, or a new connection may end it before; time may not.
std::string TraceChecker::check_time_wait(const TraceRecord& record) {
    if (record.after == State::time_wait) time_wait_since_[record.connection] = record.time_ns;
    if (record.before != State::time_wait) return "";
    const auto since = time_wait_since_.find(record.connection);
    const bool by_time = static_cast<Event>(record.detail) == Event::time_wait_over &&
                         record.reason != Reason::end_time_wait_reused;
    if (since == time_wait_since_.end() || !by_time) return "";
    const Duration lasted(record.time_ns - since->second);
    return lasted < time_wait_least_ ? fmt::format("TIME-WAIT lasted {} ms", in_ms(lasted)) : "";
}

// What leaves shows how far its connection is. Answers that leave without their connection (in SYN-RECEIVED and
// TIME-WAIT) do not carry these numbers.
std::string TraceChecker::check_edges(const TraceRecord& record) {
    if (record.after < State::established || record.after == State::time_wait) return "";
    Edges& edges = edges_[record.connection];
    if (record.snd_una < edges.snd_una) return "snd.una moved back";
    if (record.rcv_nxt < edges.rcv_nxt) return "rcv.nxt moved back";
    edges.snd_una = record.snd_una;
    edges.rcv_nxt = record.rcv_nxt;
    // RFC 9293 3.8.6 [SHLD-14]: the right edge we announce never moves left.
    const std::int64_t right_edge = record.ack + record.window_bytes;
    const bool is_syn = (record.flags & flag::syn) != 0;
    if (right_edge < edges.right_edge && !is_syn) return "our right window edge moved left";
    edges.right_edge = std::max(edges.right_edge, right_edge);
    // RFC 9293 3.8.6 [SHLD-15]: nothing but a probe lies beyond the peer's window. What was sent before the peer shrank
    // it (or an old ACK seemed to) may be sent again [MAY-7].
    const bool has_fin = (record.flags & flag::fin) != 0;
    const bool is_new =
        (record.length > 0 || has_fin) && !is_syn;  // text on a SYN knows no window yet (RFC 7413)
    const std::int64_t end = record.position + record.length + (has_fin ? 1 : 0);
    edges.peer_edge = std::max(edges.peer_edge, record.snd_una + std::max(record.snd_wnd, 1U));
    if (is_new && record.cause != Cause::zero_window_probe && end > edges.peer_edge)
        return "sent beyond the peer's window";
    return "";
}

std::string TraceChecker::check_record(const TraceRecord& record) {
    if (record.number != last_number_ + 1) return "trace records are missing";
    last_number_ = record.number;
    if (record.kind == Kind::segment_dropped) {
        if (record.reason == Reason::none) return "a drop without a reason";
        ++dropped_.at(static_cast<std::size_t>(record.reason));
    }
    if (record.kind == Kind::state) {
        if (std::string wrong = check_state(record); !wrong.empty()) return wrong;
    }
    if (record.kind == Kind::segment_out && record.cause == Cause::none)
        return "a segment was sent without a cause";
    if (record.connection == 0) return "";
    if (record.snd_nxt >= 0x80000000U) return "snd.nxt is below snd.una, or 2^31 above it";
    if (record.snd_max < record.snd_nxt) return "snd.max is below snd.nxt";
    if (record.kind == Kind::segment_in && record.after >= State::established) {
        std::int64_t& edge = edges_[record.connection].peer_edge;
        edge = std::max(edge, record.snd_una + record.snd_wnd);
    }
    if (record.kind == Kind::segment_out && (record.flags & flag::rst) == 0) {
        if (std::string wrong = check_edges(record); !wrong.empty()) return wrong;
    }
    // Other records are written in the middle of a change: some deadlines are still those of the state before.
    const bool is_at_rest = record.kind == Kind::segment_in || record.kind == Kind::segment_out;
    return is_at_rest ? check_deadlines(record) : "";
}

std::string TraceChecker::check_drops(const Counters& counters) const {
    for (std::size_t i = 0; i < reason_count; ++i)
        if (dropped_[i] > counters.dropped[i])
            return fmt::format("dropped but not counted: {}", name_of(static_cast<Reason>(i)));
    return "";
}

std::string TraceChecker::check(Trace& trace, const Counters& counters,
                                const std::function<void(const std::string&)>& line) {
    std::string wrong;
    trace.drain([&](const TraceRecord& record) {
        records_.push_back(record);
        if (record.kind == Kind::state)
            line(fmt::format("#{} {} -> {}  ; {}", record.connection, text_of(record.before),
                             text_of(record.after), text_of(static_cast<Event>(record.detail))));
        if (record.kind == Kind::segment_dropped)
            line(fmt::format("#{} dropped: {}", record.connection, text_of(record.reason)));
        if (wrong.empty()) wrong = check_record(record);
    });
    if (trace.lost() > 0 && wrong.empty()) wrong = "the trace lost records";
    return wrong.empty() ? check_drops(counters) : wrong;
}

}  // namespace sluice::sim
