// The unread datagrams of one socket, bounded in number and in the memory they pin.
#pragma once

#include "base/ring.h"
#include "udp/datagram.h"

namespace sluice::udp {

class ReceiveQueue {
public:
    struct Limits {
        std::uint32_t octets = 0;
        std::uint32_t datagrams = 0;
    };

    // False: it is full. One datagram always has room.
    bool push(Datagram datagram, const Limits& limits) {
        const std::uint32_t charge = charge_of(datagram);
        const bool fits = charge <= limits.octets && pinned_ <= limits.octets - charge;
        if (!queue_.empty() && (!fits || queue_.size() >= limits.datagrams)) return false;
        pinned_ += charge;
        octets_ += datagram.data.size();
        queue_.push_back(std::move(datagram));
        return true;
    }
    bool empty() const { return queue_.empty(); }
    const Datagram& front() const { return queue_.front(); }
    Datagram pop() {
        Datagram datagram = queue_.pop_front();
        pinned_ -= charge_of(datagram);
        octets_ -= datagram.data.size();
        if (queue_.empty()) queue_.reset();
        return datagram;
    }
    std::uint32_t octets() const { return octets_; }  // of data

private:
    static std::uint32_t charge_of(const Datagram& datagram) {
        const std::uint32_t pinned = datagram.data.empty() ? 0 : datagram.data.pinned_bytes();
        return pinned + static_cast<std::uint32_t>(sizeof(Datagram));
    }

    Ring<Datagram> queue_;
    std::uint32_t pinned_ = 0;
    std::uint32_t octets_ = 0;
};

}  // namespace sluice::udp
