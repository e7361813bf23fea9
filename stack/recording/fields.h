// Values as octets and back, for recordings: numbers as varints of 7 bits, lowest first (signed ones zigzag), times as the
// difference to the time before, octets with their length in front, structs field by field in the order of their declaration.
// A struct that gains a field changes layout_of(), and with it which recordings can be read.
//
// What is read comes from a file: it may be anything. Nothing is read past the end, and ok() tells whether all of it was there
// and in range.
#pragma once

#include <array>
#include <boost/pfr.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "base/bytes.h"
#include "base/time.h"
#include "tcp/congestion_name.h"
#include "udp/datagram.h"
#include "wire/address.h"

namespace sluice::recording {

template <typename Value>
inline constexpr bool is_optional = false;
template <typename Value>
inline constexpr bool is_optional<std::optional<Value>> = true;
template <typename Value>
inline constexpr bool is_octet_array = false;
template <std::size_t count>
inline constexpr bool is_octet_array<std::array<std::uint8_t, count>> = true;
template <typename Value>
inline constexpr bool is_text = std::is_same_v<Value, std::string> || std::is_same_v<Value, ByteView>;
template <typename Value>
inline constexpr bool is_time = std::is_same_v<Value, Instant> || std::is_same_v<Value, Duration>;
// Written as one thing; everything else is a struct.
template <typename Value>
inline constexpr bool is_plain =
    std::is_arithmetic_v<Value> || std::is_enum_v<Value> || is_text<Value> || is_time<Value> ||
    is_octet_array<Value> || std::is_same_v<Value, wire::Address>;

class FieldWriter {
public:
    explicit FieldWriter(std::vector<std::uint8_t>& out) : out_(out) {}

    void number(std::uint64_t value) {
        for (; value >= 0x80U; value >>= 7U) out_.push_back(static_cast<std::uint8_t>(value | 0x80U));
        out_.push_back(static_cast<std::uint8_t>(value));
    }

    template <typename Value>
    void put(const Value& value) {
        if constexpr (is_octet_array<Value>)
            out_.insert(out_.end(), value.begin(), value.end());
        else if constexpr (is_text<Value>)
            number(value.size()), out_.insert(out_.end(), value.begin(), value.end());
        else if constexpr (std::is_same_v<Value, wire::Address>)
            put_address(value);
        else if constexpr (std::is_same_v<Value, Instant>)
            zigzag(value.time_since_epoch().count() - std::exchange(now_, value).time_since_epoch().count());
        else if constexpr (std::is_same_v<Value, Duration>)
            zigzag(value.count());
        else if constexpr (std::is_arithmetic_v<Value>) {
            static_assert(std::is_unsigned_v<Value>);
            number(value);
        } else if constexpr (std::is_enum_v<Value>)
            number(static_cast<std::uint64_t>(value));
        else if constexpr (is_optional<Value>) {
            number(value.has_value() ? 1 : 0);
            if (value) put(*value);
        } else
            boost::pfr::for_each_field(value, [this](const auto& field) { this->put(field); });
    }

private:
    void zigzag(std::int64_t value) {
        number(static_cast<std::uint64_t>(value) << 1U ^ static_cast<std::uint64_t>(value >> 63U));
    }
    void put_address(const wire::Address& address) {
        number(address.is_v4() ? 4 : 16);
        const auto& octets = address.octets();
        out_.insert(out_.end(), octets.begin() + (address.is_v4() ? 12 : 0), octets.end());
    }

    std::vector<std::uint8_t>& out_;
    Instant now_{};
};

class FieldReader {
public:
    explicit FieldReader(ByteView octets) : reader_(octets) {}

    bool ok() const { return ok_ && reader_.ok(); }
    bool is_at_end() const { return reader_.remaining() == 0; }
    void refuse() { ok_ = false; }
    std::size_t position() const { return reader_.position(); }

    std::uint64_t number() {
        std::uint64_t value = 0;
        for (unsigned shift = 0; shift < 64; shift += 7) {
            const std::uint8_t octet = reader_.u8();
            value |= std::uint64_t{octet & 0x7fU} << shift;
            if ((octet & 0x80U) == 0) return value;
        }
        ok_ = false;
        return 0;
    }

    template <typename Value>
    void get(Value& value) {
        if constexpr (is_octet_array<Value>) {
            const ByteView octets = reader_.take(value.size());
            std::copy(octets.begin(), octets.end(), value.begin());
        } else if constexpr (is_text<Value>) {
            const ByteView octets = reader_.take(number());
            value = Value(octets.begin(), octets.end());
        } else if constexpr (std::is_same_v<Value, wire::Address>)
            get_address(value);
        else if constexpr (std::is_same_v<Value, Instant>) {
            // Wraps around in a damaged recording.
            now_ = static_cast<std::int64_t>(static_cast<std::uint64_t>(now_) +
                                             static_cast<std::uint64_t>(zigzag()));
            value = Instant(Duration(now_));
        } else if constexpr (std::is_same_v<Value, Duration>)
            value = Duration(zigzag());
        else if constexpr (std::is_arithmetic_v<Value>)
            value = in_range<Value>(std::numeric_limits<Value>::max());
        else if constexpr (std::is_enum_v<Value>)
            value = static_cast<Value>(in_range<std::uint8_t>(last_of(Value{})));
        else if constexpr (is_optional<Value>) {
            if (in_range<bool>(1)) get(value.emplace());
        } else
            boost::pfr::for_each_field(value, [this](auto& field) { this->get(field); });
    }

private:
    static std::uint64_t last_of(tcp::Congestion) { return names_of(tcp::Congestion{}).size() - 1; }
    static std::uint64_t last_of(udp::Fragmentation) {
        return static_cast<std::uint64_t>(udp::Fragmentation::forbidden);
    }
    template <typename Value>
    Value in_range(std::uint64_t most) {
        const std::uint64_t value = number();
        ok_ = ok_ && value <= most;
        return static_cast<Value>(std::min(value, most));
    }
    std::int64_t zigzag() {
        const std::uint64_t value = number();
        return static_cast<std::int64_t>(value >> 1U ^ (0 - (value & 1U)));
    }
    void get_address(wire::Address& address) {
        const std::uint64_t length = number();
        ok_ = ok_ && length == 4;  // IPv6 comes later
        address = wire::Address::v4(reader_.u32());
    }

    Reader reader_;
    std::int64_t now_ = 0;
    bool ok_ = true;
};

// A number that changes when a struct gains, loses or reorders fields of different kinds.
template <typename Value>
constexpr std::uint32_t layout_of() {
    constexpr auto mixed = [](std::uint32_t a, std::uint32_t b) { return (a ^ b) * 16777619U; };
    if constexpr (is_optional<Value>)
        return mixed(1, layout_of<typename Value::value_type>());
    else if constexpr (is_text<Value>)
        return 2;
    else if constexpr (is_plain<Value>)
        return mixed(3, sizeof(Value));
    else if constexpr (boost::pfr::tuple_size_v<Value> == 0)
        return 4;
    else
        return [&]<std::size_t... at>(std::index_sequence<at...>) {
            std::uint32_t layout = 2166136261U;
            ((layout = mixed(layout, layout_of<boost::pfr::tuple_element_t<at, Value>>())), ...);
            return layout;
        }
    (std::make_index_sequence<boost::pfr::tuple_size_v<Value>>());
}

}  // namespace sluice::recording
