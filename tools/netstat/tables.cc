#include "tools/netstat/tables.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <array>
#include <set>
#include <utility>

#include "apps/common/control/state_names.h"
#include "tcp/state.h"

namespace sluice::netstat {
namespace {

using Json = nlohmann::json;

std::string end_text(const Json& end, const std::string& protocol, const Choice& choice,
                     const ServiceName& service) {
    const int port = end.at("port");
    const std::string address = end.at("address");
    if (port == 0) return address + ":*";
    std::string name = choice.numeric ? "" : service(port, protocol);
    return fmt::format("{}:{}", address, name.empty() ? std::to_string(port) : name);
}

bool is_shown(const Json& row, const Choice& choice) {
    const std::string protocol = row.at("protocol");
    if (protocol == "tcp" ? !choice.tcp : !choice.udp) return false;
    const std::string state = row.at("state");
    const bool is_server = state == "LISTEN" || (protocol != "tcp" && state.empty());
    if (choice.all) return true;
    return is_server == choice.listening;
}

// net-tools: what runs, seconds left, retransmissions, probes.
std::string timer_text(const Json& row) {
    if (!row.contains("timer")) return "off (0.00/0/0)";
    const std::string name = row.at("timer");
    std::string shown = "on";
    if (name == "keepalive") shown = "keepalive";
    if (row.at("state") == "TIME_WAIT") shown = "timewait";
    return fmt::format("{} ({:.2f}/{}/0)", shown, row.at("timer_ms").get<double>() / 1000,
                       row.value("retransmitted", 0));
}

std::string info_text(const Json& row) {
    if (!row.contains("mss")) return "";
    return fmt::format(
        "\n\t mss {} cwnd {} ssthresh {} snd_wnd {} rcv_wnd {} rtt {:.3f}/{:.3f} ms rto {} ms"
        " acked {} received {} retransmitted {}",
        row.at("mss").get<std::uint64_t>(), row.at("cwnd").get<std::uint64_t>(),
        row.at("ssthresh").get<std::uint64_t>(), row.at("snd_wnd").get<std::uint64_t>(),
        row.at("rcv_wnd").get<std::uint64_t>(), row.at("rtt_us").get<double>() / 1000,
        row.at("rttvar_us").get<double>() / 1000, row.at("rto_ms").get<std::int64_t>(),
        row.at("bytes_acked").get<std::uint64_t>(), row.at("bytes_received").get<std::uint64_t>(),
        row.at("retransmitted").get<std::uint64_t>());
}

const char* title(const Choice& choice) {
    if (choice.all) return "(servers and established)";
    return choice.listening ? "(only servers)" : "(w/o servers)";
}

}  // namespace

std::string sockets_table(const Json& answer, const Choice& choice, const ServiceName& service) {
    std::string text = fmt::format("Active Internet connections {}\n", title(choice));
    text += "Proto Recv-Q Send-Q Local Address           Foreign Address         State      ";
    if (choice.programs) text += " Program name/handle";
    if (choice.timers) text += " Timer";
    text += '\n';
    const std::string program = answer.value("program", "-");
    for (const Json& row : answer.at("rows")) {
        if (!is_shown(row, choice)) continue;
        const std::string protocol = row.at("protocol");
        text += fmt::format(
            "{:<4}  {:>6} {:>6} {:<23} {:<23} {:<11}", protocol, row.at("receive_queue").get<std::uint64_t>(),
            row.at("send_queue").get<std::uint64_t>(), end_text(row.at("local"), protocol, choice, service),
            end_text(row.at("remote"), protocol, choice, service), row.at("state").get<std::string>());
        if (choice.programs)
            text += fmt::format(" {:<19}", fmt::format("{}/{}", program, row.at("number").get<int>()));
        if (choice.timers) text += ' ' + timer_text(row);
        if (choice.tcp_info) text += info_text(row);
        text += '\n';
    }
    return text;
}

std::string handles_table(const Json& answer) {
    std::string text = "Handle Type   State       Local Address           Foreign Address\n";
    const Choice numeric{.numeric = true};
    for (const Json& row : answer.at("rows")) {
        const std::string protocol = row.at("protocol");
        const char* type = protocol == "tcp" ? "stream" : protocol == "udp" ? "dgram" : "raw";
        text +=
            fmt::format("{:<6} {:<6} {:<11} {:<23} {}\n", row.at("number").get<int>(), type,
                        row.at("state").get<std::string>(), end_text(row.at("local"), protocol, numeric, {}),
                        end_text(row.at("remote"), protocol, numeric, {}));
    }
    return text;
}

std::string control_table(const std::string& path) {
    struct stat found {};
    if (::stat(path.c_str(), &found) != 0) return "";
    return fmt::format(
        "Active UNIX domain sockets (servers and established)\n"
        "Proto RefCnt Flags       Type       State         I-Node   Path\n"
        "unix  2      [ ACC ]     STREAM     LISTENING     {:<8} {}\n",
        found.st_ino, path);
}

std::string services_table() {
    struct Service {
        const char* name;
        int port;
        const char* protocol;
    };
    constexpr std::array services{
        Service{"ftp-data", 20, "tcp"}, Service{"ftp", 21, "tcp"},  Service{"ssh", 22, "tcp"},
        Service{"telnet", 23, "tcp"},   Service{"smtp", 25, "tcp"}, Service{"domain", 53, "udp"},
        Service{"tftp", 69, "udp"},     Service{"http", 80, "tcp"}, Service{"mysql", 3306, "tcp"}};
    std::string text = "Service    Port Proto\n";
    for (const Service& one : services)
        text += fmt::format("{:<10} {:>4} {}\n", one.name, one.port, one.protocol);
    return text;
}

std::string diagram(const Json& moves) {
    std::string text = "State       Leads to          Times\n";
    std::set<std::pair<State, State>> told;
    for (const tcp::Edge& edge : tcp::edges) {
        if (!told.insert({edge.from, edge.to}).second) continue;
        const char* from = common::netstat_name(edge.from);
        const char* to = common::netstat_name(edge.to);
        std::uint64_t times = 0;
        for (const Json& row : moves.at("rows"))
            if (row.at("from") == from && row.at("to") == to) times = row.at("value").get<std::uint64_t>();
        text += fmt::format("{:<11} {:<11} {:>11}\n", from, to, times);
    }
    return text;
}

std::string statistics(const Json& counters, const Json& drops) {
    std::string text;
    for (const Json& row : counters.at("rows"))
        if (const auto value = row.at("value").get<std::uint64_t>();
            value != 0 || row.at("name") == "tcp_open")
            text += fmt::format("    {} {}\n", value, row.at("text").get<std::string>());
    text += "Dropped:\n";
    for (const Json& row : drops.at("rows"))
        text += fmt::format("    {} {} [{}]\n", row.at("value").get<std::uint64_t>(),
                            row.at("text").get<std::string>(), row.at("clause").get<std::string>());
    return text;
}

}  // namespace sluice::netstat
