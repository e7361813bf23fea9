#include "apps/common/control/views.h"

#include <nlohmann/json.hpp>

#include <array>
#include <map>

namespace sluice::common {
namespace {

using Json = nlohmann::json;
using View = Json (*)(const Stack&);

constexpr std::size_t rows_most = 65536;

// The kernel's spelling, as netstat has it.
const char* netstat_name(State state) {
    constexpr std::array names{"CLOSED",    "LISTEN",     "SYN_SENT", "SYN_RECV", "ESTABLISHED", "FIN_WAIT1",
                               "FIN_WAIT2", "CLOSE_WAIT", "CLOSING",  "LAST_ACK", "TIME_WAIT"};
    static_assert(names.size() == static_cast<std::size_t>(State::count_));
    return names[static_cast<std::size_t>(state)];
}

Json json_of(const wire::Endpoint& endpoint) {
    return {{"address", wire::to_text(endpoint.address)}, {"port", endpoint.port}};
}

Json row_of(const Stack& stack, const TcpEntry& entry) {
    const TcpInfo& info = entry.info;
    const bool is_listener = info.state == State::listen;
    Json row{{"protocol", "tcp"},
             {"number", info.connection},
             {"local", json_of(info.local)},
             {"remote", json_of(info.remote)},
             {"state", netstat_name(info.state)},
             // As the kernel tells of a listener: who waits, and how many may.
             {"receive_queue", is_listener ? entry.waiting : info.receive_queue},
             {"send_queue", is_listener ? entry.backlog : info.send_queue},
             {"retransmitted", info.retransmitted}};
    if (info.deadline && info.deadline_at != never) {
        row["timer"] = text_of(*info.deadline);
        row["timer_ms"] = in_ms(std::max(info.deadline_at - stack.now(), Duration::zero()));
    }
    if (is_listener || info.state == State::time_wait) return row;
    row["mss"] = info.mss_send;
    row["cwnd"] = info.cwnd;
    row["ssthresh"] = info.ssthresh;
    row["snd_wnd"] = info.snd_wnd;
    row["rcv_wnd"] = info.rcv_wnd;
    row["rtt_us"] = in_us(info.srtt);
    row["rttvar_us"] = in_us(info.rttvar);
    row["rto_ms"] = in_ms(info.rto);
    row["bytes_acked"] = info.bytes_acked;
    row["bytes_received"] = info.bytes_received;
    return row;
}

Json row_of(const UdpInfo& info) {
    Json row{{"protocol", info.is_raw ? "raw" : "udp"},
             {"number", info.number},
             {"local", json_of(info.local)},
             {"remote", json_of(info.remote)},
             {"state", info.remote.address.is_unspecified() ? "" : "ESTABLISHED"},
             {"receive_queue", info.receive_queue},
             {"send_queue", info.send_queue},
             {"dropped", info.dropped}};
    if (info.is_raw) row["local"]["port"] = info.protocol;  // as netstat shows it
    return row;
}

Json sockets(const Stack& stack) {
    Json rows = Json::array();
    for (const TcpEntry& entry : stack.tcp_entries())
        if (rows.size() < rows_most) rows.push_back(row_of(stack, entry));
    for (const UdpInfo& info : stack.udp_entries())
        if (rows.size() < rows_most) rows.push_back(row_of(info));
    return rows;
}

Json routes(const Stack& stack) {
    Json rows = Json::array();
    for (const net::Route& route : stack.ip().routes())
        rows.push_back({{"destination", wire::to_text(wire::Address::v4(route.destination.address.to_v4() &
                                                                        route.destination.mask()))},
                        {"mask", wire::to_text(wire::Address::v4(route.destination.mask()))},
                        {"length", route.destination.length},
                        {"gateway", wire::to_text(route.gateway)},
                        {"link", route.link},
                        {"metric", route.metric}});
    return rows;
}

Json addresses(const Stack& stack) {
    constexpr std::array states{"probing", "usable", "taken"};
    Json rows = Json::array();
    for (const net::AddressView& view : stack.ip().addresses())
        rows.push_back({{"address", wire::to_text(view.prefix)},
                        {"link", view.link},
                        {"state", states[static_cast<std::size_t>(view.state)]}});
    return rows;
}

Json neighbors(const Stack& stack) {
    constexpr std::array states{"INCOMPLETE", "REACHABLE", "STALE", "FAILED"};
    Json rows = Json::array();
    for (const net::NeighborView& view : stack.ip().neighbors())
        rows.push_back({{"address", wire::to_text(view.address)},
                        {"mac", wire::to_text(view.mac)},
                        {"link", view.link},
                        {"state", states[static_cast<std::size_t>(view.state)]}});
    return rows;
}

Json counters(const Stack& stack) {
    Json rows = Json::array();
    visit_counters(stack.counters(), [&](std::string_view name, std::string_view text, std::uint64_t value) {
        rows.push_back({{"name", name}, {"text", text}, {"value", value}});
    });
    return rows;
}

Json drops(const Stack& stack) {
    Json rows = Json::array();
    for (std::size_t i = 1; i < reason_count; ++i) {
        const auto reason = static_cast<Reason>(i);
        if (const std::uint64_t count = stack.counters().drops(reason))
            rows.push_back({{"name", name_of(reason)},
                            {"text", text_of(reason)},
                            {"clause", clause_of(reason)},
                            {"value", count}});
    }
    return rows;
}

const std::map<std::string, View>& views() {
    static const std::map<std::string, View> all{{"sockets", sockets},     {"routes", routes},
                                                 {"addresses", addresses}, {"neighbors", neighbors},
                                                 {"counters", counters},   {"drops", drops}};
    return all;
}

std::string refusal(const std::string& text) { return Json{{"ok", false}, {"error", text}}.dump(); }

}  // namespace

std::string answer_about(const Stack& stack, const std::string& program, const std::string& request) {
    const Json asked = Json::parse(request, nullptr, false);
    if (!asked.is_object() || !asked.contains("show") || !asked["show"].is_string())
        return refusal("a request is an object such as {\"show\": \"sockets\"}");
    const auto view = views().find(asked["show"].get<std::string>());
    if (view == views().end()) return refusal("nothing by this name is shown");
    return Json{{"ok", true}, {"program", program}, {"rows", view->second(stack)}}.dump();
}

}  // namespace sluice::common
