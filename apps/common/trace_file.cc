#include "apps/common/trace_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <iostream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "apps/common/failure.h"
#include "trace/names.h"
#include "wire/address.h"

namespace sluice::common {
namespace {

using Json = nlohmann::json;

template <typename Number>
void take_number(const Json& data, const char* name, Number& into) {
    if (const auto found = data.find(name); found != data.end() && found->is_number())
        into = found->template get<Number>();
}

// Milliseconds to the unit of which `per_ms` make one; exact, because the writer's decimals are.
template <typename Number>
void take_ms(const Json& data, const char* name, Number& into, double per_ms) {
    if (const auto found = data.find(name); found != data.end() && found->is_number())
        into = static_cast<Number>(std::llround(found->get<double>() * per_ms));
}

template <typename Enum, typename Into, typename Name>
void take_name(const Json& data, const char* name, Into& into, Name names) {
    const auto found = data.find(name);
    if (found == data.end() || !found->is_string()) return;
    if (const auto value = trace::named<Enum>(found->get_ref<const std::string&>(), names))
        into = static_cast<Into>(*value);
}

constexpr auto words = [](auto value) { return text_of(value); };

std::uint8_t flags_from(const std::string& letters) {
    static constexpr std::string_view order = "FSRPAUEW";
    std::uint8_t flags = 0;
    for (const char c : letters)
        if (const auto at = order.find(c); at != std::string_view::npos)
            flags = static_cast<std::uint8_t>(flags | 1U << at);
    return flags;
}

void take_sack(const Json& data, TraceRecord& record) {
    const auto found = data.find("sack");
    if (found == data.end() || !found->is_array()) return;
    for (const Json& range : *found) {
        if (record.sack_count == record.sack.size() || range.size() != 2) break;
        Range32& into = record.sack.at(record.sack_count++);
        into.begin = static_cast<std::uint32_t>(range[0].get<std::int64_t>() - record.ack);
        into.end = static_cast<std::uint32_t>(range[1].get<std::int64_t>() - record.ack);
    }
}

// An end of a dropped packet: the address, and its port.
std::pair<std::uint32_t, std::uint32_t> packet_end_from(const Json& data, const char* name) {
    const auto found = data.find(name);
    if (found == data.end()) return {};
    const auto address = wire::parse_address(found->value("address", std::string()));
    return {address ? address->to_v4() : 0, found->value("port", 0U)};
}

void take_packet_ends(const Json& data, TraceRecord& record) {
    const auto [source, source_port] = packet_end_from(data, "source");
    const auto [destination, destination_port] = packet_end_from(data, "destination");
    record.spare = {source, destination, source_port << 16U | destination_port};
}

void take_kind(const Json& data, TraceRecord& record) {
    switch (record.kind) {
        case Kind::state:
            take_name<State>(data, "old", record.before, words);
            take_name<Event>(data, "trigger", record.detail, [](Event e) { return trace::name_of(e); });
            break;
        case Kind::congestion:
            take_name<Phase>(data, "old", record.detail, words);
            take_number(data, "old_cwnd", record.spare[0]);
            break;
        case Kind::rtt: take_ms(data, "latest_rtt", record.value, 1000); break;
        case Kind::deadline:
            take_name<DeadlineKind>(data, "timer", record.detail, words);
            take_ms(data, "delta", record.value, 1000);
            break;
        case Kind::call:
            take_name<Call>(data, "call", record.detail, words);
            take_number(data, "bytes", record.value);
            break;
        case Kind::segment_dropped:
            take_packet_ends(data, record);
            take_number(data, "detail", record.detail);
            break;
        default: take_number(data, "detail", record.detail); break;
    }
}

void take_timers(const Json& timers, TraceRecord& record) {
    record.deadlines = 0;
    for (const Json& timer : timers)
        if (const auto kind = trace::named<DeadlineKind>(timer.get<std::string>(), words))
            record.deadlines =
                static_cast<std::uint16_t>(record.deadlines | 1U << static_cast<unsigned>(*kind));
}

void take_variables(const Json& v, TraceRecord& record) {
    std::int64_t nxt = record.snd_una + record.snd_nxt;
    std::int64_t max = record.snd_una + record.snd_max;
    take_name<State>(v, "state", record.after, words);
    take_name<Phase>(v, "phase", record.phase, words);
    take_number(v, "una", record.snd_una);
    take_number(v, "nxt", nxt);
    take_number(v, "max", max);
    record.snd_nxt = static_cast<std::uint32_t>(nxt - record.snd_una);
    record.snd_max = static_cast<std::uint32_t>(max - record.snd_una);
    take_number(v, "wnd", record.snd_wnd);
    take_number(v, "cwnd", record.cwnd);
    take_number(v, "ssthresh", record.ssthresh);
    take_number(v, "flight", record.in_flight);
    take_number(v, "sacked", record.sacked);
    take_number(v, "rcv_nxt", record.rcv_nxt);
    take_number(v, "rcv_wnd", record.rcv_wnd);
    take_ms(v, "srtt", record.srtt_us, 1000);
    take_ms(v, "rttvar", record.rttvar_us, 1000);
    take_ms(v, "rto", record.rto_us, 1000);
    if (const auto timers = v.find("timers"); timers != v.end()) take_timers(*timers, record);
}

// The variables of a connection hold until they change.
TraceRecord with_variables_of(const TraceRecord& before) {
    TraceRecord record;
    record.after = before.after;
    record.phase = before.phase;
    record.deadlines = before.deadlines;
    record.snd_una = before.snd_una;
    record.rcv_nxt = before.rcv_nxt;
    record.snd_nxt = before.snd_nxt;
    record.snd_max = before.snd_max;
    record.snd_wnd = before.snd_wnd;
    record.cwnd = before.cwnd;
    record.ssthresh = before.ssthresh;
    record.in_flight = before.in_flight;
    record.sacked = before.sacked;
    record.rcv_wnd = before.rcv_wnd;
    record.srtt_us = before.srtt_us;
    record.rttvar_us = before.rttvar_us;
    record.rto_us = before.rto_us;
    return record;
}

std::string end_from(const Json& data, const char* name) {
    const auto found = data.find(name);
    if (found == data.end() || !found->contains("address")) return {};
    std::string text = (*found)["address"].get<std::string>();
    if (found->contains("port")) text += fmt::format(":{}", (*found)["port"].get<std::uint32_t>());
    return text;
}

class Parser {
public:
    void take(const Json& event, TraceFile& file) {
        const std::string name = event.at("name").get<std::string>();
        if (!name.starts_with("tcp:")) return;
        const Json& data = event.at("data");
        const auto connection =
            static_cast<std::uint32_t>(std::stoul(event.value("group_id", std::string("0"))));
        if (name == "tcp:connection_started" || name == "tcp:connection_updated")
            take_facts(data, connection, file);
        else if (name == "tcp:connection_ended")
            take_end(data, connection, file);
        else if (name == "tcp:records_lost")
            file.lost += data.value("count", std::uint64_t{0});
        else if (const auto kind =
                     trace::named<Kind>(name.substr(4), [](Kind k) { return trace::name_of(k); }))
            take_record(event, data, *kind, connection, file);
    }

private:
    static void take_facts(const Json& data, std::uint32_t connection, TraceFile& file) {
        ConnectionFacts facts;
        facts.connection = connection;
        facts.local = end_from(data, "local");
        facts.remote = end_from(data, "remote");
        facts.is_active = data.value("role", std::string()) == "client";
        take_number(data, "iss", facts.iss);
        take_number(data, "irs", facts.irs);
        take_number(data, "mss", facts.mss);
        take_number(data, "peer_mss", facts.peer_mss);
        take_number(data, "window_shift", facts.window_shift);
        take_number(data, "peer_window_shift", facts.peer_window_shift);
        facts.timestamps = data.value("timestamps", false);
        facts.sack = data.value("sack", false);
        file.newest[connection] = file.facts.size();
        file.facts.push_back(std::move(facts));
    }

