#include "trace/qlog.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "trace/names.h"

namespace sluice::trace {
namespace {

using Out = std::back_insert_iterator<std::string>;

// Milliseconds with as many decimals as it takes to lose nothing.
void put_ms(std::string& out, std::int64_t value, std::int64_t per_ms) {
    fmt::format_to(Out(out), "{}", value / per_ms);
    if (std::int64_t rest = value % per_ms; rest != 0) {
        out += '.';
        for (std::int64_t place = per_ms / 10; rest != 0; place /= 10) {
            out += static_cast<char>('0' + rest / place);
            rest %= place;
        }
    }
}

// The members of one JSON object, with commas where they belong.
class Members {
public:
    explicit Members(std::string& out, bool is_first = true) : out_(out), is_first_(is_first) {}

    void number(std::string_view name, std::int64_t value) {
        key(name);
        fmt::format_to(Out(out_), "{}", value);
    }
    void text(std::string_view name, std::string_view value) {
        key(name);
        append_json(out_, value);
    }
    void truth(std::string_view name, bool value) {
        key(name);
        out_ += value ? "true" : "false";
    }
    void ms(std::string_view name, std::int64_t us) {
        key(name);
        put_ms(out_, us, 1000);
    }
    std::string& raw(std::string_view name) {
        key(name);
        return out_;
    }

private:
    void key(std::string_view name) {
        if (!is_first_) out_ += ',';
        is_first_ = false;
        out_ += '"';
        out_ += name;
        out_ += "\":";
    }

