// One stream between two Stacks in memory: what the stack itself costs per segment, without a device.
//
//   transfer [--benchmark_filter=...]
//
// Counters: bytes_per_second of payload; segments; allocations_per_segment, counted by replacing operator new (chunks
// come from pools that are warm when counting begins). For instructions per segment run it under callgrind with
// --benchmark_min_time=0.01s and divide.
#include <benchmark/benchmark.h>

#include <cstdlib>
#include <new>
#include <vector>

#include "stack.h"

namespace {

std::uint64_t allocations = 0;

}  // namespace

[[gnu::noinline]] void* operator new(std::size_t size) {
    ++allocations;
    if (void* memory = std::malloc(size)) return memory;
    throw std::bad_alloc();
}
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

namespace {

using namespace sluice;

constexpr auto address_a = wire::Address::v4(192, 0, 2, 1);
constexpr auto address_b = wire::Address::v4(192, 0, 2, 2);

StackConfig quiet_config() {
    StackConfig config;
    config.net.probe_addresses = false;
    config.trace = TraceMode::off;
    return config;
}

struct Host {
    explicit Host(wire::Address address, std::uint8_t last, const LinkCapabilities& link,
                  const StackConfig& config)
        : stack(config), link_id(stack.attach({{2, 0, 0, 0, 0, last}}, link)) {
        stack.add_address(link_id, {address, 24});
    }
    Stack stack;
    LinkId link_id;
};

// Hands over what one end sends, as a device would: one copy into a chunk of the other's pool.
void carry(Host& from, Host& to, Instant now) {
    FrameOut out;
    while (from.stack.next_frame(out)) {
        Chunk chunk = to.stack.pool().take(out.size());
        const ByteView header = out.header();
        auto at = std::ranges::copy(header, chunk.writable().begin()).out;
        for (const Slice& slice : out.payload) at = std::ranges::copy(slice.view(), at).out;
        FrameIn in;
        in.bytes = Slice(std::move(chunk), 0, out.size());
        in.checksum_good = out.needs_checksum;
        in.segment_bytes = out.segment_bytes;
        to.stack.receive(to.link_id, std::move(in), now);
    }
}

struct World {
    World(const LinkCapabilities& link, TraceMode trace)
        : a(address_a, 1, link, with(trace)), b(address_b, 2, link, with(trace)) {
        listener = *b.stack.listen({.port = 80});
        client = *a.stack.connect({.remote = {address_b, 80}});
        while (!server) {
            step([] {});
            if (auto accepted = listener.accept()) server = std::move(*accepted);
        }
    }
    static StackConfig with(TraceMode trace) {
        StackConfig config = quiet_config();
        config.trace = trace;
        return config;
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
    Host a, b;
    Instant now{};
    TcpListener listener;
    TcpSocket client, server;
};

LinkCapabilities plain_link() { return {}; }
LinkCapabilities able_link() {
    LinkCapabilities link;
    link.receive_segment_bytes = link.send_segment_bytes = 65535;
    link.computes_checksums = link.vouches_checksums = true;
    return link;
}

void transfer(benchmark::State& state, const LinkCapabilities& link, TraceMode trace) {
    World world(link, trace);
    std::vector<std::uint8_t> data(256 * 1024, 'x');
    std::vector<std::uint8_t> room(256 * 1024);
    std::uint64_t octets = 0;
    const auto pump = [&] {
        world.step([&] { (void)world.client.write(data); });
        while (const auto got = world.server.read(room)) {
            if (*got == 0) break;
            octets += *got;
        }
    };
    for (int i = 0; i < 200; ++i) pump();  // windows open, pools are warm
    octets = 0;
    const std::uint64_t segments_before = world.b.stack.counters().tcp_segments_in;
    const std::uint64_t allocations_before = allocations;
    for (auto _ : state) pump();
    const auto segments = static_cast<double>(world.b.stack.counters().tcp_segments_in - segments_before);
    state.SetBytesProcessed(static_cast<std::int64_t>(octets));
    state.counters["segments"] = segments;
    state.counters["allocations_per_segment"] =
        static_cast<double>(allocations - allocations_before) / segments;
}

void plain(benchmark::State& state) { transfer(state, plain_link(), TraceMode::off); }
void plain_with_tail_ring(benchmark::State& state) { transfer(state, plain_link(), TraceMode::tail); }
void super_segments(benchmark::State& state) { transfer(state, able_link(), TraceMode::off); }

BENCHMARK(plain);
BENCHMARK(plain_with_tail_ring);
BENCHMARK(super_segments);

}  // namespace

BENCHMARK_MAIN();
