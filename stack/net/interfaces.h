// The links of the host, by number: hardware address and capabilities.
#pragma once

#include <limits>
#include <vector>

#include "base/check.h"
#include "base/link.h"
#include "wire/address.h"

namespace sluice::net {

struct Interface {
    wire::MacAddress mac;
    LinkCapabilities capabilities;
};

class Interfaces {
public:
    // RFC 791 3.2: every link carries 68 octets unfragmented.
    static constexpr std::uint32_t mtu_least = 68;

    LinkId add(const wire::MacAddress& mac, const LinkCapabilities& capabilities) {
        SLUICE_CHECK(links_.size() <= std::numeric_limits<LinkId>::max());
        SLUICE_CHECK(capabilities.mtu >= mtu_least && !mac.is_group());
        links_.push_back({mac, capabilities});
        return static_cast<LinkId>(links_.size() - 1);
    }
    void set_mtu(LinkId link, std::uint32_t mtu) {
        SLUICE_CHECK(link < links_.size() && mtu >= mtu_least);
        links_[link].capabilities.mtu = mtu;
    }
    std::size_t size() const { return links_.size(); }
    const Interface& operator[](LinkId link) const {
        SLUICE_CHECK(link < links_.size());
        return links_[link];
    }
    bool is_own(const wire::MacAddress& mac) const {
        for (const Interface& link : links_)
            if (link.mac == mac) return true;
        return false;
    }

private:
    std::vector<Interface> links_;
};

}  // namespace sluice::net
