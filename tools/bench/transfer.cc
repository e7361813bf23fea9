// One stream between two Stacks in memory: what the stack itself costs per segment, without a device.
//
//   transfer [--benchmark_filter=...]
//
// Counters: bytes_per_second of payload; segments; allocations_per_segment, counted by replacing operator new (chunks
// come from pools that are warm when counting begins). For instructions per segment see
// segment_cost.cc.
#include <benchmark/benchmark.h>

#include <cstdlib>
#include <new>
#include <vector>

#include "tools/bench/two_hosts.h"

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
using namespace sluice::bench;

void transfer(benchmark::State& state, const LinkCapabilities& link, TraceMode trace) {
    Pair world(link, Pair::config(trace));
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
