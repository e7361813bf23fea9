#include "apps/common/options.h"

#include <fmt/format.h>

#include <charconv>
#include <functional>
#include <variant>

#include "apps/common/failure.h"
#include "host/tap.h"
#include "tcp/profile.h"

namespace sluice::common {
namespace {

[[noreturn]] void refuse(const std::string& option, std::string_view value, std::string_view wanted) {
    throw CLI::ValidationError(option, fmt::format("'{}' is not {}", value, wanted));
}

// The first long name in "-c,--count".
std::string shown_name(const std::string& names) {
    const std::size_t at = names.find("--");
    return at == std::string::npos ? names : names.substr(at, names.find(',', at) - at);
}

// An option whose text `parse` turns into the value, or refuses by an empty optional.
template <typename Target, typename Parse>
CLI::Option* add_parsed(CLI::App& app, const std::string& name, Target& target, Parse parse,
                        std::string wanted, const std::string& help) {
    const auto take = [=, &target](const std::string& text) {
        const auto value = parse(text);
        if (!value) refuse(shown_name(name), text, wanted);
        target = static_cast<Target>(*value);
    };
    return app.add_option_function<std::string>(name, take, help)->type_name("");
}

std::optional<std::uint64_t> whole_number(std::string_view text, std::uint64_t least, std::uint64_t most) {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || value < least || value > most)
        return std::nullopt;
    return value;
}

template <typename Number>
CLI::Option* add_whole(CLI::App& app, const std::string& name, Number& target, std::uint64_t least,
                       std::uint64_t most, const std::string& help) {
    const auto parse = [=](std::string_view text) { return whole_number(text, least, most); };
    return add_parsed(app, name, target, parse, fmt::format("a number from {} to {}", least, most), help)
        ->type_name("N");
}

std::optional<wire::MacAddress> station_mac(std::string_view text) {
    const auto mac = wire::parse_mac(text);
    if (!mac || mac->is_group() || *mac == wire::MacAddress{}) return std::nullopt;
    return mac;
}

std::optional<std::string> interface_name(const std::string& text) {
    if (!host::is_interface_name(text)) return std::nullopt;
    return text;
}

LinkOption link_option(const std::string& text) {
    const std::size_t equals = text.find('=');
    const auto name = interface_name(text.substr(0, equals));
    const auto address = host_prefix(equals == std::string::npos ? std::string_view()
                                                                 : std::string_view(text).substr(equals + 1));
    if (!name || !address)
        refuse("--link", text, "an interface's name and a host's address, such as sluice1=198.51.100.2/24");
    return {*name, *address};
}

template <typename Settings>
void append_settings(std::string& out, std::string_view prefix, const Settings& settings,
                     std::span<const SettingRow<Settings>> rows) {
    for (const auto& row : rows) {
        std::string range = "on or off";
        if (std::holds_alternative<Duration Settings::*>(row.field))
            range = fmt::format("{} to {}", duration_text(row.least), duration_text(row.most));
        else if (std::holds_alternative<std::uint32_t Settings::*>(row.field))
            range = fmt::format("{} to {}", row.least, row.most);
        else if (const auto* choice = std::get_if<SettingChoice<Settings>>(&row.field))
            range = choice_text(choice->names);
        out += fmt::format("{:<30} {:<11} {:<24} {}\n", fmt::format("{}.{}", prefix, row.name),
                           setting_text(settings, row), range, row.text);
    }
}

}  // namespace

NetworkOptions::NetworkOptions() {
    // Choice: RFC 5227 1.1 gives times for links shared by many, up to nine seconds of waiting. On a TAP one kernel
    // answers within a millisecond; the same three probes go out in half a second. --set brings the RFC's times back.
    net.probe_wait = 0s;
    net.probe_min = 100ms;
    net.probe_max = 200ms;
    net.announce_wait = 200ms;
}

std::optional<wire::Prefix> host_prefix(std::string_view text) {
    const auto prefix = wire::parse_prefix(text);
    if (!prefix || prefix->length == 0) return std::nullopt;
    const wire::Address& address = prefix->address;
    const std::uint32_t first = address.to_v4() >> 24U;
    const bool is_host = first != 0 && !address.is_loopback() && first < 224;
    const bool is_network = prefix->length < 31 && (address.to_v4() & ~prefix->mask()) == 0;
    if (!is_host || is_network || prefix->is_broadcast(address)) return std::nullopt;
    return prefix;
}

