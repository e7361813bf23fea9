#include "tools/packetdrill/flags.h"

#include <fmt/format.h>

#include <array>
#include <charconv>

namespace sluice::packetdrill {
namespace {

// Scripts written for Linux and for FreeBSD contradict each other. Both profiles name every setting they differ in.
struct Row {
    std::string_view setting;
    std::string_view linux_value;
    std::string_view bsd_value;
};
constexpr std::array profile_rows{
    Row{"tcp.delayed_ack", "40ms", "100ms"},
    Row{"tcp.quick_acks", "16", "0"},
    Row{"tcp.rto_initial", "1s", "1s"},
    Row{"tcp.rto_min", "200ms", "230ms"},
    Row{"tcp.rack", "on", "off"},
    Row{"tcp.tail_probe", "on", "off"},
    Row{"tcp.prr", "on", "off"},
    Row{"tcp.congestion", "cubic", "reno"},
    Row{"tcp.receive_buffer", "1M", "65535"},
    Row{"tcp.initial_window_segments", "10", "10"},
};

std::string apply(Flags& flags, std::string_view name, std::string_view value) {
    try {
        common::apply_set(flags.network, fmt::format("{}={}", name, value));
        return {};
    } catch (const CLI::Error& error) {
        return error.what();
    }
}

std::string apply_profile(Flags& flags, std::string_view name) {
    if (name != "linux" && name != "bsd") return fmt::format("profile={}: there are linux and bsd", name);
    std::string wrong;
    for (const Row& row : profile_rows)
        if (wrong.empty())
            wrong = apply(flags, row.setting, name == "linux" ? row.linux_value : row.bsd_value);
    return wrong;
}

template <typename Number>
std::string apply_number(Number& into, std::string_view name, std::string_view value, std::uint64_t least,
                         std::uint64_t most) {
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
    if (error != std::errc() || end != value.data() + value.size() || number < least || number > most)
        return fmt::format("{}={}: not a number from {} to {}", name, value, least, most);
    into = static_cast<Number>(number);
    return {};
}

std::string apply_address(wire::Address& into, std::string_view name, std::string_view value) {
    const auto address = wire::parse_address(value);
    if (!address) return fmt::format("{}={}: not an IPv4 address", name, value);
    into = *address;
    return {};
}

std::string apply_flag(Flags& flags, std::string_view name, std::string_view value) {
    constexpr std::string_view set = "set:";
    if (name.starts_with(set)) return apply(flags, name.substr(set.size()), value);
    if (name == "local") return apply_address(flags.local, name, value);
    if (name == "remote") return apply_address(flags.remote, name, value);
    if (name == "mtu") return apply_number(flags.mtu, name, value, 68, 65535);
    if (name == "seed") return apply_number(flags.network.seed.emplace(), name, value, 0, ~std::uint64_t{0});
    if (name == "profile") return apply_profile(flags, value);
    if (name == "strict" && value.empty()) {
        flags.is_strict = true;
        return {};
    }
    return fmt::format("{}: there are local, remote, mtu, seed, profile, strict and set:NAME", name);
}

}  // namespace

std::expected<Flags, std::string> parse_flags(const char* text) {
    Flags flags;
    flags.network.seed = 1;
    std::string wrong = apply_profile(flags, "linux");
    std::string_view rest = text ? text : "";
    while (wrong.empty() && !rest.empty()) {
        const std::string_view flag = rest.substr(0, rest.find(','));
        rest.remove_prefix(std::min(flag.size() + 1, rest.size()));
        const std::size_t equals = std::min(flag.find('='), flag.size());
        wrong = apply_flag(flags, flag.substr(0, equals), flag.substr(std::min(equals + 1, flag.size())));
    }
    if (!wrong.empty()) return std::unexpected(wrong);
    return flags;
}

}  // namespace sluice::packetdrill