    std::string& out_;
    bool is_first_;
};

void put_flags(std::string& out, std::uint8_t flags) {
    static constexpr std::string_view letters = "FSRPAUEW";  // as the bits of the header
    out += '"';
    for (std::size_t bit = 0; bit < 8; ++bit)
        if ((unsigned{flags} >> bit & 1U) != 0) out += letters[bit];
    out += '"';
}

void put_timers(std::string& out, std::uint16_t deadlines) {
    out += '[';
    for (std::size_t i = 0, count = 0; i < static_cast<std::size_t>(DeadlineKind::count_); ++i)
        if ((unsigned{deadlines} >> i & 1U) != 0) {
            if (count++ != 0) out += ',';
            append_json(out, text_of(static_cast<DeadlineKind>(i)));
        }
    out += ']';
}

// --- variables ---------------------------------------------------------------------------------------------------

struct Variable {
    std::string_view name;
    std::int64_t (*value)(const TraceRecord&);
    bool is_duration = false;
};

// Positions are told as they are, not above snd.una, so that one that stays is told once.
constexpr Variable variables[] = {
    {"una", [](const TraceRecord& r) { return r.snd_una; }},
    {"nxt", [](const TraceRecord& r) { return r.snd_una + r.snd_nxt; }},
    {"max", [](const TraceRecord& r) { return r.snd_una + r.snd_max; }},
    {"wnd", [](const TraceRecord& r) { return std::int64_t{r.snd_wnd}; }},
    {"cwnd", [](const TraceRecord& r) { return std::int64_t{r.cwnd}; }},
    {"ssthresh", [](const TraceRecord& r) { return std::int64_t{r.ssthresh}; }},
    {"flight", [](const TraceRecord& r) { return std::int64_t{r.in_flight}; }},
    {"sacked", [](const TraceRecord& r) { return std::int64_t{r.sacked}; }},
    {"rcv_nxt", [](const TraceRecord& r) { return r.rcv_nxt; }},
    {"rcv_wnd", [](const TraceRecord& r) { return std::int64_t{r.rcv_wnd}; }},
    {"srtt", [](const TraceRecord& r) { return std::int64_t{r.srtt_us}; }, true},
    {"rttvar", [](const TraceRecord& r) { return std::int64_t{r.rttvar_us}; }, true},
    {"rto", [](const TraceRecord& r) { return std::int64_t{r.rto_us}; }, true},
};

void put_variables(Members& data, const TraceRecord& now, const TraceRecord* before) {
    std::string changed;
    Members members(changed);
    if (!before || before->after != now.after) members.text("state", text_of(now.after));
    if (!before || before->phase != now.phase) members.text("phase", text_of(now.phase));
    for (const Variable& variable : variables) {
        const std::int64_t value = variable.value(now);
        if (before && variable.value(*before) == value) continue;
        if (variable.is_duration)
            members.ms(variable.name, value);
        else
            members.number(variable.name, value);
    }
    if (!before || before->deadlines != now.deadlines) put_timers(members.raw("timers"), now.deadlines);
    if (changed.empty()) return;
    std::string& out = data.raw("v");
    out += '{';
    out += changed;
    out += '}';
}

// --- data of an event --------------------------------------------------------------------------------------------

bool is_segment(Kind kind) {
    return kind == Kind::segment_out || kind == Kind::segment_in || kind == Kind::segment_lost ||
           kind == Kind::segment_held || kind == Kind::segment_dropped;
}

void put_sack(std::string& out, const TraceRecord& record) {
    const std::size_t count = std::min<std::size_t>(record.sack_count, record.sack.size());
    out += '[';
    for (std::size_t i = 0; i < count; ++i)
        fmt::format_to(Out(out), "{}[{},{}]", i == 0 ? "" : ",", record.sack[i].begin_at(record.ack),
                       record.sack[i].end_at(record.ack));
    out += ']';
}

// What `detail` and `value` mean for this kind; see the comments at TraceRecord.
void put_kind(Members& data, const TraceRecord& record) {
    switch (record.kind) {
        case Kind::state:
            data.text("old", text_of(record.before));
            data.text("new", text_of(record.after));
            data.text("trigger", name_of(static_cast<Event>(record.detail)));
            break;
        case Kind::congestion:
            data.text("old", text_of(static_cast<Phase>(record.detail)));
            data.text("new", text_of(record.phase));
            data.number("old_cwnd", record.spare[0]);
            break;
        case Kind::rtt: data.ms("latest_rtt", record.value); return;
        case Kind::deadline:
            data.text("timer", text_of(static_cast<DeadlineKind>(record.detail)));
            data.text("event", "expired");
            if (record.value != 0) data.ms("delta", record.value);
            return;
        case Kind::call:
            data.text("call", text_of(static_cast<Call>(record.detail)));
            if (record.value != 0) data.number("bytes", record.value);
            return;
        default:
            if (record.detail != 0) data.number("detail", record.detail);
            break;
    }
    if (record.value != 0) data.number("value", record.value);
}

// An end of a packet that belonged to no connection.
void put_packet_end(std::string& out, std::uint32_t address, std::uint32_t port) {
    fmt::format_to(Out(out), R"({{"address":"{}.{}.{}.{}","port":{}}})", address >> 24U,
                   address >> 16U & 255U, address >> 8U & 255U, address & 255U, port);
}

void put_packet_ends(Members& data, const TraceRecord& record) {
    const auto& [source, destination, ports] = record.spare;
    if (record.kind != Kind::segment_dropped || (source == 0 && destination == 0 && ports == 0)) return;
    put_packet_end(data.raw("source"), source, ports >> 16U);
    put_packet_end(data.raw("destination"), destination, ports & 0xffffU);
}

void put_data(Members& data, const TraceRecord& record) {
    data.number("n", record.number);
    put_kind(data, record);
    if (is_segment(record.kind) || record.flags != 0) put_flags(data.raw("flags"), record.flags);
    if (is_segment(record.kind) || record.position != 0) data.number("seq", record.position);
    if (is_segment(record.kind) || record.length != 0) data.number("len", record.length);
    if (record.ack != 0 || (record.flags & flag::ack) != 0) data.number("ack", record.ack);
    if (record.window_bytes != 0 || record.kind == Kind::segment_in || record.kind == Kind::segment_out)
        data.number("win", record.window_bytes);
    if (record.sack_count != 0) put_sack(data.raw("sack"), record);
    if (record.cause != Cause::none) data.text("why", text_of(record.cause));
    if (record.attempt != 0) data.number("attempt", record.attempt);
    if (record.reason != Reason::none) data.text("reason", sluice::name_of(record.reason));
    if (record.rule != Rule::none) data.text("rule", text_of(record.rule));
    put_packet_ends(data, record);
    if (record.frame != 0) data.number("frame", record.frame);
}

// --- connections -------------------------------------------------------------------------------------------------

// "192.0.2.2:80" is told as address and port.
void put_end(std::string& out, std::string_view end) {
    const std::size_t colon = end.rfind(':');
    out += '{';
    Members members(out);
    if (!end.empty()) members.text("address", end.substr(0, colon));
    if (colon != std::string_view::npos) members.raw("port") += end.substr(colon + 1);
    out += '}';
}

bool is_same(const ConnectionFacts& a, const ConnectionFacts& b) {
    return a.iss == b.iss && a.irs == b.irs && a.mss == b.mss && a.peer_mss == b.peer_mss &&
           a.window_shift == b.window_shift && a.peer_window_shift == b.peer_window_shift &&
           a.timestamps == b.timestamps && a.sack == b.sack && a.is_active == b.is_active;
}

void put_facts(Members& data, const ConnectionFacts& facts) {
    put_end(data.raw("local"), facts.local);
    put_end(data.raw("remote"), facts.remote);
    data.text("role", facts.remote.empty() ? "listener" : facts.is_active ? "client" : "server");
    data.number("iss", facts.iss);
    data.number("irs", facts.irs);
    data.number("mss", facts.mss);
    data.number("peer_mss", facts.peer_mss);
    data.number("window_shift", facts.window_shift);
    data.number("peer_window_shift", facts.peer_window_shift);
    data.truth("timestamps", facts.timestamps);
    data.truth("sack", facts.sack);
}

}  // namespace

void append_json(std::string& out, std::string_view text) {
    out += '"';
    for (const char c : text) {
        const auto code = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\')
            (out += '\\') += c;
        else if (code < 0x20)
            fmt::format_to(Out(out), "\\u{:04x}", code);
        else
            out += c;
    }
    out += '"';
}

void QlogWriter::append_header(std::string& out, const QlogHeader& header) const {
    if (!plain_) out += '\x1e';
    out +=
        R"({"file_schema":"urn:ietf:params:qlog:file:sequential","serialization_format":"application/qlog+json)";
    out += plain_ ? "l" : "-seq";
    out += R"(","title":)";
    append_json(out, header.title);
    out += R"(,"trace":{"vantage_point":{"name":)";
    append_json(out, header.title);
    out +=
        R"(,"type":"unknown"},"event_schemas":["https://sluice.example/112026/qlog-tcp"],)"
        R"("common_fields":{"time_format":"relative_to_epoch","reference_time":{"clock_type":"monotonic","epoch":"unknown")";
    if (!header.wall_clock.empty()) {
        out += R"(,"wall_clock_time":)";
        append_json(out, header.wall_clock);
    }
    out += "}}}}\n";
}

