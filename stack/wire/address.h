// Addresses as values. An Address may be of either family: IPv4 is kept as its IPv4-mapped form
// (RFC 4291 2.5.5.2), so above net/ nobody knows how long an address is.
#pragma once

#include <array>
#include <bit>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"

namespace sluice::wire {

class Address {
public:
    constexpr Address() = default;  // unspecified IPv4, 0.0.0.0
    static constexpr Address v4(std::uint32_t host_order) {
        Address a;
        a.octets_[12] = static_cast<std::uint8_t>(host_order >> 24U);
        a.octets_[13] = static_cast<std::uint8_t>(host_order >> 16U);
        a.octets_[14] = static_cast<std::uint8_t>(host_order >> 8U);
        a.octets_[15] = static_cast<std::uint8_t>(host_order);
        return a;
    }
    static constexpr Address v4(std::uint8_t a, std::uint8_t b, std::uint8_t c, std::uint8_t d) {
        return v4(std::uint32_t{a} << 24U | std::uint32_t{b} << 16U | std::uint32_t{c} << 8U | d);
    }

    constexpr bool is_v4() const {
        using Words = std::array<std::uint32_t, 4>;
        const auto words = std::bit_cast<Words>(octets_);
        constexpr std::array<std::uint8_t, 4> mark{0, 0, 0xff, 0xff};
        return (words[0] | words[1]) == 0 && words[2] == std::bit_cast<std::uint32_t>(mark);
    }
    // The IPv4 address in host order. Only when is_v4().
    constexpr std::uint32_t to_v4() const {
        return std::uint32_t{octets_[12]} << 24U | std::uint32_t{octets_[13]} << 16U |
               std::uint32_t{octets_[14]} << 8U | octets_[15];
    }
    constexpr bool is_unspecified() const { return *this == Address(); }
    constexpr bool is_multicast() const { return (to_v4() >> 28U) == 0xeU; }
    constexpr bool is_limited_broadcast() const { return to_v4() == 0xffffffffU; }
    constexpr bool is_loopback() const { return (to_v4() >> 24U) == 127; }

    constexpr const std::array<std::uint8_t, 16>& octets() const { return octets_; }
    friend constexpr auto operator<=>(const Address&, const Address&) = default;
    friend constexpr bool operator==(const Address& a, const Address& b) {  // in words: asked for each packet
        using Words = std::array<std::uint64_t, 2>;
        const auto x = std::bit_cast<Words>(a.octets_);
        const auto y = std::bit_cast<Words>(b.octets_);
        return ((x[0] ^ y[0]) | (x[1] ^ y[1])) == 0;
    }

private:
    std::array<std::uint8_t, 16> octets_{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0, 0, 0};
};

struct MacAddress {
    std::array<std::uint8_t, 6> octets{};

    static constexpr MacAddress broadcast() { return {{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}}; }
    constexpr bool is_group() const { return (octets[0] & 1U) != 0; }
    constexpr bool is_broadcast() const { return *this == broadcast(); }
    friend constexpr auto operator<=>(const MacAddress&, const MacAddress&) = default;
};

// An address with the length of its network, as in 192.0.2.1/24.
struct Prefix {
    Address address;
    std::uint8_t length = 32;

    constexpr std::uint32_t mask() const { return length == 0 ? 0 : ~std::uint32_t{0} << (32U - length); }
    constexpr bool contains(const Address& other) const {
        return other.is_v4() && ((other.to_v4() ^ address.to_v4()) & mask()) == 0;
    }
    // The directed broadcast address (RFC 1122 3.2.1.3); networks of /31 and /32 have none (RFC 3021).
    constexpr bool is_broadcast(const Address& other) const {
        return length < 31 && contains(other) && (other.to_v4() | mask()) == 0xffffffffU;
    }
    friend constexpr bool operator==(const Prefix&, const Prefix&) = default;
};

struct Endpoint {
    Address address;
    std::uint16_t port = 0;
    friend constexpr auto operator<=>(const Endpoint&, const Endpoint&) = default;
};

// Text forms: "192.0.2.1", "02:00:00:00:00:01", "192.0.2.1/24", "192.0.2.1:80". Parsers are strict (no octal,
// no missing parts, nothing after the end) and return nothing for anything else.
std::string to_text(const Address&);
std::string to_text(const MacAddress&);
std::string to_text(const Prefix&);
std::string to_text(const Endpoint&);
std::optional<Address> parse_address(std::string_view);
std::optional<MacAddress> parse_mac(std::string_view);
std::optional<Prefix> parse_prefix(std::string_view);      // without /length: 32
std::optional<Endpoint> parse_endpoint(std::string_view);  // address:port

}  // namespace sluice::wire
