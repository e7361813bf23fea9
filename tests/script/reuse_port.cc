// Several listeners on one port, as SO_REUSEPORT asks for (socket(7)).
#include <array>
#include <vector>

#include "support/script.h"

using namespace sluice;
using namespace sluice::test;

namespace {

constexpr std::uint16_t port = 80;

TcpListener listener_of(Script& t) {
    auto listener = t.stack().listen({.port = port, .reuse_port = true});
    REQUIRE(listener);
    return std::move(*listener);
}

void open_flow(Script& t, std::size_t number) {
    t.on_flow(number).peer_sends(syn()).stack_sends(syn_ack()).peer_sends(ack(1));
}

// How many connections wait at each. They stay open as long as `kept`.
std::vector<std::size_t> waiting(std::vector<TcpListener>& listeners, std::vector<TcpSocket>& kept) {
    std::vector<std::size_t> counts;
    for (TcpListener& listener : listeners) {
        counts.push_back(0);
        for (auto got = listener.accept(); got; got = listener.accept()) {
            kept.push_back(std::move(*got));
            ++counts.back();
        }
    }
    return counts;
}

}  // namespace

SCRIPT_TEST("new connections are spread over all listeners of a port", Worlds::plain) {
    Script t;
    std::vector<TcpListener> listeners;
    for (int i = 0; i < 3; ++i) listeners.push_back(listener_of(t));
    for (std::size_t flow = 0; flow < 96; ++flow) open_flow(t, flow);
    std::vector<TcpSocket> kept;
    const auto counts = waiting(listeners, kept);
    CHECK(counts[0] + counts[1] + counts[2] == 96);
    for (const std::size_t count : counts) {  // 32 each, but for chance
        CHECK(count >= 16);
        CHECK(count <= 48);
    }
}

SCRIPT_TEST("when one of them closes, the others get what comes then", Worlds::plain) {
    Script t;
    std::vector<TcpListener> listeners;
    for (int i = 0; i < 2; ++i) listeners.push_back(listener_of(t));
    listeners[0].close();
    for (std::size_t flow = 0; flow < 20; ++flow) open_flow(t, flow);
    std::vector<TcpSocket> kept;
    CHECK(listeners[1].accept());
    listeners.erase(listeners.begin());
    CHECK(waiting(listeners, kept) == std::vector<std::size_t>{19});
}

SCRIPT_TEST("a port is shared only where all of its listeners say so [MUST-41]", Worlds::plain) {
    Script t;
    TcpListener first = listener_of(t);
    CHECK(t.stack().listen({.port = port}).error() == Error::address_in_use);
    CHECK(t.stack().listen({.port = port, .reuse_port = true}));
    auto alone = t.stack().listen({.port = port + 1});
    REQUIRE(alone);
    CHECK(t.stack().listen({.port = port + 1, .reuse_port = true}).error() == Error::address_in_use);
}