void QlogWriter::begin(std::string& out, const TraceRecord& record, std::string_view name) const {
    if (!plain_) out += '\x1e';
    out += "{\"time\":";
    put_ms(out, record.time_ns, 1000000);
    fmt::format_to(Out(out), R"(,"name":"tcp:{}","group_id":"{}","data":{{)", name, record.connection);
}

void QlogWriter::end(std::string& out) const { out += "}}\n"; }

QlogWriter::Known& QlogWriter::known(std::uint32_t connection) {
    const std::uint32_t slot = connection % connections_kept;
    if (known_.size() <= slot) known_.resize(slot + 1);
    if (known_[slot].connection != connection) {
        known_[slot] = Known();
        known_[slot].connection = connection;
    }
    return known_[slot];
}

void QlogWriter::tell_facts(std::string& out, Known& known, const TraceRecord& record,
                            const ConnectionFacts& facts) const {
    if (known.is_told && is_same(known.facts, facts)) return;
    begin(out, record, known.is_told ? "connection_updated" : "connection_started");
    Members data(out);
    put_facts(data, facts);
    end(out);
    known.is_told = true;
    known.facts = facts;
}

void QlogWriter::tell_end(std::string& out, const Known& known, const TraceRecord& record,
                          const ConnectionFacts* facts) const {
    begin(out, record, "connection_ended");
    Members data(out);
    const Reason reason = record.reason != Reason::none ? record.reason : facts ? facts->ended : Reason::none;
    data.text("reason", sluice::name_of(reason));
    data.number("segments_sent", static_cast<std::int64_t>(known.totals.segments_sent));
    data.number("segments_received", static_cast<std::int64_t>(known.totals.segments_received));
    data.number("retransmitted", static_cast<std::int64_t>(known.totals.retransmitted));
    data.number("bytes_sent", static_cast<std::int64_t>(known.totals.bytes_sent));
    data.number("bytes_received", static_cast<std::int64_t>(known.totals.bytes_received));
    end(out);
}

void QlogWriter::append(std::string& out, const TraceRecord& record, const ConnectionFacts* facts) {
    if (record.number > last_number_ + 1 && last_number_ != 0) {
        begin(out, record, "records_lost");
        Members(out).number("count", record.number - last_number_ - 1);
        end(out);
    }
    last_number_ = record.number;
    Known& of = known(record.connection);
    if (facts && record.connection != 0) tell_facts(out, of, record, *facts);

    begin(out, record, name_of(record.kind));
    Members data(out);
    put_data(data, record);
    const bool is_whole = !of.has_variables || record.kind == Kind::state;
    put_variables(data, record, is_whole ? nullptr : &of.last);
    end(out);

    of.has_variables = true;
    of.last = record;
    if (record.kind == Kind::segment_out) {
        ++of.totals.segments_sent;
        of.totals.bytes_sent += record.length;
        if (record.attempt > 1) ++of.totals.retransmitted;
    } else if (record.kind == Kind::segment_in) {
        ++of.totals.segments_received;
        of.totals.bytes_received += record.length;
    }
    const bool is_over = record.kind == Kind::state && record.after == State::closed;
    if (is_over) tell_end(out, of, record, facts);
}

}  // namespace sluice::trace
