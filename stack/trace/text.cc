#include "trace/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace sluice::trace {
namespace {

using Out = std::back_insert_iterator<std::string>;

// A window of this size is no limit: the largest a header can name (RFC 7323 2.3).
constexpr std::uint32_t unlimited_bytes = 1U << 30U;

// The flags in one order, a letter each.
struct FlagText {
    char letters[9] = {};
    explicit FlagText(std::uint8_t flags) {
        constexpr std::pair<std::uint8_t, char> order[] = {
            {flag::syn, 'S'}, {flag::fin, 'F'}, {flag::rst, 'R'}, {flag::psh, 'P'},
            {flag::urg, 'U'}, {flag::ece, 'E'}, {flag::cwr, 'W'}, {flag::ack, 'A'}};
        std::size_t n = 0;
        for (const auto& [bit, letter] : order)
            if ((flags & bit) != 0) letters[n++] = letter;
    }
};

bool has(const TraceRecord& record, std::uint8_t bit) { return (record.flags & bit) != 0; }

bool is_retransmission(const TraceRecord& record) {
    return record.kind == Kind::segment_out && record.attempt > 1;
}

std::string_view tag_of(const TraceRecord& record) {
    switch (record.kind) {
        case Kind::state: return "STATE";
        case Kind::segment_out: return is_retransmission(record) ? "RXMT" : "SEND";
        case Kind::segment_in: return "RECV";
        case Kind::segment_lost: return "LOST";
        case Kind::segment_held: return "OOO";
        case Kind::segment_dropped: return "DROP";
        case Kind::congestion: return "CONG";
        case Kind::rtt: return "RTT";
        case Kind::deadline: return "TIMER";
        case Kind::call: return "CALL";
        case Kind::note:
        case Kind::count_: break;
    }
    return "NOTE";
}

// "A  1:1449          " : flags, then the octets the segment covers.
void put_place(Out out, const TraceRecord& record) {
    const FlagText flags(record.flags);
    if (record.length == 0) {
        fmt::format_to(out, "{:<2} {:<15} ", flags.letters, record.position);
        return;
    }
    fmt::format_to(out, "{:<2} {:<15} ", flags.letters,
                   fmt::format("{}:{}", record.position, record.position + record.length));
}

// What a SYN offers: the options as told once per connection.
void put_options(Out out, const TraceRecord& record, const ConnectionFacts* facts) {
    if (!facts || !has(record, flag::syn)) return;
    const bool ours = record.kind == Kind::segment_out;
    const std::uint16_t mss = ours ? facts->mss : facts->peer_mss;
    const std::int8_t shift = ours ? facts->window_shift : facts->peer_window_shift;
    if (mss != 0) fmt::format_to(out, " mss {}", mss);
    if (facts->sack) fmt::format_to(out, " sackok");
    if (facts->timestamps) fmt::format_to(out, " ts");
    if (shift >= 0) fmt::format_to(out, " ws {}", shift);
}

void put_sack(Out out, const TraceRecord& record) {
    const std::size_t count = std::min<std::size_t>(record.sack_count, record.sack.size());
    for (std::size_t i = 0; i < count; ++i)
        fmt::format_to(out, "{}{}:{}", i == 0 ? " sack " : ",", record.sack[i].begin_at(record.ack),
                       record.sack[i].end_at(record.ack));
}

void put_segment(Out out, const TraceRecord& record, const ConnectionFacts* facts) {
    put_place(out, record);
    if (has(record, flag::ack)) fmt::format_to(out, "ack {} ", record.ack);
    fmt::format_to(out, "win {} len {}", record.window_bytes, record.length);
    put_sack(out, record);
    put_options(out, record, facts);
}

// A drop of a segment shows the segment; one below TCP shows the reason's name, as the counters do.
void put_drop(Out out, const TraceRecord& record) {
    if (record.connection != 0 || record.flags != 0) {
        put_place(out, record);
    } else {
        fmt::format_to(out, "{} ", name_of(record.reason));
    }
    fmt::format_to(out, "len {}", record.length);
    const auto& [source, destination, ports] = record.spare;
    if (source == 0 && destination == 0) return;
    const auto put_end = [&](std::uint32_t address, std::uint32_t port) {
        fmt::format_to(out, "{}.{}.{}.{}", address >> 24U, address >> 16U & 255U, address >> 8U & 255U,
                       address & 255U);
        if (ports != 0) fmt::format_to(out, ":{}", port);
    };
    fmt::format_to(out, " ");
    put_end(source, ports >> 16U);
    fmt::format_to(out, " > ");
    put_end(destination, ports & 0xffffU);
}

void put_congestion(Out out, const TraceRecord& record) {
    fmt::format_to(out, "{} -> {}  cwnd {}>{} ssthresh ", text_of(static_cast<Phase>(record.detail)),
                   text_of(record.phase), record.spare[0], record.cwnd);
    // RFC 5681 3.1: it begins arbitrarily high.
    if (record.ssthresh >= unlimited_bytes)
        fmt::format_to(out, "-");
    else
        fmt::format_to(out, "{}", record.ssthresh);
    fmt::format_to(out, " flight {}", record.in_flight);
}

void put_call(Out out, const TraceRecord& record, const ConnectionFacts* facts) {
    const auto call = static_cast<Call>(record.detail);
    fmt::format_to(out, "{}", text_of(call));
    if (call == Call::read || call == Call::write) fmt::format_to(out, " {}", record.value);
    if (!facts) return;
    if (call == Call::connect) fmt::format_to(out, " {} from {}", facts->remote, facts->local);
    if (call == Call::listen) fmt::format_to(out, " {}", facts->local);
    if (call == Call::accept) fmt::format_to(out, " {} on {}", facts->remote, facts->local);
}

void put_note(Out out, const TraceRecord& record) {
    if (record.rule == Rule::r9293_3_8_5)
        fmt::format_to(out, "urgent data before {}", record.position);
    else
        fmt::format_to(out, "{}", name_of(record.reason));
}

void put_body(Out out, const TraceRecord& record, const ConnectionFacts* facts) {
    switch (record.kind) {
        case Kind::state:
            fmt::format_to(out, "{} -> {}", text_of(record.before), text_of(record.after));
            return;
        case Kind::segment_out:
        case Kind::segment_in: put_segment(out, record, facts); return;
        case Kind::segment_lost:
        case Kind::segment_held:
            put_place(out, record);
            fmt::format_to(out, "len {}", record.length);
            return;
        case Kind::segment_dropped: put_drop(out, record); return;
        case Kind::congestion: put_congestion(out, record); return;
        case Kind::rtt:
            fmt::format_to(out, "sample {}  srtt {} var {} rto {}", duration_words(record.value),
                           duration_words(record.srtt_us), duration_words(record.rttvar_us),
                           duration_words(record.rto_us));
            return;
        case Kind::deadline:
            fmt::format_to(out, "{} fired", text_of(static_cast<DeadlineKind>(record.detail)));
            return;
        case Kind::call: put_call(out, record, facts); return;
        case Kind::note:
        case Kind::count_: break;
    }
    put_note(out, record);
}

// --- Why ---------------------------------------------------------------------------------------------------------

std::string why_state(const TraceRecord& record, const ConnectionFacts* facts) {
    const auto event = static_cast<Event>(record.detail);
    std::string why(text_of(event));
    const Out out(why);
    const bool opens =
        event == Event::active_open || event == Event::syn_admitted || event == Event::cookie_valid;
    if (facts && opens) fmt::format_to(out, ", iss {}", facts->iss);
    if (facts && (event == Event::syn_admitted || event == Event::syn_acked || event == Event::syn_arrives))
        fmt::format_to(out, ", irs {}", facts->irs);
    if ((event == Event::syn_acked || event == Event::ack_of_syn) && record.value != 0)
        fmt::format_to(out, ", rtt {}", duration_words(record.value));
    if (event == Event::close_call && record.value != 0)
        fmt::format_to(out, ", {} bytes queued", record.value);
    if (record.after == State::time_wait && record.value != 0)
        fmt::format_to(out, ", 2 MSL = {}", duration_words(record.value));
    // Several ways of giving up share one event: the reason says which.
    if (event == Event::user_timeout && record.reason != Reason::none)
        fmt::format_to(out, ": {}", text_of(record.reason));
    return why;
}

std::string why_sent(const TraceRecord& record) {
    std::string why(text_of(record.cause));
    if (is_retransmission(record)) fmt::format_to(Out(why), ", try {}", record.attempt);
    if (record.cause == Cause::zero_window_probe && record.value != 0)
        fmt::format_to(Out(why), ", next in {}", duration_words(record.value));
    return why;
}

std::string why_received(const TraceRecord& record) {
    const bool closes =
        record.window_bytes == 0 && has(record, flag::ack) && !has(record, flag::rst | flag::syn);
    if (!closes) return {};
    return record.value == 0 ? "window closed" : fmt::format("window closed, {} bytes wait", record.value);
}

std::string why_dropped(const TraceRecord& record) {
    std::string why(text_of(record.reason));
    const Out out(why);
    switch (record.reason) {
        case Reason::tcp_reset_inexact: fmt::format_to(out, " {}, challenge ACK owed", record.rcv_nxt); break;
        case Reason::tcp_unacceptable:
        case Reason::tcp_reset_outside:
            fmt::format_to(out, " {}:{}", record.rcv_nxt, record.rcv_nxt + record.rcv_wnd);
            break;
        case Reason::tcp_ack_above:
        case Reason::tcp_ack_below:
            fmt::format_to(out, ": ack {}, we sent {}:{}", record.ack, record.snd_una,
                           record.snd_una + record.snd_max);
            break;
        default: break;
    }
    return why;
}

std::string why_called(const TraceRecord& record) {
    const auto call = static_cast<Call>(record.detail);
    const bool ends = call == Call::close || call == Call::shutdown_write;
    return ends && record.value != 0 ? fmt::format("{} bytes queued", record.value) : std::string();
}

std::string why_congestion(const TraceRecord& record) {
    if (record.cause == Cause::fast_retransmit && record.attempt != 0)
        return fmt::format("{} dup ACKs, hole at {}", record.attempt, record.snd_una);
    if (record.cause == Cause::fast_retransmit || record.cause == Cause::sack_hole)
        return fmt::format("{}, hole at {}", text_of(record.cause), record.snd_una);
    if (record.cause == Cause::timeout) return fmt::format("no ACK for {}", duration_words(record.rto_us));
    if (record.cause != Cause::none) return std::string(text_of(record.cause));
    if (static_cast<Phase>(record.detail) == Phase::none) return "connection opened";
    if (static_cast<Phase>(record.detail) == Phase::recovery && record.phase != Phase::timeout)
        return fmt::format("all repaired, acked {}", record.snd_una);
    return record.phase == Phase::avoidance ? "cwnd reached ssthresh" : std::string();
}

// The value is how long it runs now, for those that start again, or how long it ran.
std::string why_fired(const TraceRecord& record) {
    if (record.value == 0) return {};
    switch (static_cast<DeadlineKind>(record.detail)) {
        case DeadlineKind::retransmission: {
            std::string why = fmt::format("rto now {}", duration_words(record.value));
            if (record.attempt > 0 && record.attempt < 32)
                fmt::format_to(Out(why), ", backoff x{}", std::uint32_t{1} << record.attempt);
            return why;
        }
        case DeadlineKind::persist:
        case DeadlineKind::keepalive:
        case DeadlineKind::handshake: return fmt::format("next in {}", duration_words(record.value));
        default: return fmt::format("after {}", duration_words(record.value));
    }
}

std::string why_of(const TraceRecord& record, const ConnectionFacts* facts) {
    switch (record.kind) {
        case Kind::state: return why_state(record, facts);
        case Kind::segment_out: return why_sent(record);
        case Kind::segment_in: return why_received(record);
        case Kind::segment_dropped: return why_dropped(record);
        case Kind::congestion: return why_congestion(record);
        case Kind::deadline: return why_fired(record);
        case Kind::segment_held: return fmt::format("hole at {}", record.rcv_nxt);
        case Kind::segment_lost: return std::string(text_of(record.cause));
        case Kind::note: return std::string(text_of(record.reason));
        case Kind::call: return why_called(record);
        case Kind::rtt:
        case Kind::count_: break;
    }
    return {};
}

std::string_view rule_of(const TraceRecord& record) {
    if (record.rule != Rule::none) return text_of(record.rule);
    const bool named = record.kind == Kind::segment_dropped || record.kind == Kind::note;
    return named ? clause_of(record.reason) : std::string_view();
}

}  // namespace

