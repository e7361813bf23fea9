#include "apps/common/control/views.h"

#include <nlohmann/json.hpp>

#include <array>
#include <map>

#include "apps/common/control/changes.h"
#include "apps/common/control/state_names.h"

namespace sluice::common {
namespace {

using Json = nlohmann::json;
using View = Json (*)(const Subject&);

constexpr std::size_t rows_most = 65536;

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
    row["phase"] = text_of(info.phase);
    row["in_flight"] = info.in_flight;
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

Json sockets(const Subject& subject) {
    const Stack& stack = subject.stack;
    Json rows = Json::array();
    for (const TcpEntry& entry : stack.tcp_entries())
        if (rows.size() < rows_most) rows.push_back(row_of(stack, entry));
    for (const UdpInfo& info : stack.udp_entries())
        if (rows.size() < rows_most) rows.push_back(row_of(info));
    return rows;
}

Json routes(const Subject& subject) {
    Json rows = Json::array();
    for (const net::Route& route : subject.stack.ip().routes())
        rows.push_back({{"destination", wire::to_text(wire::Address::v4(route.destination.address.to_v4() &
                                                                        route.destination.mask()))},
                        {"mask", wire::to_text(wire::Address::v4(route.destination.mask()))},
                        {"length", route.destination.length},
                        {"gateway", wire::to_text(route.gateway)},
                        {"link", subject.link_name(route.link)},
                        {"metric", route.metric}});
    return rows;
}

Json addresses(const Subject& subject) {
    constexpr std::array states{"probing", "usable", "taken"};
    Json rows = Json::array();
    for (const net::AddressView& view : subject.stack.ip().addresses())
        rows.push_back({{"address", wire::to_text(view.prefix)},
                        {"link", subject.link_name(view.link)},
                        {"state", states[static_cast<std::size_t>(view.state)]}});
    return rows;
}

Json neighbors(const Subject& subject) {
    constexpr std::array states{"INCOMPLETE", "REACHABLE", "STALE", "FAILED"};
    Json rows = Json::array();
    for (const net::NeighborView& view : subject.stack.ip().neighbors())
        rows.push_back({{"address", wire::to_text(view.address)},
                        {"mac", wire::to_text(view.mac)},
                        {"link", subject.link_name(view.link)},
                        {"state", states[static_cast<std::size_t>(view.state)]}});
    return rows;
}

Json counters(const Subject& subject) {
    Json rows = Json::array();
    rows.push_back({{"name", "tcp_open"}, {"text", "TCP records open"}, {"value", subject.stack.tcp_open()}});
    visit_counters(subject.stack.counters(),
                   [&](std::string_view name, std::string_view text, std::uint64_t value) {
                       rows.push_back({{"name", name}, {"text", text}, {"value", value}});
                   });
    return rows;
}

Json links(const Subject& subject) {
    Json rows = Json::array();
    const net::IpLayer& ip = subject.stack.ip();
    for (std::size_t i = 0; i < subject.devices.size(); ++i) {
        const auto link = static_cast<LinkId>(i);
        const host::DeviceCounters& counters = subject.devices[i]->counters();
        rows.push_back({{"link", subject.link_name(link)},
                        {"mac", wire::to_text(ip.mac(link))},
                        {"mtu", ip.capabilities(link).mtu},
                        {"is_up", subject.devices[i]->failure().empty()},
                        {"rx_packets", counters.frames_in},
                        {"rx_bytes", counters.octets_in},
                        {"rx_errors", counters.malformed_in},
                        {"rx_dropped", counters.too_long_in},
                        {"tx_packets", counters.frames_out},
                        {"tx_bytes", counters.octets_out},
                        {"tx_dropped", counters.failed_out}});
    }
    return rows;
}

Json drops(const Subject& subject) {
    Json rows = Json::array();
    for (std::size_t i = 1; i < reason_count; ++i) {
        const auto reason = static_cast<Reason>(i);
        if (const std::uint64_t count = subject.stack.counters().drops(reason))
            rows.push_back({{"name", name_of(reason)},
                            {"text", text_of(reason)},
                            {"clause", clause_of(reason)},
                            {"value", count}});
    }
    return rows;
}

// How often each arrow of the state diagram was taken.
Json moves(const Subject& subject) {
    Json rows = Json::array();
    constexpr auto count = static_cast<std::size_t>(State::count_);
    for (std::size_t i = 0; i < count * count; ++i) {
        const auto before = static_cast<State>(i / count), after = static_cast<State>(i % count);
        if (const std::uint64_t times = subject.stack.trace().moves(before, after))
            rows.push_back({{"from", netstat_name(before)}, {"to", netstat_name(after)}, {"value", times}});
    }
    return rows;
}

const std::map<std::string, View>& views() {
    static const std::map<std::string, View> all{
        {"sockets", sockets},     {"routes", routes},     {"addresses", addresses}, {"links", links},
        {"neighbors", neighbors}, {"counters", counters}, {"drops", drops},         {"moves", moves}};
    return all;
}

std::string refusal(const std::string& text) { return Json{{"ok", false}, {"error", text}}.dump(); }

std::string accepted(const Subject& subject, Json rows) {
    return Json{{"ok", true}, {"program", subject.program}, {"rows", std::move(rows)}}.dump();
}

std::string route_to(const Subject& subject, const Json& asked) {
    const auto to = wire::parse_address(asked.value("to", ""));
    if (!to) return refusal("'to' is not an IPv4 address");
    const auto hop = subject.stack.ip().next_hop_to(*to);
    if (!hop) return refusal(std::string(text_of(error_of(hop.error()))));
    Json row{{"to", wire::to_text(*to)},
             {"link", hop->is_local ? "lo" : subject.link_name(hop->link)},
             {"source", wire::to_text(hop->source)},
             {"is_local", hop->is_local}};
    if (!hop->gateway.is_unspecified()) row["gateway"] = wire::to_text(hop->gateway);
    return accepted(subject, Json::array({std::move(row)}));
}

std::string show(const Subject& subject, const Json& asked) {
    const auto what = asked["show"].get<std::string>();
    if (what == "route" && asked.contains("to") && asked["to"].is_string()) return route_to(subject, asked);
    const auto view = views().find(what);
    if (view == views().end()) return refusal("nothing by this name is shown");
    return accepted(subject, view->second(subject));
}

}  // namespace

std::string answer_about(const Subject& subject, const std::string& request) {
    const Json asked = Json::parse(request, nullptr, false);
    if (asked.is_object() && asked.contains("show") && asked["show"].is_string()) return show(subject, asked);
    if (!asked.is_object() || !asked.contains("do"))
        return refusal("a request is an object such as {\"show\": \"sockets\"}");
    if (const auto why_not = change(subject, asked)) return refusal(*why_not);
    return accepted(subject, Json::array());
}

}  // namespace sluice::common