    static void take_end(const Json& data, std::uint32_t connection, TraceFile& file) {
        const auto found = file.newest.find(connection);
        if (found == file.newest.end()) return;
        take_name<Reason>(data, "reason", file.facts[found->second].ended,
                          [](Reason r) { return sluice::name_of(r); });
    }

    void take_record(const Json& event, const Json& data, Kind kind, std::uint32_t connection,
                     TraceFile& file) {
        TraceRecord& last = last_[connection];
        TraceRecord record = with_variables_of(last);
        take_ms(event, "time", record.time_ns, 1e6);
        record.connection = connection;
        record.kind = kind;
        if (const auto v = data.find("v"); v != data.end()) take_variables(*v, record);
        record.before = record.after;
        take_number(data, "n", record.number);
        if (const auto flags = data.find("flags"); flags != data.end())
            record.flags = flags_from(flags->get<std::string>());
        take_number(data, "seq", record.position);
        take_number(data, "len", record.length);
        take_number(data, "ack", record.ack);
        take_number(data, "win", record.window_bytes);
        take_sack(data, record);
        take_name<Cause>(data, "why", record.cause, words);
        take_number(data, "attempt", record.attempt);
        take_name<Reason>(data, "reason", record.reason, [](Reason r) { return sluice::name_of(r); });
        take_name<Rule>(data, "rule", record.rule, words);
        take_number(data, "frame", record.frame);
        take_number(data, "value", record.value);
        take_kind(data, record);
        last = record;
        const auto known = file.newest.find(connection);
        file.facts_at.push_back(known == file.newest.end() ? -1 : static_cast<std::int32_t>(known->second));
        file.records.push_back(record);
    }

    std::map<std::uint32_t, TraceRecord> last_;
};

}  // namespace

TraceFile parse_trace(std::string_view text, std::string_view name) {
    TraceFile file;
    Parser parser;
    bool has_header = false;
    std::size_t number = 0;
    while (!text.empty()) {
        ++number;
        const std::size_t end = std::min(text.find('\n'), text.size());
        std::string_view line = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        if (line.starts_with('\x1e')) line.remove_prefix(1);
        if (line.empty()) continue;
        try {
            const Json json = Json::parse(line);
            if (has_header) {
                parser.take(json, file);
                continue;
            }
            if (json.value("file_schema", std::string()) != "urn:ietf:params:qlog:file:sequential") break;
            has_header = true;
            file.title = json.value("title", std::string());
            const Json& trace = json.at("trace");
            const auto path = "/common_fields/reference_time/wall_clock_time"_json_pointer;
            if (trace.contains(path)) file.wall_clock = trace.at(path).get<std::string>();
        } catch (const std::exception& error) {
            // The last line of a program that was killed may be cut off.
            if (has_header && text.empty()) break;
            throw Failure(exit_environment, fmt::format("{}, line {}: {}", name, number, error.what()));
        }
    }
    if (!has_header)
        throw Failure(exit_environment, fmt::format("{} is no trace: programs write one with --qlog", name));
    return file;
}

TraceFile read_trace_file(const std::string& path) {
    if (path == "-") {
        const std::string text{std::istreambuf_iterator<char>(std::cin), {}};
        return parse_trace(text, "standard input");
    }
    std::ifstream in(path, std::ios::binary);
    if (!in) throw Failure(exit_environment, fmt::format("cannot read {}", path));
    const std::string text{std::istreambuf_iterator<char>(in), {}};
    return parse_trace(text, path);
}

}  // namespace sluice::common
