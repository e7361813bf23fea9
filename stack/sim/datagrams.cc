#include "sim/datagrams.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <vector>

#include "sim/traffic.h"
#include "socket/async_udp.h"

namespace sluice::sim {
namespace {

constexpr std::uint32_t number_octets = 4;
constexpr Duration quiet_time = 5s;

using Box = std::shared_ptr<AsyncUdp>;

std::uint32_t size_of(const DatagramTraffic& what, std::uint32_t number) {
    const std::uint32_t drawn =
        stream_octet(what.key, number * 8ULL) << 8U | stream_octet(what.key, number * 8ULL + 5);
    return number_octets + drawn % what.size_most;
}

std::vector<std::uint8_t> make(const DatagramTraffic& what, std::uint32_t number) {
    std::vector<std::uint8_t> octets(size_of(what, number));
    Writer out(octets);
    out.u32(number);
    const std::uint64_t key = what.key << 32U | number;
    for (std::size_t i = number_octets; i < octets.size(); ++i) octets[i] = stream_octet(key, i);
    return octets;
}

void judge(World& world, const DatagramTraffic& what, ByteView data) {
    Reader in(data);
    const std::uint32_t number = in.u32();
    if (in.ok() && number < what.count && std::ranges::equal(data, make(what, number))) return;
    world.fail(fmt::format("UDP port {}: a datagram arrived that was not sent", what.port));
}

// What the way back says of datagrams of ours is no news here.
bool is_over(Error error) { return error == Error::canceled || error == Error::not_connected; }

Task<> hear(World& world, Box box, DatagramTraffic what, bool sends_back) {
    for (;;) {
        const auto datagram = co_await box->receive();
        if (!datagram) {
            if (is_over(datagram.error())) co_return;
            continue;
        }
        judge(world, what, datagram->data.view());
        if (sends_back) (void)box->socket().send(datagram->data.view(), {.to = datagram->from});
    }
}

Task<> ask(World& world, Box box, wire::Endpoint server, DatagramTraffic what) {
    co_await world.sleep(what.start);
    for (std::uint32_t i = 0; i < what.count; ++i) {
        (void)box->socket().send(make(what, i), {.to = server});
        co_await world.sleep(what.gap);
    }
    // One for a port where nobody listens.
    ++server.port;
    (void)box->socket().send(make(what, 0), {.to = server});
    co_await world.sleep(quiet_time);
}

Box open(Host& host, std::uint16_t port) {
    auto socket = host.stack().open_udp();
    if (!socket || (port != 0 && !socket->bind({.address = {}, .port = port}))) return nullptr;
    return std::make_shared<AsyncUdp>(std::move(*socket));
}

}  // namespace

void start_datagrams(World& world, Host& client, Host& server, const DatagramTraffic& what) {
    const Box ours = open(client, 0), theirs = open(server, what.port);
    if (!ours || !theirs) return world.fail("cannot open a UDP socket");
    world.start_service(hear(world, theirs, what, true));
    world.start_service(hear(world, ours, what, false));
    world.start(ask(world, ours, {server.address(), what.port}, what));
}

}  // namespace sluice::sim
