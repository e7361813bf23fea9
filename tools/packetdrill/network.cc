#include "tools/packetdrill/network.h"

#include <algorithm>

#include "wire/arp.h"
#include "wire/ethernet.h"

namespace sluice::packetdrill {
namespace {

constexpr wire::MacAddress ours{{0x02, 0, 0, 0, 0, 1}};
constexpr wire::MacAddress theirs{{0x02, 0, 0, 0, 0, 2}};
constexpr std::uint32_t packet_most = 65535;

StackConfig config_of(const Flags& flags) {
    StackConfig config;
    config.net = flags.network.net;
    config.net.probe_addresses = false;
    config.tcp = flags.network.tcp;
    config.udp = flags.network.udp;
    config.seed = Random(flags.network.seed.value_or(1)).key();
    return config;
}

}  // namespace

LinkCapabilities PacketDevice::capabilities() const {
    LinkCapabilities capabilities;
    capabilities.mtu = mtu_;
    capabilities.receive_segment_bytes = packet_most;
    return capabilities;
}

std::optional<FrameIn> PacketDevice::read(ChunkPool& pool) {
    const std::lock_guard held(mutex_);
    if (answers_.empty()) return std::nullopt;
    FrameIn frame;
    frame.bytes = pool.copy(answers_.front());
    answers_.pop_front();
    return frame;
}

host::Device::Wrote PacketDevice::write(const FrameOut& frame) {
    std::vector<std::uint8_t> octets(frame.header().begin(), frame.header().end());
    for (const Slice& slice : frame.payload)
        octets.insert(octets.end(), slice.view().begin(), slice.view().end());
    const auto header = wire::parse_ethernet(octets);
    const ByteView behind = ByteView(octets).subspan(wire::ethernet_header_length);
    const std::lock_guard held(mutex_);
    if (header && header->type == wire::ether_type::ipv4)
        packets_.push_back({{behind.begin(), behind.end()}, clock_.now()});
    const auto question = wire::parse_arp(behind);
    if (!header || header->type != wire::ether_type::arp || !question ||
        question->operation != wire::arp_operation::request || question->sender == question->target)
        return Wrote::taken;
    std::vector<std::uint8_t> answer(wire::ethernet_header_length + wire::arp_length);
    Writer out(answer);
    wire::write_ethernet(out, {ours, theirs, wire::ether_type::arp});
    wire::write_arp(out, {wire::arp_operation::reply, theirs, question->target, ours, question->sender});
    answers_.push_back(std::move(answer));
    return Wrote::taken;
}

std::optional<Packet> PacketDevice::take() {
    const std::lock_guard held(mutex_);
    if (packets_.empty()) return std::nullopt;
    Packet packet = std::move(packets_.front());
    packets_.pop_front();
    return packet;
}

std::size_t PacketDevice::waiting() const {
    const std::lock_guard held(mutex_);
    return packets_.size();
}

Network::Network(const Flags& flags)
    : device_(clock_, flags.mtu),
      stack_(config_of(flags)),
      loop_(stack_, clock_),
      host_((loop_.add_device(device_, ours), stack_.add_address(0, {flags.local, 24}),
             stack_.add_default_route(flags.remote), loop_),
            posix::Host::Drive::caller) {
    settle();
    while (device_.take()) {
    }
}

Instant Network::next_deadline() {
    return host_.with_stack([](const Stack& stack) { return stack.next_deadline(); });
}

void Network::move_to(Instant at) {
    clock_.set(at);
    settle();
}

// A turn tells the stack the time, and sends what it owes then.
void Network::settle() {
    const auto answer = [this](Stack& stack) {
        auto frame = device_.read(stack.pool());
        if (frame) stack.receive(0, std::move(*frame), now());
        return frame.has_value();
    };
    while (host_.with_stack(answer)) {
    }
}

bool Network::receive(ByteView packet) {
    if (packet.empty() || packet.size() > packet_most) return false;
    std::vector<std::uint8_t> octets(wire::ethernet_header_length);
    Writer out(octets);
    wire::write_ethernet(out, {ours, theirs, wire::ether_type::ipv4});
    octets.insert(octets.end(), packet.begin(), packet.end());
    host_.with_stack([&](Stack& stack) {
        FrameIn frame;
        frame.bytes = stack.pool().copy(octets);
        stack.receive(0, std::move(frame), now());
    });
    settle();
    return true;
}

}  // namespace sluice::packetdrill
