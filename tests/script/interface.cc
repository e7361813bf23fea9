// Between TCP and IP: addresses, traffic class, TTL, IP options, segments from and to nowhere. RFC 9293 3.9.
#include <array>

#include "support/script.h"

using namespace sluice;
using namespace sluice::test;

namespace {

void add_second_address(Script& t) {
    t.stack().add_address(0, wire::parse_prefix("192.0.2.9/24").value());
    t.after(0ms);
}

}  // namespace

SCRIPT_TEST("an active open may name its local address [MUST-43]", Worlds::numbers) {
    Script t;
    add_second_address(t);
    t.flow().own_address = "192.0.2.9";
    t.app().connect_options.local.address = wire::parse_address("192.0.2.9").value();
    t.app().connects();
    t.stack_sends(syn()).peer_sends(syn_ack().ack(1)).stack_sends(ack(1)).state_is(State::established);
}

SCRIPT_TEST("a listener bound to one address does not answer for another [MUST-43]", Worlds::numbers) {
    Script t;
    add_second_address(t);
    t.app().listen_options.address = wire::parse_address("192.0.2.9").value();
    t.app().listens();
    t.peer_sends(syn()).stack_sends(rst(0).seq_raw(0).ack(1));
    t.on_flow(1).flow().own_address = "192.0.2.9";
    t.peer_sends(syn()).stack_sends(syn_ack().ack(1));
}

SCRIPT_TEST(
    "a connection keeps its local address when others come and the first stays usable [MUST-44] [MUST-45]",
    Worlds::numbers) {
    Script t;
    t.in(State::syn_sent);
    add_second_address(t);
    t.peer_sends(syn_ack().ack(1)).stack_sends(ack(1));
    t.app().writes(10);
    t.stack_sends(data(1, 10)).stack_sends_after(1s, data(1, 10));
    t.app().aborts();
    t.stack_sends(rst(11));
}

SCRIPT_TEST("segments to a broadcast or multicast address are dropped silently [MUST-57]", Worlds::numbers) {
    Script t;
    t.app().listens();
    for (const char* address : {"255.255.255.255", "192.0.2.255", "224.0.0.1"}) {
        t.peer_sends(syn().to(address).to_mac("ff:ff:ff:ff:ff:ff")).stack_is_silent();
        t.peer_sends(syn().to(address)).stack_is_silent();
        t.peer_sends(ack().ack_raw(5).to(address)).stack_is_silent();
    }
    t.peer_sends(syn().to("192.0.2.1").to_mac("ff:ff:ff:ff:ff:ff")).stack_is_silent();
    CHECK(t.stack().tcp_open() == 0);
}

SCRIPT_TEST("segments from an address that cannot be one are ignored [MUST-63] [R1122-2]", Worlds::numbers) {
    Script t;
    t.app().listens();
    for (const char* address :
         {"255.255.255.255", "224.1.1.1", "127.0.0.1", "0.0.0.0", "192.0.2.255", "192.0.2.1"})
        t.peer_sends(syn().from(address)).stack_is_silent();
    CHECK(t.stack().tcp_open() == 0);
}

SCRIPT_TEST("segments for another host are dropped silently [R1122-2]", Worlds::numbers) {
    Script t;
    t.peer_sends(syn().to("192.0.2.77"))
        .stack_is_silent()
        .peer_sends(syn().to_mac("02:00:00:00:00:77"))
        .stack_is_silent();
}

SCRIPT_TEST("the traffic class stands in every segment from the SYN on [MUST-48] [SHLD-22]",
            Worlds::numbers) {
    Script t{{.socket = [](TcpOptions& o) { o.traffic_class = 0xb8; }}};
    t.app().connects();
    t.stack_sends(syn().dscp_byte(0xb8)).peer_sends(syn_ack().ack(1)).stack_sends(ack(1).dscp_byte(0xb8));
    t.app().writes(10);
    t.stack_sends(data(1, 10).dscp_byte(0xb8)).stack_sends_after(1s, data(1, 10).dscp_byte(0xb8));
}

SCRIPT_TEST("the traffic class may change during a connection [SHLD-21] [SHLD-22]", Worlds::plain) {
    Script t;
    t.established();
    Pos at = 1;
    for (unsigned dscp = 0; dscp < 64; ++dscp, at += 10) {
        const auto octet = static_cast<std::uint8_t>(dscp << 2U);
        t.app().sets([&](TcpOptions& o) { o.traffic_class = octet; }).writes(10);
        t.stack_sends(data(at, 10).dscp_byte(octet)).peer_sends(ack(at + 10));
    }
}

