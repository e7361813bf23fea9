#include "sim/conversation.h"

#include <fmt/format.h>

#include <memory>
#include <utility>

namespace sluice::sim {
namespace {

using Peer = std::shared_ptr<AsyncTcp>;  // the two halves of a conversation may end in any order

void judge(World& world, const Conversation& what, const Received& got, std::uint64_t expected) {
    if (!got.is_right || got.octets > expected)
        world.fail(fmt::format("port {}: octets arrived that were not written", what.port));
    if (!got.marks_are_right)
        world.fail(fmt::format("port {}: an urgent mark is not where it was set", what.port));
    const bool is_complete = got.is_whole && got.octets == expected;
    if (got.is_whole && got.octets != expected && what.ending <= Ending::at_once)
        world.fail(
            fmt::format("port {}: the stream ended after {} of {} octets", what.port, got.octets, expected));
    if (what.must_succeed && !is_complete && what.ending <= Ending::at_once)
        world.fail(fmt::format("port {}: {} after {} of {} octets", what.port, text_of(got.error), got.octets,
                               expected));
}

Task<> send_half(Peer peer, std::uint64_t key, std::uint64_t count, StreamOptions stream) {
    (void)co_await send_stream(*peer, key, count, stream);
}

// The halves of one end: `out` octets to send, `in` to expect; the keys tell directions apart.
Task<> talk(World& world, Peer peer, Conversation what, bool is_client) {
    const std::uint64_t out = is_client ? what.there : what.back, in = is_client ? what.back : what.there;
    const std::uint64_t key_out = what.key * 2 + (is_client ? 0 : 1),
                        key_in = what.key * 2 + (is_client ? 1 : 0);
    const bool sends_first = what.ending != Ending::at_once && is_client;
    if (sends_first)
        (void)co_await send_stream(*peer, key_out, out, what.stream);
    else if (what.ending == Ending::at_once)
        world.start_service(send_half(peer, key_out, out, what.stream));
    if (is_client && what.ending == Ending::client_deaf) peer->socket().shutdown_read();
    if (is_client && what.ending >= Ending::client_unread) co_return co_await world.sleep(what.pause);
    if (!is_client && what.late > 0ns) co_await world.sleep(what.late);
    const Received got = co_await receive_stream(*peer, key_in, what.stream);
    judge(world, what, got, in);
    if (!is_client && what.ending != Ending::at_once)
        (void)co_await send_stream(*peer, key_out, out, what.stream);
}

Task<> talk_and_abort(World& world, Peer peer, Conversation what, bool is_client) {
    world.start_service(
        send_half(peer, what.key * 2 + (is_client ? 0 : 1), is_client ? what.there : what.back, what.stream));
    co_await world.sleep(what.pause);
    peer->abort();
}

Task<> either(World& world, Peer peer, Conversation what, bool is_client) {
    const bool aborts = what.ending == (is_client ? Ending::client_aborts : Ending::server_aborts);
    return aborts ? talk_and_abort(world, std::move(peer), what, is_client)
                  : talk(world, std::move(peer), what, is_client);
}

Task<> serve(World& world, AsyncListener listener, Conversation what) {
    for (;;) {
        auto peer = std::make_shared<AsyncTcp>(co_await listener.accept());
        world.start_service(either(world, std::move(peer), what, false));
    }
}

// Whoever may have lost its peer without a word has to find out some day.
void keep_alive(AsyncTcp& peer) {
    TcpOptions options = peer.socket().options();
    options.keep_alive = true;
    options.keepalive_idle = 60s;
    options.keepalive_interval = 10s;
    peer.socket().set_options(options);
}

Task<> open_and_talk(World& world, Peer peer, Conversation what, bool is_client) {
    if (!what.must_succeed || what.ending > Ending::at_once) keep_alive(*peer);
    if (is_client && what.ending == Ending::client_hasty) co_return co_await world.sleep(what.pause);
    const Error error = co_await peer->opened();
    if (error == Error::none)
        co_await either(world, peer, what, is_client);
    else if (what.must_succeed && error != Error::host_unreachable)  // nobody heard the ARP: it says why
        world.fail(fmt::format("port {}: not opened: {}", what.port, text_of(error)));
}

Task<> call(World& world, Host& client, wire::Endpoint server, Conversation what) {
    co_await world.sleep(what.start);
    auto peer = std::make_shared<AsyncTcp>(client.connect(server));
    if (*peer)
        co_await open_and_talk(world, peer, what, true);
    else if (what.must_succeed)
        world.fail(fmt::format("port {}: cannot even try to connect", what.port));
}

Task<> cross(World& world, Host& from, wire::Endpoint to, Conversation what, bool is_client) {
    co_await world.sleep(what.start);
    ConnectOptions options;
    options.remote = to;
    options.local = {from.address(), what.port};
    auto socket = from.stack().connect(options);
    if (!socket) co_return world.fail("cannot connect from a port of our own");
    auto peer = std::make_shared<AsyncTcp>(std::move(*socket));
    co_await open_and_talk(world, peer, what, is_client);
}

}  // namespace

void start_server(World& world, Host& server, const Conversation& what) {
    world.start_service(serve(world, server.listen(what.port, what.backlog), what));
}

void start_client(World& world, Host& client, const Host& server, const Conversation& what) {
    world.start(call(world, client, {server.address(), what.port}, what));
}

void start_crossing(World& world, Host& a, Host& b, const Conversation& what) {
    world.start(cross(world, a, {b.address(), what.port}, what, true));
    world.start(cross(world, b, {a.address(), what.port}, what, false));
}

}  // namespace sluice::sim
