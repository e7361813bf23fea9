// The stack under test, its virtual clock, and the far end of its link: packets in, packets out. Neighbours always answer, so
// that scripts see nothing of ARP.
//
// The clock moves in move_to() only. Calls of any thread happen at the instant it shows.
#pragma once

#include <atomic>
#include <deque>
#include <mutex>
#include <vector>

#include "host/loop.h"
#include "posix/host.h"
#include "tools/packetdrill/flags.h"

namespace sluice::packetdrill {

class VirtualClock final : public host::Clock {
public:
    Instant now() const override { return Instant(Duration(now_ns_.load())); }
    void set(Instant now) { now_ns_ = now.time_since_epoch().count(); }

private:
    std::atomic<std::int64_t> now_ns_{0};
};

struct Packet {
    std::vector<std::uint8_t> octets;  // from the IP header on
    Instant at{};
};

// Sends on every thread, since frames leave at the end of a call; the queues have a lock.
class PacketDevice final : public host::Device {
public:
    PacketDevice(const VirtualClock& clock, std::uint32_t mtu) : clock_(clock), mtu_(mtu) {}

    std::optional<FrameIn> read(ChunkPool& pool) override;  // what neighbours answered
    Wrote write(const FrameOut& frame) override;
    int descriptor() const override { return -1; }
    const std::string& name() const override { return name_; }
    LinkCapabilities capabilities() const override;
    const host::DeviceCounters& counters() const override { return counters_; }
    const std::string& failure() const override { return failure_; }

    std::optional<Packet> take();
    std::size_t waiting() const;

private:
    const VirtualClock& clock_;
    std::uint32_t mtu_;
    mutable std::mutex mutex_;
    std::deque<Packet> packets_;
    std::deque<std::vector<std::uint8_t>> answers_;
    std::string name_ = "packetdrill";
    std::string failure_;
    host::DeviceCounters counters_;
};

class Network {
public:
    explicit Network(const Flags& flags);

    Instant now() const { return clock_.now(); }
    Instant next_deadline();
    // The clock shows `at`; no deadline may lie before.
    void move_to(Instant at);
    // A whole IPv4 datagram arrives. False: it is none.
    bool receive(ByteView packet);
    // Whatever neighbours have to answer after a call.
    void settle();
    PacketDevice& device() { return device_; }
    void use() { posix::use(&host_); }

private:
    VirtualClock clock_;
    PacketDevice device_;
    Stack stack_;
    host::Loop loop_;
    posix::Host host_;
};

}  // namespace sluice::packetdrill