wire::MacAddress mac_for(const wire::Address& address) {
    const auto& octets = address.octets();
    return {{0x02, 0x00, octets[12], octets[13], octets[14], octets[15]}};
}

std::string settings_text(const NetworkOptions& options) {
    std::string out;
    append_settings(out, "net", options.net, net::setting_rows());
    out += fmt::format("{:<30} {:<11} {:<24} {}\n", "tcp.profile", "", choice_text(tcp::profile_names),
                       "sets many of the next, as that system has them (docs/profiles.md)");
    append_settings(out, "tcp", options.tcp, tcp::setting_rows());
    append_settings(out, "udp", options.udp, udp::setting_rows());
    return out;
}

void apply_set(NetworkOptions& options, std::string_view text) {
    const std::size_t equals = text.find('=');
    if (equals == std::string_view::npos) refuse("--set", text, "name=value (see --list-settings)");
    std::string_view name = text.substr(0, equals);
    const std::string_view value = text.substr(equals + 1);
    std::string_view only;
    for (const std::string_view folder : {"net.", "tcp.", "udp."})
        if (name.starts_with(folder)) only = folder;
    name.remove_prefix(only.size());

    if (name == "profile" && only != "net." && only != "udp.") {
        if (!tcp::apply_profile(options.tcp, value)) refuse("--set", text, choice_text(tcp::profile_names));
        return;
    }
    bool known = false;
    const auto apply = [&](std::string_view folder, auto& settings, auto rows) {
        if (!only.empty() && only != folder) return;
        const auto applied = apply_setting(settings, rows, name, value);
        if (!applied) refuse("--set", fmt::format("{}={}", name, value), applied.error());
        known = known || *applied;
    };
    apply("net.", options.net, net::setting_rows());
    apply("tcp.", options.tcp, tcp::setting_rows());
    apply("udp.", options.udp, udp::setting_rows());
    if (!known) refuse("--set", name, "a setting (see --list-settings)");
}

CLI::Option* add_number(CLI::App& app, const std::string& name, std::uint64_t& value, std::uint64_t least,
                        std::uint64_t most, const std::string& help) {
    return add_whole(app, name, value, least, most, help);
}

CLI::Option* add_seconds(CLI::App& app, const std::string& name, Duration& value, Duration least,
                         Duration most, const std::string& help) {
    const auto parse = [least, most](const std::string& text) -> std::optional<Duration> {
        double seconds = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
        // Also refuses what is no number at all.
        if (error != std::errc() || *end != '\0' || !(seconds >= 0 && seconds <= 1e9)) return std::nullopt;
        const auto parsed = std::chrono::duration_cast<Duration>(std::chrono::duration<double>(seconds));
        return parsed < least || parsed > most ? std::nullopt : std::optional(parsed);
    };
    const auto shown = [](Duration d) { return std::chrono::duration<double>(d).count(); };
    return add_parsed(app, name, value, parse,
                      fmt::format("a number of seconds from {} to {}", shown(least), shown(most)), help)
        ->type_name("S");
}

CLI::Option* add_switch(CLI::App& app, const std::string& name, bool& value, const std::string& help) {
    const auto parse = [](const std::string& text) -> std::optional<bool> {
        const auto parsed = parse_flag(text);
        return parsed ? std::optional(*parsed) : std::nullopt;
    };
    return add_parsed(app, name, value, parse, "on or off", help)->type_name("on|off");
}

