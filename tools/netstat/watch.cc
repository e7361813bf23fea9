#include "tools/netstat/watch.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

namespace sluice::netstat {
namespace {

using Json = nlohmann::json;

constexpr std::size_t reasons_shown = 4;
constexpr unsigned lines_around = 4;  // head, drops, titles, and how many are not shown

// The colours of the report: opening, open, our close, the peer's close, the wait after both.
int colour_of(const std::string& state) {
    if (state == "ESTABLISHED") return 35;
    if (state == "LISTEN") return 67;
    if (state.starts_with("SYN")) return 178;
    if (state.starts_with("FIN") || state == "CLOSING") return 69;
    if (state == "CLOSE_WAIT" || state == "LAST_ACK") return 133;
    return 244;
}

std::string painted(const std::string& text, int colour, bool colours) {
    return colours ? fmt::format("\033[38;5;{}m{}\033[0m", colour, text) : text;
}

std::string address_text(const Json& end) {
    const int port = end.at("port");
    return fmt::format("{}:{}", end.at("address").get<std::string>(), port == 0 ? "*" : std::to_string(port));
}

std::uint64_t figure(const Json& row, const char* name) { return row.value(name, std::uint64_t{0}); }

// 1460 -> "1460", 65536 -> "64K": at most five characters.
std::string octets_text(std::uint64_t octets) {
    if (octets >= std::uint64_t{0xffffffff}) return "-";
    if (octets < 10000) return std::to_string(octets);
    if (octets < 10000U * 1024U) return fmt::format("{}K", octets >> 10U);
    return fmt::format("{}M", octets >> 20U);
}

std::string timer_text(const Json& row) {
    if (!row.contains("timer")) return "";
    return fmt::format("{} {:.1f}s", row.at("timer").get<std::string>(),
                       row.at("timer_ms").get<double>() / 1000);
}

bool is_wanted(const Json& row, const std::string& filter) {
    if (row.at("protocol") != "tcp") return false;
    if (filter.empty()) return true;
    const std::string text =
        fmt::format("{} {} {} {}", address_text(row.at("local")), address_text(row.at("remote")),
                    row.at("state").get<std::string>(), row.value("phase", ""));
    return text.contains(filter);
}

// The largest first; states and numbers in their order.
void sort_rows(std::vector<Json>& rows, const std::string& by) {
    const auto state = [](const Json& row) { return row.at("state").get<std::string>(); };
    if (by == "state") {
        std::ranges::stable_sort(rows, {}, state);
        return;
    }
    const char* name = by == "rtt" ? "rtt_us" : by == "flight" ? "in_flight" : by.c_str();
    if (by != "number")
        std::ranges::stable_sort(rows, std::greater{}, [name](const Json& row) { return figure(row, name); });
}

std::string line_of(const Json& row, const std::deque<std::uint64_t>& windows, bool colours) {
    const auto state = row.at("state").get<std::string>();
    std::string text =
        fmt::format("{:<21} {:<21} ", address_text(row.at("local")), address_text(row.at("remote")));
    text += painted(fmt::format("{:<11}", state), colour_of(state), colours);
    if (!row.contains("cwnd")) return text + fmt::format(" {:>80}", timer_text(row));
    text += fmt::format(" {:<10} {:>6} {:>6} {:>6} {:>6} {:>8.2f} {:>6} ", row.value("phase", ""),
                        octets_text(figure(row, "cwnd")), octets_text(figure(row, "ssthresh")),
                        octets_text(figure(row, "in_flight")), octets_text(figure(row, "snd_wnd")),
                        static_cast<double>(figure(row, "rtt_us")) / 1000, figure(row, "rto_ms"));
    const std::uint64_t resent = figure(row, "retransmitted");
    text += resent == 0 ? fmt::format("{:>5}", resent) : painted(fmt::format("{:>5}", resent), 203, colours);
    text += fmt::format(" {:<18} ", timer_text(row));
    return text + painted(sparkline(windows), 37, colours);
}

std::uint64_t sum(const Json& answer, const char* name) {
    std::uint64_t total = 0;
    for (const Json& row : answer.at("rows")) total += figure(row, name);
    return total;
}

std::string drops_text(const Json& answer) {
    std::vector<std::pair<std::uint64_t, std::string>> drops;
    for (const Json& row : answer.at("rows")) drops.emplace_back(figure(row, "value"), row.at("text"));
    if (drops.empty()) return "nothing dropped";
    std::ranges::stable_sort(drops, std::greater{}, &decltype(drops)::value_type::first);
    std::string text = "dropped";
    for (std::size_t i = 0; i < std::min(drops.size(), reasons_shown); ++i)
        text += fmt::format("{} {} {}", i == 0 ? "" : ",", drops[i].first, drops[i].second);
    if (drops.size() > reasons_shown)
        text += fmt::format(", and {} reasons more", drops.size() - reasons_shown);
    return text;
}

}  // namespace

std::string sparkline(const std::deque<std::uint64_t>& values) {
    constexpr const char* heights[] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
    const std::uint64_t most = values.empty() ? 0 : std::ranges::max(values);
    std::string text;
    for (const std::uint64_t value : values) text += heights[most == 0 ? 0 : value * 7 / most];
    return text;
}

void Watch::remember(const Json& rows) {
    std::map<std::uint64_t, History> kept;
    for (const Json& row : rows) {
        if (!row.contains("cwnd")) continue;
        const std::uint64_t number = figure(row, "number");
        History& history = kept[number] = std::move(windows_[number]);
        history.push_back(figure(row, "cwnd"));
        if (history.size() > looks) history.pop_front();
    }
    windows_ = std::move(kept);
}

std::string Watch::head(const Moment& moment) {
    const std::uint64_t in = sum(moment.links, "rx_packets"), out = sum(moment.links, "tx_packets");
    const std::string rate =
        has_looked_ ? fmt::format(" (+{} +{})", in - frames_in_, out - frames_out_) : std::string();
    frames_in_ = in;
    frames_out_ = out;
    has_looked_ = true;
    return fmt::format("{}: frames {} in, {} out{}; {} lost by the link\n{}\n",
                       moment.sockets.value("program", "-"), in, out, rate,
                       sum(moment.links, "rx_dropped") + sum(moment.links, "tx_dropped"),
                       drops_text(moment.drops));
}

std::string Watch::screen(const Moment& moment, const WatchChoice& choice) {
    remember(moment.sockets.at("rows"));
    std::vector<Json> rows;
    for (const Json& row : moment.sockets.at("rows"))
        if (is_wanted(row, choice.filter)) rows.push_back(row);
    sort_rows(rows, choice.sort);

    std::string text = head(moment);
    text += fmt::format("{:<21} {:<21} {:<11} {:<10} {:>6} {:>6} {:>6} {:>6} {:>8} {:>6} {:>5} {:<18} {}\n",
                        "Local", "Remote", "State", "Phase", "cwnd", "ssthr", "flight", "window", "srtt ms",
                        "rto ms", "resnt", "Timer", "cwnd, last 20 s");
    const std::size_t room = choice.lines > lines_around ? choice.lines - lines_around : 1;
    for (std::size_t i = 0; i < std::min(rows.size(), room); ++i)
        text += line_of(rows[i], windows_[figure(rows[i], "number")], choice.colours) + '\n';
    if (rows.size() > room) text += fmt::format("and {} more\n", rows.size() - room);
    return text;
}

}  // namespace sluice::netstat
