#include "sim/scenario.h"

#include <algorithm>
#include <array>

#include "sim/conversation.h"
#include "sim/datagrams.h"
#include "sim/plan.h"

namespace sluice::sim {
namespace {

struct Two {
    Host& client;
    Host& server;
};

Two two_hosts(World& world, const LinkOptions& link = {.delay = 10ms}, const HostOptions& options = {}) {
    Host& client = world.add_host("client", "192.0.2.1/24", options);
    Host& server = world.add_host("server", "192.0.2.2/24", options);
    world.connect(client, server, link);
    return {client, server};
}

void converse(World& world, const Two& two, const Conversation& what) {
    start_server(world, two.server, what);
    start_client(world, two.client, two.server, what);
}

// --- small ones, without faults of their own: for exhaustive runs
void build_handshake(World& world) { converse(world, two_hosts(world), {.there = 0, .back = 0}); }

void build_transfer(World& world) {
    HostOptions options;
    options.config.tcp.mss_max = 500;
    converse(world, two_hosts(world, {.delay = 10ms}, options), {.there = 1500, .back = 0});
}

void build_close(World& world) { converse(world, two_hosts(world), {.there = 1, .back = 1}); }

void build_close_at_once(World& world) {
    converse(world, two_hosts(world), {.there = 1, .back = 1, .ending = Ending::at_once});
}

void build_crossing(World& world) {
    const Two two = two_hosts(world);
    start_crossing(world, two.client, two.server,
                   {.port = 5000, .there = 10, .back = 10, .ending = Ending::at_once});
}

void build_abort(World& world) {
    converse(
        world, two_hosts(world),
        {.there = 10, .back = 10, .ending = Ending::client_aborts, .pause = 30ms, .must_succeed = false});
}

// --- drawn ones
std::uint64_t pick(Random& random, std::initializer_list<std::uint64_t> choices) {
    return *(choices.begin() + random.below(choices.size()));
}

HostOptions draw_host(Random& random, int severity) {
    HostOptions options;
    tcp::Settings& tcp = options.config.tcp;
    tcp.receive_buffer = static_cast<std::uint32_t>(pick(random, {1'000'000, 200'000, 20'000, 3000}));
    tcp.send_buffer = static_cast<std::uint32_t>(pick(random, {1'000'000, 60'000, 5000}));
    tcp.timestamps = random.chance(0.7);
    tcp.window_scaling = random.chance(0.7);
    tcp.nagle = random.chance(0.7);
    tcp.time_wait_max = random.chance(0.1) ? 1 : tcp.time_wait_max;
    tcp.syn_cookies = random.chance(0.8);
    tcp.time_wait_ignores_resets = random.chance(0.2);
    tcp.mss_max = static_cast<std::uint32_t>(pick(random, {65495, 65495, 65495, 500}));
    tcp.congestion = static_cast<tcp::Congestion>(random.below(tcp::congestion_names.size()));
    for (bool* choice :
         {&tcp.sack, &tcp.dsack, &tcp.rack, &tcp.tail_probe, &tcp.prr, &tcp.frto, &tcp.limited_transmit})
        *choice = random.chance(0.8);
    // Limits that are met sometimes.
    // Those that come at the same time may meet in such a table again and again, until one of them times out.
    if (random.chance(0.1) && severity > 0) tcp.half_open_max = 1;
    if (random.chance(0.1)) tcp.reassembly_pieces = 8;
    if (random.chance(0.1)) tcp.challenge_acks = 1;
    if (random.chance(0.1)) tcp.resets_per_second = 1;
    if (random.chance(0.1)) tcp.memory_budget_mib = 1;
    if (random.chance(0.3))
        options.config.fixed_isn = static_cast<std::uint32_t>(pick(random, {0xffffff00U, 0x7fffff00U, 0}));
    options.clock_ppm = static_cast<int>(random.below(1001)) - 500;
    return options;
}

LinkOptions draw_link(Random& random, int severity) {
    LinkOptions link;
    link.delay = Duration(1ms) * static_cast<int>(pick(random, {0, 1, 10, 50, 200}));
    link.bits_per_second = pick(random, {0, 0, 100'000'000, 10'000'000, 1'000'000});
    link.queue.bytes = static_cast<std::uint32_t>(pick(random, {256 * 1024, 64 * 1024, 16 * 1024}));
    link.queue.codel = random.chance(0.3);
    link.mtu = static_cast<std::uint32_t>(pick(random, {1500, 1500, 576, 9000}));
    if (severity == 0) return link;
    const double scale = severity == 1 ? 0.02 : 0.15;
    const auto drawn = [&] {
        return random.chance(0.5) ? scale * static_cast<double>(random.below(100)) / 100 : 0;
    };
    link.faults.loss = drawn();
    link.faults.burst.begins = drawn() / 4;
    link.faults.duplicate = drawn();
    link.faults.reorder = drawn() * 2;
    link.faults.corrupt = drawn() / 2;
    link.faults.jitter = Duration(1ms) * static_cast<int>(pick(random, {0, 0, 2, 20}));
    return link;
}

Conversation draw_conversation(Random& random, int number, int severity) {
    Conversation what;
    what.port = static_cast<std::uint16_t>(1000 + number);
    what.key = static_cast<std::uint64_t>(number) + 1;
    what.there = random.below(pick(random, {2, 2000, 20'000, 100'000}));
    what.back = random.below(pick(random, {2, 2000, 20'000, 100'000}));
    what.stream.piece = pick(random, {16384, 4096, 1000, 100});
    if (what.there + what.back > 20'000) what.stream.piece = std::max<std::size_t>(what.stream.piece, 1000);
    what.stream.urgent = random.chance(0.2) && what.there < 60'000 && what.back < 60'000;
    what.ending = random.chance(0.7)
                      ? static_cast<Ending>(random.below(2))
                      : static_cast<Ending>(random.below(static_cast<std::uint64_t>(Ending::count_)));
    what.backlog = static_cast<std::uint32_t>(pick(random, {1, 2, 128}));
    what.start = Duration(1ms) * static_cast<int>(random.below(500));
    what.pause = Duration(1ms) * static_cast<int>(random.below(400));
    if (random.chance(0.3)) what.late = Duration(1ms) * static_cast<int>(pick(random, {50, 2000, 20'000}));
    // Where frames are lost a connection may also end and say why: all its retransmissions may be among them.
    what.must_succeed = severity == 0;
    return what;
}

DatagramTraffic draw_datagrams(Random& random) {
    DatagramTraffic what;
    what.count = static_cast<std::uint32_t>(1 + random.below(30));
    what.size_most = static_cast<std::uint32_t>(pick(random, {1, 500, 4000}));
    what.start = Duration(1ms) * static_cast<int>(random.below(500));
    what.gap = Duration(1ms) * static_cast<int>(random.below(50));
    return what;
}

void cut_sometimes(World& world, Random& random) {
    for (const auto& link : world.links()) {
        if (!random.chance(0.5)) continue;
        const Duration from = Duration(1ms) * static_cast<int>(random.below(2000));
        const Duration time = Duration(1ms) * static_cast<int>(pick(random, {200, 3000, 30'000, 400'000}));
        world.after(from, [cable = link.get()] { cable->cut(); });
        world.after(from + time, [cable = link.get()] { cable->heal(); });
    }
}

void build_random(World& world) {
    Random random = world.random(1);
    const auto severity = static_cast<int>(random.below(3));
    Host& server = world.add_host("server", "192.0.2.1/24", draw_host(random, severity));
    std::vector<Host*> clients;
    const std::uint64_t kind = random.below(3);
    LinkOptions plain = draw_link(random, 0), faulty = draw_link(random, severity);
    if (random.chance(0.5)) faulty.faults.forge = 0.01 * static_cast<double>(pick(random, {1, 5, 30}));
    if (kind == 0) {  // a cable
        clients.push_back(&world.add_host("client", "192.0.2.2/24", draw_host(random, severity)));
        world.connect(*clients[0], server, faulty);
    } else if (kind == 1) {  // a switch
        Switch& lan = world.add_switch();
        plain.mtu = faulty.mtu;
        world.connect(server, lan, plain);
        clients.push_back(&world.add_host("alice", "192.0.2.2/24", draw_host(random, severity)));
        clients.push_back(&world.add_host("bob", "192.0.2.3/24", draw_host(random, severity)));
        for (Host* client : clients) world.connect(*client, lan, faulty);
    } else {  // a router
        // Without path MTU discovery a smaller MTU behind it would be a black hole.
        plain.mtu = faulty.mtu;
        Router& router = world.add_router();
        clients.push_back(&world.add_host("client", "198.51.100.2/24", draw_host(random, severity)));
        world.connect(server, {router, "192.0.2.254/24"}, plain);
        world.connect(*clients[0], {router, "198.51.100.254/24"}, faulty);
    }
    const auto count = 1 + static_cast<int>(random.below(4));
    for (int i = 0; i < count; ++i) {
        Conversation what = draw_conversation(random, i, severity);
        if (faulty.faults.forge > 0) what.must_succeed = false;  // an attacker may guess right
        Host& client = *clients[random.below(clients.size())];
        if (random.chance(0.1)) {
            Conversation crossing = what;
            crossing.ending = random.chance(0.3) ? Ending::client_hasty : Ending::at_once;
            crossing.must_succeed = false;  // unless both begin at the same time, the first is refused
            start_crossing(world, client, server, crossing);
            continue;
        }
        const std::uint64_t clients_at_once = pick(random, {1, 1, 1, 4});
        // One answered with a SYN cookie is refused when all of its first window is lost, by a queue for instance.
        if (clients_at_once > what.backlog) what.must_succeed = false;
        start_server(world, server, what);
        for (std::uint64_t n = 0; n < clients_at_once; ++n) start_client(world, client, server, what);
    }
    if (random.chance(0.2)) {
        DatagramTraffic what = draw_datagrams(random);
        // Bits changed in two fragments may cancel each other in the checksum: then a datagram is one frame.
        if (faulty.faults.corrupt > 0) what.size_most = std::min(what.size_most, 500U);
        start_datagrams(world, *clients[0], server, what);
    }
    if (severity == 2) cut_sometimes(world, random);
}

constexpr std::array all{
    Scenario{"random", "drawn hosts, network, faults and conversations", build_random},
    Scenario{"handshake", "one connection, opened and closed", build_handshake},
    Scenario{"transfer", "three segments one way", build_transfer},
    Scenario{"close", "one closes after the other", build_close},
    Scenario{"close-at-once", "both close at the same time", build_close_at_once},
    Scenario{"crossing", "both open at the same time", build_crossing},
    Scenario{"abort", "one end aborts", build_abort},
};

}  // namespace

std::span<const Scenario> scenarios() { return all; }

const Scenario* find_scenario(std::string_view name) {
    const auto* found = std::ranges::find(all, name, &Scenario::name);
    return found == all.end() ? nullptr : found;
}

Outcome play(const Scenario& scenario, const Play& play) {
    WorldOptions options;
    options.seed = play.seed;
    options.schedule = play.schedule;
    options.events_max = 10'000'000;
    World world(options);
    if (play.before) play.before(world);
    if (scenario.plan)
        build(world, *scenario.plan);
    else
        scenario.build(world);
    Outcome outcome;
    outcome.failure = world.finish();
    outcome.schedule = world.schedule();
    outcome.trace_hash = world.trace_hash();
    outcome.events = world.events();
    outcome.time = world.now() - Instant{};
    return outcome;
}

}  // namespace sluice::sim
