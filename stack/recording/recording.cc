#include "recording/recording.h"

#include <fmt/format.h>

namespace sluice::recording {
namespace {

constexpr std::string_view magic = "SLUICE-RECORDING\n";
constexpr std::uint64_t version = 1;
constexpr std::size_t kinds = std::variant_size_v<Entrance>;

template <std::size_t... at>
constexpr std::uint32_t layout(std::index_sequence<at...>) {
    std::uint32_t all = layout_of<Head>();
    ((all = all * 31 + layout_of<std::variant_alternative_t<at, Entrance>>()), ...);
    return all;
}
constexpr std::uint32_t our_layout = layout(std::make_index_sequence<kinds>());

constexpr std::array<std::string_view, kinds> names{"attach",
                                                    "add_address",
                                                    "remove_address",
                                                    "add_route",
                                                    "remove_route",
                                                    "remove_neighbor",
                                                    "set_mtu",
                                                    "receive",
                                                    "on_time",
                                                    "next_frame",
                                                    "listen",
                                                    "connect",
                                                    "accept",
                                                    "set_backlog",
                                                    "set_listener_options",
                                                    "close_listener",
                                                    "read",
                                                    "consume",
                                                    "write",
                                                    "write_owned",
                                                    "shutdown_write",
                                                    "shutdown_read",
                                                    "close",
                                                    "abort",
                                                    "set_options",
                                                    "open_udp",
                                                    "open_raw",
                                                    "bind",
                                                    "connect_datagrams",
                                                    "disconnect",
                                                    "send",
                                                    "take_datagram",
                                                    "take_failure",
                                                    "take_error",
                                                    "set_datagram_options",
                                                    "close_datagrams",
                                                    "send_echo",
                                                    "take_echo_reply",
                                                    "drained"};
static_assert(!names.back().empty());

template <typename Settings>
void append_settings(std::string& out, std::string_view folder, const Settings& settings,
                     std::span<const SettingRow<Settings>> rows) {
    for (const auto& row : rows)
        out += fmt::format("{}.{}={}\n", folder, row.name, setting_text(settings, row));
}

// Applies one line; empty if that went well, else what is wrong.
std::string apply_line(StackConfig& config, std::string_view line) {
    const std::size_t dot = line.find('.');
    const std::size_t equals = line.find('=');
    if (dot == line.npos || equals == line.npos || equals < dot)
        return fmt::format("'{}' is no setting", line);
    const std::string_view folder = line.substr(0, dot);
    const auto apply = [&](auto& settings, auto rows) -> std::string {
        const auto applied =
            apply_setting(settings, rows, line.substr(dot + 1, equals - dot - 1), line.substr(equals + 1));
        if (!applied) return fmt::format("{} is not {}", line, applied.error());
        return *applied ? "" : fmt::format("there is no setting {}", line.substr(0, equals));
    };
    if (folder == "net") return apply(config.net, net::setting_rows());
    if (folder == "tcp") return apply(config.tcp, tcp::setting_rows());
    if (folder == "udp") return apply(config.udp, udp::setting_rows());
    return fmt::format("there is no setting {}", line.substr(0, equals));
}

template <std::size_t at = 0>
Entrance read_entrance(FieldReader& fields, std::uint64_t kind) {
    if constexpr (at + 1 < kinds)
        if (kind != at) return read_entrance<at + 1>(fields, kind);
    std::variant_alternative_t<at, Entrance> entrance;
    fields.get(entrance);
    return entrance;
}

}  // namespace

Head head_of(const StackConfig& config) {
    Head head;
    head.seed = config.seed;
    head.start = config.start;
    head.fixed_isn = config.fixed_isn;
    head.trace_records = config.trace_records;
    append_settings(head.settings, "net", config.net, net::setting_rows());
    append_settings(head.settings, "tcp", config.tcp, tcp::setting_rows());
    append_settings(head.settings, "udp", config.udp, udp::setting_rows());
    return head;
}

std::expected<StackConfig, std::string> config_of(const Head& head) {
    constexpr std::uint32_t records_most = 1U << 20U;
    StackConfig config;
    config.seed = head.seed;
    config.start = head.start;
    config.fixed_isn = head.fixed_isn;
    config.trace = TraceMode::all;
    config.trace_records = std::min(head.trace_records, records_most);
    std::string_view rest = head.settings;
    while (!rest.empty()) {
        const std::string_view line = rest.substr(0, rest.find('\n'));
        rest.remove_prefix(std::min(line.size() + 1, rest.size()));
        if (const std::string wrong = apply_line(config, line); !wrong.empty()) return std::unexpected(wrong);
    }
    return config;
}

void RecordingWriter::append(const Head& head) {
    out_.insert(out_.end(), magic.begin(), magic.end());
    fields_.number(version);
    fields_.number(our_layout);
    fields_.put(head);
}

void RecordingWriter::append(const Entrance& entrance) {
    fields_.number(entrance.index());
    std::visit([this](const auto& what) { fields_.put(what); }, entrance);
}

std::expected<RecordingReader, std::string> RecordingReader::open(ByteView octets) {
    if (octets.size() < magic.size() || !std::equal(magic.begin(), magic.end(), octets.begin()))
        return std::unexpected("is no recording of a Sluice program");
    RecordingReader reader(octets.subspan(magic.size()));
    const std::uint64_t its_version = reader.fields_.number();
    const std::uint64_t its_layout = reader.fields_.number();
    if (its_version != version || its_layout != our_layout)
        return std::unexpected("was made by another version of Sluice, which can play it");
    reader.fields_.get(reader.head_);
    if (!reader.fields_.ok()) return std::unexpected("ends before its head does");
    return reader;
}

std::optional<Entrance> RecordingReader::next() {
    if (!fields_.ok() || fields_.is_at_end()) return std::nullopt;
    const std::uint64_t kind = fields_.number();
    if (kind >= kinds) fields_.refuse();
    if (!fields_.ok()) return std::nullopt;
    Entrance entrance = read_entrance(fields_, kind);
    if (!fields_.ok()) return std::nullopt;
    return entrance;
}

std::string_view name_of(const Entrance& entrance) { return names[entrance.index()]; }

}  // namespace sluice::recording