SCRIPT_TEST("a child inherits traffic class and TTL from its listener [MUST-48] [MUST-49]", Worlds::numbers) {
    Script t{{.socket = [](TcpOptions& o) { o.traffic_class = 0x20, o.hop_limit = 7; }}};
    t.flow().expected_ttl = 7;
    t.app().listens();
    t.peer_sends(syn()).stack_sends(syn_ack().dscp_byte(0x20).ttl(7)).peer_sends(ack(1));
    t.app().accepts().writes(10);
    t.stack_sends(data(1, 10).dscp_byte(0x20).ttl(7));
}

SCRIPT_TEST("the TTL is configurable, for the host and for a connection [MUST-49] [R1122-5]",
            Worlds::numbers) {
    {
        Script t{{.settings = [](tcp::Settings& s) { s.hop_limit = 33; }}};
        t.flow().expected_ttl = 33;
        t.app().connects();
        t.stack_sends(syn().ttl(33));
    }
    Script t{{.socket = [](TcpOptions& o) { o.hop_limit = 1; }}};
    t.flow().expected_ttl = 1;
    t.app().connects();
    t.stack_sends(syn().ttl(1));
}

SCRIPT_TEST("a segment that arrives with TTL 1 is taken [R1122-4]", Worlds::numbers) {
    Script t;
    t.app().listens();
    t.peer_sends(syn().ttl(1)).stack_sends(syn_ack());
}

SCRIPT_TEST("IP options that mean nothing to TCP are ignored [MUST-50] [MAY-10] [MAY-11] [R1122-6]",
            Worlds::numbers) {
    for (const Octets& option :
         {Octets{0x9e, 4, 0, 0}, Octets{7, 7, 4, 0, 0, 0, 0}, Octets{68, 8, 5, 0, 0, 0, 0, 0}}) {
        Script t;
        t.app().listens();
        t.peer_sends(syn().ip_option(option)).stack_sends(syn_ack().ack(1));
    }
}

SCRIPT_TEST(
    "source-routed segments are dropped, a documented deviation [MUST-51] [MUST-52] [MUST-53] [SHLD-24]",
    Worlds::numbers) {
    Script t;
    t.app().listens();
    for (const std::uint8_t kind : std::array<std::uint8_t, 2>{131, 137})
        t.peer_sends(syn().ip_option({kind, 7, 8, 192, 0, 2, 7})).stack_is_silent();
    CHECK(t.stack().counters().drops(Reason::ip_source_routed) == 2);
}

SCRIPT_TEST("a SYN without SACK-permitted is not answered with it [R2018-2]", Worlds::all) {
    Script t;
    t.app().listens();
    t.peer_sends(syn().sack_permitted(false)).stack_sends(syn_ack().sack_permitted(false));
}

SCRIPT_TEST("ports of zero are refused [RFC 6335 6]", Worlds::numbers) {
    Script t;
    t.app().listens();
    t.flow().peer_port = 0;
    t.peer_sends(syn()).stack_is_silent();
    CHECK(t.stack().counters().drops(Reason::tcp_port_zero) == 1);
}

SCRIPT_TEST("land: a SYN from our own address and port is dropped [R1122-2]", Worlds::numbers) {
    Script t;
    t.app().listens();
    t.flow().peer_port = 80;
    t.peer_sends(syn().from("192.0.2.1")).stack_is_silent();
    CHECK(t.stack().tcp_open() == 0);
}

SCRIPT_TEST("SYN+FIN and all flags at once end nothing and open at most a half-open", Worlds::numbers) {
    Script t;
    t.established();
    const auto everything = static_cast<std::uint16_t>(tcp_flag::fin | tcp_flag::syn | tcp_flag::rst |
                                                       tcp_flag::psh | tcp_flag::ack | tcp_flag::urg);
    t.peer_sends(Segment(tcp_flag::syn | tcp_flag::fin).seq(1)).stack_sends(ack(1));
    t.peer_sends(Segment(everything).seq(2).ack(1)).takes_all();
    t.peer_sends(Segment(tcp_flag::fin | tcp_flag::psh | tcp_flag::urg).seq(1)).stack_is_silent();
    t.state_is(State::established);
}