std::string duration_words(std::int64_t microseconds) {
    const auto trimmed = [](std::int64_t value, std::int64_t scale, std::string_view unit) {
        std::string digits = fmt::format("{}.{:03}", value / scale, value % scale * 1000 / scale);
        while (digits.back() == '0') digits.pop_back();
        if (digits.back() == '.') digits.pop_back();
        return fmt::format("{} {}", digits, unit);
    };
    if (microseconds < 1000) return fmt::format("{} us", microseconds);
    if (microseconds < 1000000) return trimmed((microseconds + 50) / 100 * 100, 1000, "ms");
    return trimmed(microseconds, 1000000, "s");
}

// Choice: calls that move data and deadlines of the everyday (a delayed ACK, pacing) come many times a second; what
// a person sees first leaves them out.
int level_of(const TraceRecord& record) {
    switch (record.kind) {
        case Kind::state:
        case Kind::congestion:
        case Kind::note:
        case Kind::segment_dropped: return 1;
        case Kind::segment_out:
        case Kind::segment_in: return has(record, flag::rst) ? 1 : 2;
        case Kind::segment_lost: return 2;
        case Kind::call: {
            const auto call = static_cast<Call>(record.detail);
            return call == Call::read || call == Call::write ? 3 : 1;
        }
        case Kind::deadline: {
            const auto kind = static_cast<DeadlineKind>(record.detail);
            const bool everyday = kind == DeadlineKind::delayed_ack || kind == DeadlineKind::silly_window ||
                                  kind == DeadlineKind::pacing;
            return everyday ? 3 : 1;
        }
        case Kind::segment_held:
        case Kind::rtt:
        case Kind::count_: break;
    }
    return 3;
}

void append_message(std::string& out, const TraceRecord& record, const ConnectionFacts* facts) {
    const Out to(out);
    fmt::format_to(to, "{:<5} ", tag_of(record));
    put_body(to, record, facts);
    if (const std::string why = why_of(record, facts); !why.empty()) fmt::format_to(to, "  ; {}", why);
    if (const std::string_view rule = rule_of(record); !rule.empty()) fmt::format_to(to, "  [{}]", rule);
}

void append_line(std::string& out, const TraceRecord& record, const ConnectionFacts* facts) {
    const std::int64_t microseconds = record.time_ns / 1000;
    fmt::format_to(Out(out), "{:>5}.{:06} #{} ", microseconds / 1000000, microseconds % 1000000,
                   record.connection);
    append_message(out, record, facts);
}

}  // namespace sluice::trace
