#include "wire/address.h"

#include <fmt/format.h>

namespace sluice::wire {
namespace {

// A decimal number without sign and leading zeros, taken from the front of `text`.
std::optional<std::uint32_t> take_number(std::string_view& text, std::uint32_t most) {
    std::size_t digits = 0;
    std::uint32_t value = 0;
    while (digits < text.size() && text[digits] >= '0' && text[digits] <= '9') {
        if (digits > 0 && text[0] == '0') return std::nullopt;
        value = value * 10 + static_cast<std::uint32_t>(text[digits] - '0');
        if (value > most) return std::nullopt;
        ++digits;
    }
    if (digits == 0) return std::nullopt;
    text.remove_prefix(digits);
    return value;
}

bool take_character(std::string_view& text, char wanted) {
    if (text.empty() || text[0] != wanted) return false;
    text.remove_prefix(1);
    return true;
}

std::optional<std::uint8_t> hex_digit(char c) {
    if (c >= '0' && c <= '9') return static_cast<std::uint8_t>(c - '0');
    if (c >= 'a' && c <= 'f') return static_cast<std::uint8_t>(c - 'a' + 10);
    if (c >= 'A' && c <= 'F') return static_cast<std::uint8_t>(c - 'A' + 10);
    return std::nullopt;
}

std::optional<Address> take_address(std::string_view& text) {
    std::uint32_t address = 0;
    for (int part = 0; part < 4; ++part) {
        if (part > 0 && !take_character(text, '.')) return std::nullopt;
        const auto octet = take_number(text, 255);
        if (!octet) return std::nullopt;
        address = address << 8U | *octet;
    }
    return Address::v4(address);
}

}  // namespace

std::string to_text(const Address& address) {
    const auto& o = address.octets();
    if (!address.is_v4()) {
        // RFC 4291 2.2: eight groups; none of our parts makes such an address yet.
        std::string text;
        for (std::size_t i = 0; i < o.size(); i += 2)
            text += fmt::format("{}{:x}", i == 0 ? "" : ":", unsigned{o[i]} << 8U | o[i + 1]);
        return text;
    }
    return fmt::format("{}.{}.{}.{}", o[12], o[13], o[14], o[15]);
}

std::string to_text(const MacAddress& mac) {
    const auto& o = mac.octets;
    return fmt::format("{:02x}:{:02x}:{:02x}:{:02x}:{:02x}:{:02x}", o[0], o[1], o[2], o[3], o[4], o[5]);
}

std::string to_text(const Prefix& prefix) {
    return fmt::format("{}/{}", to_text(prefix.address), prefix.length);
}

std::string to_text(const Endpoint& endpoint) {
    return fmt::format("{}:{}", to_text(endpoint.address), endpoint.port);
}

std::optional<Address> parse_address(std::string_view text) {
    const auto address = take_address(text);
    return text.empty() ? address : std::nullopt;
}

std::optional<MacAddress> parse_mac(std::string_view text) {
    MacAddress mac;
    if (text.size() != 17) return std::nullopt;
    for (std::size_t i = 0; i < mac.octets.size(); ++i) {
        const auto high = hex_digit(text[i * 3]);
        const auto low = hex_digit(text[i * 3 + 1]);
        if (!high || !low || (i < 5 && text[i * 3 + 2] != ':')) return std::nullopt;
        mac.octets[i] = static_cast<std::uint8_t>(*high << 4U | *low);
    }
    return mac;
}

std::optional<Prefix> parse_prefix(std::string_view text) {
    const auto address = take_address(text);
    if (!address) return std::nullopt;
    if (text.empty()) return Prefix{*address, 32};
    if (!take_character(text, '/')) return std::nullopt;
    const auto length = take_number(text, 32);
    if (!length || !text.empty()) return std::nullopt;
    return Prefix{*address, static_cast<std::uint8_t>(*length)};
}

std::optional<Endpoint> parse_endpoint(std::string_view text) {
    const auto address = take_address(text);
    if (!address || !take_character(text, ':')) return std::nullopt;
    const auto port = take_number(text, 65535);
    if (!port || !text.empty()) return std::nullopt;
    return Endpoint{*address, static_cast<std::uint16_t>(*port)};
}

}  // namespace sluice::wire
