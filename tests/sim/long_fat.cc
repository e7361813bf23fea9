// What one connection makes of a path: a long fat one of 10 Gbit/s and 100 ms, 125 MB under way at once; and one that loses by
// itself.
#include <doctest/doctest.h>

#include <utility>

#include "sim/traffic.h"
#include "sim/world.h"

using namespace sluice;
using namespace sluice::sim;

namespace {

constexpr std::uint64_t rate = 10'000'000'000;  // bits per second
constexpr std::uint16_t port = 7;

HostOptions with_large_buffers(tcp::Congestion congestion) {
    HostOptions options;
    options.config.tcp.congestion = congestion;
    options.config.tcp.receive_buffer_max = 512U << 20U;
    options.config.tcp.send_buffer_max = 512U << 20U;
    options.config.tcp.memory_budget_mib = 4096;
    options.config.tcp.reassembly_pieces = 262144;
    return options;
}

Task<> send_for_ever(World& world, Host& host) {
    AsyncListener listener = host.listen(port);
    AsyncTcp peer(co_await listener.accept());
    const std::vector<std::uint8_t> piece(1U << 20U);
    while (world.now() < Instant{20s})
        if (!co_await peer.write(piece)) break;
}

Task<> read_for_ever(Host& client, const Host& server, std::uint64_t& octets) {
    AsyncTcp peer = client.connect(server, port);
    std::vector<std::uint8_t> room(1U << 20U);
    for (;;) {
        const auto got = co_await peer.read(room);
        if (!got || *got == 0) break;
        octets += *got;
    }
}

// Bits per second a reader gets after so many seconds, for so many.
double goodput(tcp::Congestion congestion, const LinkOptions& path, int after, int seconds) {
    World world({.seed = 1, .checks = false, .trace = TraceMode::off});
    Host& server = world.add_host("server", "192.0.2.1/24", with_large_buffers(congestion));
    Host& client = world.add_host("client", "192.0.2.2/24", with_large_buffers(congestion));
    world.connect(server, client, path);
    std::uint64_t octets = 0;
    world.start_service(send_for_ever(world, server));
    world.start_service(read_for_ever(client, server, octets));
    world.run(std::chrono::seconds(after));
    const std::uint64_t before = octets;
    world.run(std::chrono::seconds(seconds));
    return static_cast<double>(octets - before) * 8 / seconds;
}

}  // namespace

TEST_CASE("one connection fills 10 Gbit/s over 100 ms [R7323-1] [long fat path]") {
    // Of 9000 octets 8948 are text, and Ethernet adds 14.
    constexpr double most = static_cast<double>(rate) * 8948 / 9014;
    // CUBIC has left the queue of its slow start behind by then; BBR looks for the least round trip after five seconds.
    for (const auto& [congestion, seconds] :
         {std::pair(tcp::Congestion::cubic, 6), std::pair(tcp::Congestion::bbr, 4)}) {
        const double got = goodput(congestion,
                                   {.delay = 50ms,
                                    .bits_per_second = rate,
                                    .queue = {.bytes = 250'000'000},
                                    .mtu = 9000,
                                    .super_segments = true},
                                   seconds - 1, 1);
        MESSAGE(tcp::text_of(congestion), ": ", got / 1e9, " Gbit/s");
        CHECK(got > 0.9 * most);
    }
}

TEST_CASE("BBR keeps most of a path that loses one frame in twenty by itself [docs/decisions/0012]") {
    for (const auto& [delay, least] : {std::pair(10ms, 0.85), std::pair(50ms, 0.75), std::pair(100ms, 0.6)}) {
        const auto queue = static_cast<std::uint32_t>(5'000 * in_ms(delay));  // a round trip's worth
        const LinkOptions path{.delay = delay,
                               .bits_per_second = 20'000'000,
                               .queue = {.bytes = queue},
                               .faults = {.loss = 0.05}};
        const double got = goodput(tcp::Congestion::bbr, path, 5, 5);
        MESSAGE(in_ms(delay) * 2, " ms: ", got / 1e6, " Mbit/s");
        CHECK(got > least * 20'000'000);
    }
}
