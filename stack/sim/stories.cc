#include "sim/stories.h"

#include <algorithm>
#include <array>
#include <vector>

#include "sim/conversation.h"
#include "sim/traffic.h"

namespace sluice::sim {
namespace {

constexpr std::uint16_t port = 80;
constexpr std::size_t segment = 1448;  // octets of a full one beside its timestamps

struct Two {
    Host& client;
    Host& server;
    Link& link;
};

Two two_hosts(World& world, const LinkOptions& link = {.delay = 10ms}, const HostOptions& client_options = {},
              const HostOptions& server_options = {}) {
    Host& client = world.add_host("client", "192.0.2.1/24", client_options);
    Host& server = world.add_host("server", "192.0.2.2/24", server_options);
    return {client, server, world.connect(client, server, link)};
}

void talk(World& world, const Two& two, const Conversation& what) {
    start_server(world, two.server, what);
    start_client(world, two.client, two.server, what);
}

// The client's full-sized frames are counted; `fate` says what happens to those with these numbers.
void strike(Link& link, std::vector<std::uint64_t> numbers, const Fate& fate) {
    link.decide([=, count = std::uint64_t{0}](Side side, const Frame& frame) mutable {
        if (side != Side::a || frame.bytes.size() < segment) return Fate{};
        return std::ranges::count(numbers, ++count) > 0 ? fate : Fate{};
    });
}

void build_handshake(World& world) {
    talk(world, two_hosts(world), {.port = port, .there = 100, .back = 300});
}

Task<> knock(Host& client, const Host& server) {
    AsyncTcp peer = client.connect(server, port);
    (void)co_await peer.opened();
}

void build_refused(World& world) {
    const Two two = two_hosts(world);
    world.start(knock(two.client, two.server));
}

void build_overshoot(World& world) {
    HostOptions client;
    client.config.tcp.hystart = false;
    const LinkOptions link{.delay = 20ms, .bits_per_second = 4'000'000, .queue = {.bytes = 15'000}};
    talk(world, two_hosts(world, link, client), {.port = port, .there = 90'000, .back = 1});
}

void build_tail_loss(World& world) {
    const Two two = two_hosts(world, {.delay = 20ms});
    strike(two.link, {8}, {.lost = true});
    talk(world, two, {.port = port, .there = 8 * segment, .back = 1});
}

void build_reordering(World& world) {
    const Two two = two_hosts(world, {.delay = 20ms});
    strike(two.link, {3, 16}, {.held = 6ms});
    talk(world, two, {.port = port, .there = 30 * segment, .back = 1});
}

Task<> read_late(World& world, Host& host, std::uint64_t key) {
    AsyncListener listener = host.listen(port);
    AsyncTcp peer(co_await listener.accept());
    co_await world.sleep(3s);
    (void)co_await receive_stream(peer, key);
}

Task<> write_all(Host& host, const Host& to, std::uint64_t key, std::uint64_t count) {
    AsyncTcp peer = host.connect(to, port);
    if (co_await peer.opened() != Error::none) co_return;
    (void)co_await send_stream(peer, key, count);
    (void)co_await receive_stream(peer, key);
}

void build_zero_window(World& world) {
    HostOptions server;
    server.config.tcp.receive_buffer = server.config.tcp.receive_buffer_max = 4 * segment;
    const Two two = two_hosts(world, {.delay = 10ms}, {}, server);
    world.start_service(read_late(world, two.server, 1));
    world.start(write_all(two.client, two.server, 1, 8 * segment));
}

void build_close_at_once(World& world) {
    talk(world, two_hosts(world), {.port = port, .there = 200, .back = 200, .ending = Ending::at_once});
}

Task<> serve_few(World& world, Host& host, std::uint32_t backlog) {
    AsyncListener listener = host.listen(port, backlog);
    AsyncTcp peer(co_await listener.accept());
    (void)co_await receive_stream(peer, 1);
    co_await world.sleep(1s);
}

Task<> ask(World& world, Host& host, const Host& to) {
    co_await world.sleep(500ms);
    AsyncTcp peer = host.connect(to, port);
    if (co_await peer.opened() == Error::none) (void)co_await send_stream(peer, 1, 500);
}

// Whoever floods never answers a SYN,ACK: none reaches it.
void build_flood(World& world) {
    constexpr std::uint32_t backlog = 4;
    Host& server = world.add_host("server", "192.0.2.2/24");
    Host& client = world.add_host("client", "192.0.2.1/24");
    Host& flood = world.add_host("flood", "192.0.2.66/24");
    Switch& lan = world.add_switch();
    world.connect(server, lan);
    world.connect(client, lan, {.delay = 10ms});
    world.connect(flood, lan).decide([](Side from, const Frame& frame) {
        return Fate{.lost = from == Side::b && frame.bytes.size() > 60};
    });
    world.start_service(serve_few(world, server, backlog));
    for (std::uint32_t i = 0; i < 2 * backlog; ++i) world.start(knock(flood, server));
    world.start(ask(world, client, server));
}

void build_black_hole(World& world) {
    const Two two = two_hosts(world);
    two.link.decide([](Side, const Frame& frame) { return Fate{.lost = frame.bytes.size() > 1314}; });
    talk(world, two, {.port = port, .there = 20'000, .back = 1});
}

void build_time_wait(World& world) {
    const Two two = two_hosts(world);
    // The client's frames: ARP, SYN, ACK, text with FIN or apart, ... the last is the ACK of the server's FIN.
    two.link.decide([is_over = false](Side from, const Frame& frame) mutable {
        constexpr std::size_t flags_at = 14 + 20 + 13;
        if (frame.bytes.size() <= flags_at) return Fate{};
        const auto flags = frame.bytes.view()[flags_at];
        if (from == Side::b && (flags & 1U) != 0 && !is_over) {
            is_over = true;  // the server's FIN has left; what the client says next is lost
            return Fate{};
        }
        return Fate{.lost = from == Side::a && is_over && (flags & 1U) == 0};
    });
    world.after(1s, [&link = two.link] { link.mend(); });
    talk(world, two, {.port = port, .there = 100, .back = 100});
}

constexpr std::array all{
    Story{"handshake", "A connection, from SYN to TIME-WAIT",
          "Three segments open it, a request and an answer pass, each side closes its direction.", "client",
          1, build_handshake},
    Story{"refused", "Refused", "Nobody listens: the answer to the SYN is a reset.", "client", 1,
          build_refused},
    Story{"overshoot", "Slow start overshoots",
          "The window doubles until the queue of the path overflows; SACK tells the holes, PRR lets the "
          "window sink "
          "to CUBIC's share while they are filled.",
          "client", 1, build_overshoot},
    Story{"tail-loss", "A loss at the tail, repaired by a probe",
          "The last segment is lost, so nothing behind it could tell. A probe after two round trips does.",
          "client", 1, build_tail_loss},
    Story{"reordering", "Reordering, taken for loss once",
          "One segment is late; after three others it is called lost, and the window is given back when the "
          "late one "
          "arrives. From then on RACK waits a quarter of the least round trip: the second late one is not "
          "resent.",
          "client", 1, build_reordering},
    Story{"zero-window", "A zero window",
          "The reader sleeps for three seconds; probes ask until the window opens.", "client", 1,
          build_zero_window},
    Story{"close-at-once", "Both close at the same time",
          "The FINs cross: FIN-WAIT-1, CLOSING, TIME-WAIT on both sides.", "client", 1, build_close_at_once},
    Story{"flood", "A SYN flood, and a cookie",
          "The backlog is full of SYNs nobody will complete. The client's SYN is answered with a cookie, and "
          "the "
          "connection appears when it comes back.",
          "server", 6, build_flood},
    Story{"black-hole", "A path that swallows large packets",
          "No message says that packets are too big. After three timeouts segments shrink, then larger ones "
          "are tried.",
          "client", 1, build_black_hole},
    Story{"time-wait", "What TIME-WAIT is for",
          "The last ACK is lost; the FIN that is sent again finds somebody who answers.", "client", 1,
          build_time_wait},
};

}  // namespace

std::span<const Story> stories() { return all; }

const Story* find_story(std::string_view name) {
    const auto* found = std::ranges::find(all, name, &Story::name);
    return found == all.end() ? nullptr : found;
}

}  // namespace sluice::sim
