#include "trace/columns.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <unordered_map>

#include "trace/names.h"
#include "trace/qlog.h"

namespace sluice::trace {
namespace {

enum class Like : std::uint8_t { run, connection, kind };  // the previous record of which

struct Column {
    std::string_view name;
    Like like;
    std::int64_t (*value)(const TraceRecord&);
};

template <auto Member>
constexpr std::int64_t get(const TraceRecord& record) {
    return static_cast<std::int64_t>(record.*Member);
}
template <std::size_t N>
constexpr std::int64_t sack_begin(const TraceRecord& record) {
    return record.sack[N].begin;
}
template <std::size_t N>
constexpr std::int64_t sack_end(const TraceRecord& record) {
    return record.sack[N].end;
}
template <std::size_t N>
constexpr std::int64_t spare(const TraceRecord& record) {
    return record.spare[N];
}

constexpr Column columns[] = {
    {"time", Like::run, get<&TraceRecord::time_ns>},
    {"number", Like::run, get<&TraceRecord::number>},
    {"connection", Like::run, get<&TraceRecord::connection>},
    {"kind", Like::run, get<&TraceRecord::kind>},
    {"before", Like::connection, get<&TraceRecord::before>},
    {"after", Like::connection, get<&TraceRecord::after>},
    {"phase", Like::connection, get<&TraceRecord::phase>},
    {"cause", Like::kind, get<&TraceRecord::cause>},
    {"flags", Like::kind, get<&TraceRecord::flags>},
    {"attempt", Like::kind, get<&TraceRecord::attempt>},
    {"sacks", Like::kind, get<&TraceRecord::sack_count>},
    {"rule", Like::kind, get<&TraceRecord::rule>},
    {"reason", Like::kind, get<&TraceRecord::reason>},
    {"timers", Like::connection, get<&TraceRecord::deadlines>},
    {"detail", Like::kind, get<&TraceRecord::detail>},
    {"seq", Like::kind, get<&TraceRecord::position>},
    {"ack", Like::kind, get<&TraceRecord::ack>},
    {"len", Like::kind, get<&TraceRecord::length>},
    {"win", Like::kind, get<&TraceRecord::window_bytes>},
    {"una", Like::connection, get<&TraceRecord::snd_una>},
    {"rcv_nxt", Like::connection, get<&TraceRecord::rcv_nxt>},
    {"nxt", Like::connection, get<&TraceRecord::snd_nxt>},
    {"max", Like::connection, get<&TraceRecord::snd_max>},
    {"wnd", Like::connection, get<&TraceRecord::snd_wnd>},
    {"cwnd", Like::connection, get<&TraceRecord::cwnd>},
    {"ssthresh", Like::connection, get<&TraceRecord::ssthresh>},
    {"flight", Like::connection, get<&TraceRecord::in_flight>},
    {"sacked", Like::connection, get<&TraceRecord::sacked>},
    {"rcv_wnd", Like::connection, get<&TraceRecord::rcv_wnd>},
    {"srtt", Like::connection, get<&TraceRecord::srtt_us>},
    {"rttvar", Like::connection, get<&TraceRecord::rttvar_us>},
    {"rto", Like::connection, get<&TraceRecord::rto_us>},
    {"value", Like::kind, get<&TraceRecord::value>},
    {"frame", Like::run, get<&TraceRecord::frame>},
    {"old_cwnd", Like::kind, spare<0>},  // of a drop: the packet's source
    {"destination", Like::kind, spare<1>},
    {"ports", Like::kind, spare<2>},
    {"sack0", Like::kind, sack_begin<0>},
    {"sack0_end", Like::kind, sack_end<0>},
    {"sack1", Like::kind, sack_begin<1>},
    {"sack1_end", Like::kind, sack_end<1>},
    {"sack2", Like::kind, sack_begin<2>},
    {"sack2_end", Like::kind, sack_end<2>},
};

void put_number(std::vector<std::uint8_t>& out, std::uint64_t value) {
    while (value >= 0x80) {
        out.push_back(static_cast<std::uint8_t>(value | 0x80U));
        value >>= 7U;
    }
    out.push_back(static_cast<std::uint8_t>(value));
}

void put_signed(std::vector<std::uint8_t>& out, std::int64_t value) {
    put_number(out, static_cast<std::uint64_t>(value) << 1U ^ static_cast<std::uint64_t>(value >> 63U));
}

constexpr std::uint32_t none = 0xffffffff;

// For each record the index of the previous one of its connection, and of its connection and kind.
struct Previous {
    std::vector<std::uint32_t> connection;
    std::vector<std::uint32_t> kind;

