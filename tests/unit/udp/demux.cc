#include "udp/demux.h"

#include <doctest/doctest.h>

#include <deque>

namespace sluice::udp {
namespace {

wire::Endpoint at(std::uint8_t last, std::uint16_t port) {
    return {last == 0 ? wire::Address() : wire::Address::v4(192, 0, 2, last), port};
}

struct Fixture {
    Socket& add(wire::Endpoint local, wire::Endpoint remote = {}, Options options = {}) {
        Socket& socket = sockets.emplace_back();
        socket.number = static_cast<std::uint32_t>(sockets.size());
        socket.local = local;
        socket.remote = remote;
        socket.is_connected = remote.port != 0;
        socket.options = options;
        demux.add(socket);
        return socket;
    }
    std::deque<Socket> sockets;
    Demux demux{SipKey{1, 2}};
};

TEST_CASE("the peer's socket goes before the address's, and that before any address's [socket(7)]") {
    Fixture f;
    const Socket& any = f.add(at(0, 7));
    const Socket& exact = f.add(at(2, 7));
    Socket& connected = f.add(at(2, 7), at(1, 99));
    CHECK(f.demux.find(at(2, 7), at(1, 99)) == &connected);
    CHECK(f.demux.find(at(2, 7), at(1, 98)) == &exact);
    CHECK(f.demux.find(at(2, 7), at(3, 99)) == &exact);
    CHECK(f.demux.find(at(4, 7), at(1, 99)) == &any);
    CHECK(f.demux.find(at(2, 8), at(1, 99)) == nullptr);
    f.demux.remove(connected);
    CHECK(f.demux.find(at(2, 7), at(1, 99)) == &exact);
}

TEST_CASE(
    "of two that share a place the newest receives, and the older one after it [socket(7) SO_REUSEADDR]") {
    Fixture f;
    const Options shared{.reuse_address = true};
    const Socket& older = f.add(at(0, 7), {}, shared);
    Socket& newer = f.add(at(0, 7), {}, shared);
    CHECK(f.demux.find(at(2, 7), at(1, 99)) == &newer);
    f.demux.remove(newer);
    CHECK(f.demux.find(at(2, 7), at(1, 99)) == &older);

    const Socket& first = f.add(at(2, 9), at(1, 99));
    Socket& second = f.add(at(2, 9), at(1, 99));
    CHECK(f.demux.find(at(2, 9), at(1, 99)) == &second);
    f.demux.remove(second);
    CHECK(f.demux.find(at(2, 9), at(1, 99)) == &first);
}

TEST_CASE("who may be bound beside whom [socket(7) SO_REUSEADDR, SO_REUSEPORT]") {
    Fixture f;
    f.add(at(2, 7));
    f.add(at(3, 8), {}, {.reuse_address = true});
    f.add(at(0, 9), {}, {.reuse_port = true});
    f.add(at(2, 10), at(1, 99));
    Socket plain;
    Socket address;
    address.options.reuse_address = true;
    Socket port;
    port.options.reuse_port = true;
    struct Row {
        wire::Endpoint local;
        bool plain, address, port;
    };
    for (const Row row : {Row{at(2, 7), true, true, true}, Row{at(0, 7), true, true, true},
                          Row{at(3, 7), false, false, false}, Row{at(3, 8), true, false, true},
                          Row{at(0, 8), true, false, true}, Row{at(2, 9), true, true, false},
                          Row{at(0, 10), true, true, true}, Row{at(5, 10), false, false, false},
                          Row{at(0, 11), false, false, false}}) {
        CAPTURE(row.local.port);
        CHECK(f.demux.conflicts(plain, row.local) == row.plain);
        CHECK(f.demux.conflicts(address, row.local) == row.address);
        CHECK(f.demux.conflicts(port, row.local) == row.port);
    }
    CHECK_FALSE(f.demux.is_free(at(3, 8)));
    CHECK(f.demux.is_free(at(2, 8)));
    CHECK_FALSE(f.demux.is_free(at(0, 8)));
}

TEST_CASE("a group's datagram goes to all of its port, in the order they came [RFC 1122 3.3.6]") {
    Fixture f;
    Socket& any = f.add(at(0, 7));
    f.add(at(2, 7));
    Socket& group = f.add(at(255, 7));
    Socket& peer = f.add(at(2, 7), at(1, 99));
    peer.is_address_chosen = true;
    f.add(at(0, 8));
    CHECK(f.demux.find_all(at(255, 7), at(1, 99)) == std::vector<Socket*>{&any, &group, &peer});
    CHECK(f.demux.find_all(at(255, 7), at(1, 98)) == std::vector<Socket*>{&any, &group});
    CHECK(f.demux.find_all(at(255, 9), at(1, 98)).empty());
}

}  // namespace
}  // namespace sluice::udp
