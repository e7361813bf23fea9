#include "net/identification.h"

#include <algorithm>

#include "base/siphash.h"

namespace sluice::net {
namespace {

// A permutation of 16-bit numbers chosen by a key: four Feistel rounds (Luby, Rackoff 1988).
std::uint16_t permuted(const SipKey& key, std::uint16_t number) {
    auto left = static_cast<std::uint8_t>(number >> 8U);
    auto right = static_cast<std::uint8_t>(number);
    for (std::uint8_t round = 0; round < 4; ++round) {
        const std::array<std::uint8_t, 2> message{round, right};
        const auto next = static_cast<std::uint8_t>(left ^ siphash(key, message));
        left = right;
        right = next;
    }
    return static_cast<std::uint16_t>(left << 8U | right);
}

}  // namespace

void Identification::forget_old(Slot& slot, Instant now) {
    const std::int64_t width =
        std::max<std::int64_t>(1, lifetime_.count() / static_cast<std::int64_t>(parts));
    const std::int64_t part = now.time_since_epoch().count() / width;
    const auto rings = static_cast<std::int64_t>(slot.in_part.size());
    // The part that is reused lies `parts` + 1 widths back: every value in it is older than the lifetime.
    for (std::int64_t i = std::min(part - slot.part, rings); i > 0; --i) {
        std::uint32_t& oldest = slot.in_part[static_cast<std::size_t>((part - i + 1) % rings)];
        slot.recent -= oldest;
        oldest = 0;
    }
    slot.part = std::max(slot.part, part);
}

std::optional<std::uint16_t> Identification::next(const wire::Address& source,
                                                  const wire::Address& destination, std::uint8_t protocol,
                                                  Instant now) {
    if (slots_.empty()) slots_.resize(slots);
    std::array<std::uint8_t, 33> flow;
    const auto end = std::copy(source.octets().begin(), source.octets().end(), flow.begin());
    std::copy(destination.octets().begin(), destination.octets().end(), end);
    flow.back() = protocol;
    Slot& slot = slots_[siphash(key_, flow) % slots];
    forget_old(slot, now);
    // RFC 6864 4.3: no value again within the lifetime of the datagram that has it.
    if (slot.recent >= values) return std::nullopt;
    // Nothing of this slot is on its way: a new permutation, so that nobody learns the order by watching.
    if (slot.recent == 0) slot.key = random_.key();
    ++slot.recent;
    ++slot.in_part[static_cast<std::size_t>(slot.part % static_cast<std::int64_t>(slot.in_part.size()))];
    return permuted(slot.key, static_cast<std::uint16_t>(slot.given++));
}

}  // namespace sluice::net