    explicit Previous(std::span<const TraceRecord> records)
        : connection(records.size(), none), kind(records.size(), none) {
        std::unordered_map<std::uint64_t, std::uint32_t> last;
        const auto exchange = [&](std::uint64_t key, std::uint32_t index) {
            const auto [at, is_new] = last.try_emplace(key, index);
            const std::uint32_t before = is_new ? none : at->second;
            at->second = index;
            return before;
        };
        for (std::uint32_t i = 0; i < records.size(); ++i) {
            const std::uint64_t key = std::uint64_t{records[i].connection} << 8U;
            connection[i] = exchange(key | 0xffU, i);
            kind[i] = exchange(key | static_cast<std::uint64_t>(records[i].kind), i);
        }
    }
    std::uint32_t of(Like like, std::uint32_t i) const {
        if (like == Like::run) return i == 0 ? none : i - 1;
        return like == Like::connection ? connection[i] : kind[i];
    }
};

template <typename Enum, typename Word>
void put_words(std::string& out, std::string_view name, Word word) {
    append_json(out += ',', name);
    out += ":[";
    for (std::size_t i = 0; i < static_cast<std::size_t>(Enum::count_); ++i) {
        if (i != 0) out += ',';
        append_json(out, word(static_cast<Enum>(i)));
    }
    out += ']';
}

}  // namespace

std::vector<std::uint8_t> pack_columns(std::span<const TraceRecord> records) {
    const Previous previous(records);
    std::vector<std::uint8_t> out;
    std::vector<std::uint8_t> packed;
    put_number(out, records.size());
    for (const Column& column : columns) {
        packed.clear();
        for (std::uint32_t i = 0; i < records.size(); ++i) {
            const std::uint32_t before = previous.of(column.like, i);
            put_signed(packed,
                       column.value(records[i]) - (before == none ? 0 : column.value(records[before])));
        }
        put_number(out, packed.size());
        out.insert(out.end(), packed.begin(), packed.end());
    }
    return out;
}

std::string base64(std::span<const std::uint8_t> octets) {
    static constexpr std::string_view digits =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string out;
    out.reserve((octets.size() + 2) / 3 * 4);
    for (std::size_t i = 0; i < octets.size(); i += 3) {
        const std::size_t count = std::min<std::size_t>(3, octets.size() - i);
        std::uint32_t bits = 0;
        for (std::size_t k = 0; k < 3; ++k) bits = bits << 8U | (k < count ? octets[i + k] : 0U);
        for (std::size_t k = 0; k < 4; ++k) out += k <= count ? digits[bits >> (18 - 6 * k) & 63U] : '=';
    }
    return out;
}

void append_vocabulary(std::string& out) {
    static constexpr std::array<std::string_view, 3> likes{"run", "connection", "kind"};
    out += "{\"columns\":[";
    for (const Column& column : columns) {
        if (&column != columns) out += ',';
        append_json(out += '[', column.name);
        append_json(out += ',', likes.at(static_cast<std::size_t>(column.like)));
        out += ']';
    }
    out += ']';
    const auto text = [](auto value) { return text_of(value); };
    put_words<Kind>(out, "kinds", [](Kind kind) { return name_of(kind); });
    put_words<State>(out, "states", text);
    put_words<Event>(out, "events", [](Event event) { return name_of(event); });
    put_words<Event>(out, "eventTexts", text);
    put_words<Phase>(out, "phases", text);
    put_words<Cause>(out, "causes", text);
    put_words<DeadlineKind>(out, "timers", text);
    put_words<Call>(out, "calls", text);
    put_words<Reason>(out, "reasons", [](Reason reason) { return sluice::name_of(reason); });
    put_words<Reason>(out, "reasonTexts", text);
    put_words<Reason>(out, "clauses", [](Reason reason) { return clause_of(reason); });
    put_words<Rule>(out, "rules", text);
    out += '}';
}

}  // namespace sluice::trace
