#include "tools/trace/qvis.h"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <vector>

namespace sluice::tools {
namespace {

using Json = nlohmann::ordered_json;

// What we sent with text, SYN or FIN: the packets that may be acknowledged.
struct Packet {
    std::uint64_t number;
    std::int64_t begin;
    std::int64_t end;
    bool is_acked = false;
};

class Connection {
public:
    void take(const TraceRecord& record) {
        const double time = static_cast<double>(record.time_ns) / 1e6;
        switch (record.kind) {
            case Kind::segment_out: sent(record, time); break;
            case Kind::segment_in: received(record, time); break;
            case Kind::segment_lost: lost(record, time); break;
            case Kind::rtt:
            case Kind::congestion: metrics(record, time); break;
            default: break;
        }
    }
    Json trace(std::uint32_t number, const ConnectionFacts* facts) const {
        const std::string name = facts ? facts->local + " - " + facts->remote : std::string();
        const std::string type = facts && facts->is_active ? "client" : "server";
        return {{"title", "connection #" + std::to_string(number) + " " + name},
                {"vantage_point", {{"name", name}, {"type", type}}},
                {"common_fields",
                 {{"ODCID", std::to_string(number)}, {"time_format", "absolute"}, {"reference_time", 0}}},
                {"events", events_}};
    }
    bool is_empty() const { return events_.empty(); }

private:
    static std::int64_t end_of(const TraceRecord& record) {
        const bool takes_one = (record.flags & (flag::syn | flag::fin)) != 0;
        return record.position + record.length + (takes_one ? 1 : 0);
    }
    static Json header(std::uint64_t number) { return {{"packet_type", "1RTT"}, {"packet_number", number}}; }
    void event(double time, const char* name, Json data) {
        events_.push_back({{"time", time}, {"name", name}, {"data", std::move(data)}});
    }

    void sent(const TraceRecord& record, double time) {
        const std::int64_t end = end_of(record);
        const std::uint64_t number = next_sent_++;
        Json frames = Json::array();
        if (record.length != 0)
            frames.push_back({{"frame_type", "stream"},
                              {"stream_id", 0},
                              {"offset", record.position - 1},
                              {"length", record.length}});
        if ((record.flags & flag::ack) != 0) frames.push_back(ack_of_theirs());
        if (end > record.position) packets_.push_back({number, record.position, end});
        event(time, "transport:packet_sent",
              {{"header", header(number)}, {"raw", {{"length", record.length + 40}}}, {"frames", frames}});
    }
    Json ack_of_theirs() const {
        Json ranges = Json::array();
        if (next_received_ > 0) ranges.push_back({0, next_received_ - 1});
        return {{"frame_type", "ack"}, {"acked_ranges", ranges}};
    }
    void received(const TraceRecord& record, double time) {
        Json frames = Json::array();
        if (record.length != 0)
            frames.push_back({{"frame_type", "stream"},
                              {"stream_id", 1},
                              {"offset", record.position - 1},
                              {"length", record.length}});
        if ((record.flags & flag::ack) != 0) {
            frames.push_back({{"frame_type", "ack"}, {"acked_ranges", acked_ranges(record)}});
            frames.push_back({{"frame_type", "max_data"}, {"maximum", record.ack - 1 + record.window_bytes}});
        }
        event(time, "transport:packet_received",
              {{"header", header(next_received_++)},
               {"raw", {{"length", record.length + 40}}},
               {"frames", frames}});
    }
    // Packets whose octets the ACK or its SACK blocks cover, as ranges of numbers.
    Json acked_ranges(const TraceRecord& record) {
        std::vector<std::uint64_t> numbers;
        for (Packet& packet : packets_) {
            bool covered = packet.end <= record.ack;
            for (std::size_t i = 0; i < record.sack_count && i < record.sack.size(); ++i)
                covered = covered || (packet.begin >= record.sack[i].begin_at(record.ack) &&
                                      packet.end <= record.sack[i].end_at(record.ack));
            if (!covered || packet.is_acked) continue;
            packet.is_acked = true;
            numbers.push_back(packet.number);
        }
        std::erase_if(packets_, [](const Packet& packet) { return packet.is_acked; });
        Json ranges = Json::array();
        for (const std::uint64_t number : numbers) {
            if (!ranges.empty() && ranges.back()[1].get<std::uint64_t>() + 1 == number)
                ranges.back()[1] = number;
            else
                ranges.push_back({number, number});
        }
        return ranges;
    }
    void lost(const TraceRecord& record, double time) {
        for (const Packet& packet : packets_)
            if (packet.begin <= record.position && record.position < packet.end)
                return event(time, "recovery:packet_lost", {{"header", header(packet.number)}});
    }
    void metrics(const TraceRecord& record, double time) {
        Json data = {{"congestion_window", record.cwnd}, {"bytes_in_flight", record.in_flight}};
        if (record.kind == Kind::rtt) data["latest_rtt"] = record.value / 1e3;
        if (record.srtt_us != 0) data["smoothed_rtt"] = record.srtt_us / 1e3;
        if (record.ssthresh < 1U << 30U) data["ssthresh"] = record.ssthresh;
        event(time, "recovery:metrics_updated", std::move(data));
    }

    Json events_ = Json::array();
    std::vector<Packet> packets_;  // not yet acknowledged
    std::uint64_t next_sent_ = 0;
    std::uint64_t next_received_ = 0;
};

}  // namespace

std::string qvis_of(const common::TraceFile& trace) {
    std::map<std::uint32_t, Connection> connections;
    for (const TraceRecord& record : trace.records)
        if (record.connection != 0) connections[record.connection].take(record);
    Json traces = Json::array();
    for (const auto& [number, connection] : connections)
        if (!connection.is_empty()) traces.push_back(connection.trace(number, trace.newest_facts(number)));
    const Json file = {
        {"qlog_version", "0.3"}, {"qlog_format", "JSON"}, {"title", trace.title}, {"traces", traces}};
    return file.dump() + "\n";
}

}  // namespace sluice::tools
