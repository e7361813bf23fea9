// Two Stacks in one thread and what lies between them: frames are copied once into the other's pool, as a device would.
#pragma once

#include <algorithm>

#include "stack.h"

namespace sluice::bench {

inline constexpr auto address_a = wire::Address::v4(192, 0, 2, 1);
inline constexpr auto address_b = wire::Address::v4(192, 0, 2, 2);

struct Host {
    Host(wire::Address address, std::uint8_t last, const LinkCapabilities& link, const StackConfig& config)
        : stack(config), link_id(stack.attach({{2, 0, 0, 0, 0, last}}, link)) {
        stack.add_address(link_id, {address, 24});
    }
    Stack stack;
    LinkId link_id;
};

// The frame as it arrives at the other end.
inline FrameIn arrived(const FrameOut& out, ChunkPool& pool) {
    Chunk chunk = pool.take(out.size());
    auto at = std::ranges::copy(out.header(), chunk.writable().begin()).out;
    for (const Slice& slice : out.payload) at = std::ranges::copy(slice.view(), at).out;
    FrameIn in;
    in.bytes = Slice(std::move(chunk), 0, out.size());
    in.checksum_good = out.needs_checksum;
    in.segment_bytes = out.segment_bytes;
    return in;
}

// Hands over what one end sends.
inline void carry(Host& from, Host& to, Instant now) {
    FrameOut out;
    while (from.stack.next_frame(out)) to.stack.receive(to.link_id, arrived(out, to.stack.pool()), now);
}

inline LinkCapabilities plain_link() { return {}; }
inline LinkCapabilities checksum_link() {
    LinkCapabilities link;
    link.computes_checksums = link.vouches_checksums = true;
    return link;
}
inline LinkCapabilities able_link() {
    LinkCapabilities link = checksum_link();
    link.receive_segment_bytes = link.send_segment_bytes = 65535;
    return link;
}

// A client on `a` that is connected with a server on `b`.
struct Pair {
    Pair(const LinkCapabilities& link, const StackConfig& config)
        : a(address_a, 1, link, config), b(address_b, 2, link, config) {
        listener = *b.stack.listen({.port = 80});
        client = *a.stack.connect({.remote = {address_b, 80}});
        while (!server) {
            step([] {});
            if (auto accepted = listener.accept()) server = std::move(*accepted);
        }
    }
    // `between`: after the data and before its acknowledgments, so that the sender never runs dry.
    template <typename Between>
    void step(Between between) {
        now += 10us;
        carry(a, b, now);
        between();
        carry(b, a, now);
        a.stack.on_time(now);
        b.stack.on_time(now);
    }
    static StackConfig config(TraceMode trace) {
        StackConfig config;
        config.net.probe_addresses = false;
        config.trace = trace;
        return config;
    }
    Host a, b;
    Instant now{};
    TcpListener listener;
    TcpSocket client, server;
};

}  // namespace sluice::bench
