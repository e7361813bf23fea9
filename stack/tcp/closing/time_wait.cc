#include "tcp/closing/time_wait.h"

#include <algorithm>

namespace sluice::tcp {
namespace {

std::int32_t distance(std::uint32_t from, std::uint32_t to) { return static_cast<std::int32_t>(to - from); }

// States.md 5.4. "Last sequence" is that of the old FIN, one below rcv_nxt.
bool may_reuse(const TimeWaitFacts& facts, const wire::TcpHeader& header, bool new_would_use_timestamps) {
    const bool is_above_last = distance(facts.rcv_nxt - 1, header.sequence) > 0;
    const bool new_timestamps = header.options.timestamps.has_value() && new_would_use_timestamps;
    if (!facts.timestamps) return new_timestamps || is_above_last;
    if (!new_timestamps) return is_above_last;
    const std::int32_t newer = distance(facts.ts_recent, header.options.timestamps->value);
    return newer > 0 || (newer == 0 && is_above_last);
}

// The four cases of RFC 9293 3.10.7.4, first step.
bool is_in_window(const TimeWaitFacts& facts, std::uint32_t sequence, std::uint32_t length) {
    if (facts.rcv_wnd == 0) return length == 0 && sequence == facts.rcv_nxt;
    const auto inside = [&](std::uint32_t s) {
        const std::int32_t at = distance(facts.rcv_nxt, s);
        return at >= 0 && static_cast<std::uint32_t>(at) < facts.rcv_wnd;
    };
    return inside(sequence) || (length > 0 && inside(sequence + length - 1));
}

TimeWaitAnswer judge_reset(const TimeWaitFacts& facts, const wire::TcpHeader& header, bool ignore_resets) {
    if (ignore_resets) return {TimeWaitVerdict::ignore, Reason::tcp_reset_in_time_wait};  // RFC 1337 3 F1
    if (header.sequence == facts.rcv_nxt) return {TimeWaitVerdict::close, Reason::end_reset_by_peer};
    if (is_in_window(facts, header.sequence, 0))
        return {TimeWaitVerdict::challenge, Reason::tcp_reset_inexact};
    return {TimeWaitVerdict::ignore, Reason::tcp_reset_outside};
}

}  // namespace

TimeWaitAnswer judge_in_time_wait(const TimeWaitFacts& facts, const wire::TcpHeader& header,
                                  std::uint32_t text_octets, bool new_would_use_timestamps,
                                  bool ignore_resets) {
    const auto has = [&](std::uint8_t wanted) { return (header.flags & wanted) != 0; };
    if (has(flag::rst)) return judge_reset(facts, header, ignore_resets);
    if (has(flag::syn)) {
        if (!has(flag::ack) && may_reuse(facts, header, new_would_use_timestamps))
            return {TimeWaitVerdict::reuse, Reason::end_time_wait_reused};
        return {TimeWaitVerdict::challenge, Reason::tcp_syn_in_sync};  // D-10
    }
    if (facts.timestamps && !header.options.timestamps)
        return {TimeWaitVerdict::ignore, Reason::tcp_timestamp_missing};
    const std::uint32_t length = text_octets + (has(flag::fin) ? 1 : 0);
    // D-3: the peer's FIN again.
    if (has(flag::fin) && header.sequence + length == facts.rcv_nxt)
        return {TimeWaitVerdict::restart, Reason::tcp_already_received};
    if (!is_in_window(facts, header.sequence, length))
        return {TimeWaitVerdict::acknowledge, Reason::tcp_unacceptable};
    if (!has(flag::ack)) return {TimeWaitVerdict::ignore, Reason::tcp_no_ack};
    // RFC 5961 5.2, as in every synchronized state.
    const std::int32_t above = distance(facts.snd_nxt, header.acknowledgment);
    if (above > 0) return {TimeWaitVerdict::acknowledge, Reason::tcp_ack_above};
    if (-std::int64_t{above} > std::int64_t{facts.snd_wnd_largest})
        return {TimeWaitVerdict::acknowledge, Reason::tcp_ack_below};
    return {};  // D-12, D-18
}

}  // namespace sluice::tcp