void add_network_options(CLI::App& app, NetworkOptions& options) {
    CLI::Option_group& group = *app.add_option_group("Network");
    add_parsed(group, "--tap", options.tap, interface_name,
               "an interface's name (1 to 15 characters, no / : % or space)",
               "TAP interface, opened if it exists, created if allowed (default sluice0)")
        ->type_name("NAME");
    add_whole(group, "--tap-fd", options.tap_fd, 0, 1048576, "an open TAP, by descriptor");
    add_parsed(group, "--address", options.address, host_prefix,
               "a host's address with prefix length, such as 192.0.2.2/24",
               "address of the stack (default 192.0.2.2/24)")
        ->type_name("A/P");
    group
        .add_option_function<std::vector<std::string>>(
            "--link",
            [&options](const std::vector<std::string>& texts) {
                for (const std::string& text : texts) options.links.push_back(link_option(text));
            },
            "one more TAP with an address of its own; may be repeated")
        ->type_name("NAME=A/P")
        ->allow_extra_args(false)
        ->take_all();
    add_parsed(group, "--gateway", options.gateway, wire::parse_address, "an IPv4 address, such as 192.0.2.1",
               "default router (default none)")
        ->type_name("A");
    add_parsed(group, "--mac", options.mac, station_mac,
               "a station's hardware address, such as 02:00:c0:00:02:02",
               "hardware address (default made from --address)")
        ->type_name("M");
    add_whole(group, "--mtu", options.mtu, 68, 65535, "largest IP packet (default the interface's)");
    add_switch(group, "--offload", options.offload,
               "leave checksums and segmentation to the kernel (default off)");
    add_seconds(group, "--spin", options.spin, Duration::zero(), 1s,
                "how long to wait for the next frame without sleeping (default 0)");
    group.add_option("--log", options.log, "write the trace as text; - is standard output")
        ->type_name("FILE|-");
    add_whole(group, "--log-level", options.log_level, 1, 3,
              "1 changes (default), 2 every segment, 3 everything");
    group.add_option("--qlog", options.qlog, "write the trace as qlog; sluice-report makes a page of it")
        ->type_name("FILE|-");
    group
        .add_option("--pcap", options.pcap,
                    "write a capture that Wireshark opens, with the stack's reasons as comments")
        ->type_name("FILE");
    group.add_flag("--pcap-bare", options.pcap_bare, "leave the comments out of the capture");
    group.add_flag("--trace-layers", options.trace_layers,
                   "print each segment with data header by header, on standard error");
    group
        .add_option(
            "--record", options.record,
            "write all that enters the stack; sluice-replay plays it again (secret: it holds the seed)")
        ->type_name("FILE");
    add_whole(group, "--record-most", options.record_most, 1, 1048576,
              "MiB of a recording, which ends there (default 1024)");
    group
        .add_option(
            "--flight", options.flight,
            "write the last records of each connection that is reset or times out; - is standard error")
        ->type_name("FILE|-");
    group.add_option("--control", options.control, "path of the control socket")->type_name("PATH");
    group
        .add_option("--user", options.user,
                    "user to become when started as root (default: sudo's caller, else nobody)")
        ->type_name("NAME");
    group
        .add_option_function<std::vector<std::string>>(
            "--set",
            [&options](const std::vector<std::string>& texts) {
                for (const std::string& text : texts) apply_set(options, text);
            },
            "change a setting; may be repeated")
        ->type_name("name=value")
        ->allow_extra_args(false)  // one for each --set; what follows is the program's
        ->take_all();
    // Like --help, it asks for nothing else: what is required need not be there.
    const auto list = [&options] {
        std::string text = settings_text(options);
        text.pop_back();  // what is thrown is printed as a line
        throw CLI::CallForVersion(text, 0);
    };
    group.add_flag_callback("--list-settings", list, "print every setting with value, range and meaning");
    add_parsed(
        group, "--seed", options.seed,
        [](std::string_view text) { return whole_number(text, 0, ~std::uint64_t{0}); },
        "a number from 0 to 2^64-1", "repeatable initial numbers and ports, for tests")
        ->type_name("N");
    app.set_config("--config", "", "read options from an ini file");
}

void check_network_options(const NetworkOptions& options) {
    if (options.net.forwarding && options.offload)
        throw Failure(exit_usage, "--offload: packets can only be passed on without it (--set forwarding)");
    if (!options.gateway) return;
    if (!options.address.contains(*options.gateway) || options.address.is_broadcast(*options.gateway) ||
        *options.gateway == options.address.address)
        throw Failure(exit_usage,
                      fmt::format("--gateway: {} is no other host in the network of --address {}",
                                  wire::to_text(*options.gateway), wire::to_text(options.address)));
}

}  // namespace sluice::common
