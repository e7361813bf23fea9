// ARP as seen from the link. The table by itself: neighbors.cc.
#include "unit/net/lab.h"

namespace sluice::net::test {
namespace {

TEST_CASE(
    "a request for us is answered by unicast with the addresses swapped [R826-2] [R5227-10] [RFC 826]") {
    Lab lab;
    lab.receive(arp_frame(1, peer_ip, peer_mac, our_ip));
    const Octets frame = lab.frame();
    const Octets expected = arp_frame(2, our_ip, our_mac, peer_ip, peer_mac, peer_mac);
    CHECK(frame == slice_of(expected, 0, 42));  // libtins pads to 60
    REQUIRE(lab.neighbor(peer_ip));
    CHECK(lab.neighbor(peer_ip)->mac == mac(peer_mac));
}

TEST_CASE("a request for another host updates an entry but adds none [R826-1] [RFC 826]") {
    Lab lab;
    lab.receive(arp_frame(1, peer_ip, peer_mac, other_ip));
    CHECK(lab.is_silent());
    CHECK(lab.neighbor(peer_ip) == nullptr);
    CHECK(lab.drops(Reason::arp_not_for_us) == 1);
    lab.meet();
    lab.receive(arp_frame(1, peer_ip, other_mac, other_ip));
    CHECK(lab.is_silent());
    REQUIRE(lab.neighbor(peer_ip));
    CHECK(lab.neighbor(peer_ip)->mac == mac(other_mac));
    CHECK(lab.neighbor(peer_ip)->state ==
          NeighborState::stale);  // taken, but to be asked before it is trusted
    CHECK(lab.drops(Reason::arp_not_for_us) == 1);
}

TEST_CASE("an unsolicited reply creates nothing and updates what is known [R826-3] [RFC 826]") {
    Lab lab;
    lab.receive(arp_frame(2, peer_ip, peer_mac, our_ip, our_mac, our_mac));
    CHECK(lab.neighbor(peer_ip) == nullptr);
    CHECK(lab.drops(Reason::arp_unsolicited) == 1);
    lab.meet();
    lab.receive(arp_frame(2, peer_ip, other_mac, our_ip, our_mac, our_mac));
    CHECK(lab.neighbor(peer_ip)->mac == mac(other_mac));
    CHECK(lab.is_silent());
}

TEST_CASE(
    "a packet for an unknown neighbour is held while a broadcast asks for it [R826-4] [R826-7] [RFC 826]") {
    Lab lab;
    CHECK(lab.send(peer_ip, pattern(10)) == Sent::kept);
    const Arp asked = read_arp(lab.frame());
    CHECK(asked.to == all_macs);
    CHECK(asked.from == our_mac);
    CHECK(asked.operation == 1);
    CHECK(asked.sender_ip == our_ip);
    CHECK(asked.sender_mac == our_mac);
    CHECK(asked.target_ip == peer_ip);
    CHECK(asked.target_mac == no_mac);
    lab.receive(arp_frame(2, peer_ip, peer_mac, our_ip, our_mac, our_mac));
    const Ip seen = read_ip(lab.frame());
    CHECK(seen.to_mac == peer_mac);
    CHECK(seen.destination == peer_ip);
    CHECK(seen.data == pattern(10));
    CHECK(lab.send(peer_ip, pattern(10)) == Sent::frame);
}

TEST_CASE(
    "a hundred packets in a second are one request, and the newest are kept [R826-6] [R826-7] [RFC 1122 "
    "2.3.2.1]") {
    Lab lab;
    for (std::uint8_t i = 0; i < 100; ++i) CHECK(lab.send(peer_ip, {i}) == Sent::kept);
    lab.after(999ms);
    CHECK(lab.frames().size() == 1);
    CHECK(lab.drops(Reason::arp_queue_full) == 84);
    CHECK_FALSE(lab.layer.next_failure());  // they made room, nobody failed to answer
    lab.receive(arp_frame(2, peer_ip, peer_mac, our_ip, our_mac, our_mac));
    const auto frames = lab.frames();
    REQUIRE(frames.size() == 16);
    for (std::uint8_t i = 0; i < 16; ++i)
        CHECK(read_ip(frames[i]).data == Octets{static_cast<std::uint8_t>(84 + i)});
}

TEST_CASE("only when nobody answers is a packet reported as not delivered [R826-8] [RFC 1122 2.4]") {
    Lab lab;
    lab.send(peer_ip, pattern(10));
    lab.send(peer_ip, pattern(20));
    lab.frames();
    lab.after(2999ms);
    CHECK(lab.sent.size() == 2);  // asked again at one and two seconds
    CHECK_FALSE(lab.layer.next_failure());
    lab.after(1ms);
    for (int i = 0; i < 2; ++i) {
        const auto failed = lab.layer.next_failure();
        REQUIRE(failed);
        CHECK(failed->error == wire::DeliveryError::neighbor_failed);
        CHECK(failed->destination == ip(peer_ip));
        CHECK(failed->source == ip(our_ip));
        CHECK(failed->protocol == 253);
    }
    CHECK_FALSE(lab.layer.next_failure());
    CHECK(lab.drops(Reason::arp_failed) == 2);
    CHECK(lab.neighbor(peer_ip)->state == NeighborState::failed);
}

TEST_CASE("a failed neighbour is left alone for a while, then asked anew [R826-6] [RFC 1122 2.3.2.1]") {
    Lab lab;
    lab.send(peer_ip, pattern(10));
    lab.after(3s);
    lab.frames();
    lab.layer.next_failure();
    CHECK(lab.send(peer_ip, pattern(10)) == Sent::dropped);
    REQUIRE(lab.layer.next_failure());
    CHECK(lab.is_silent());
    lab.after(3s);
    CHECK(lab.send(peer_ip, pattern(10)) == Sent::kept);
    CHECK(read_arp(lab.frame()).target_ip == peer_ip);
}

TEST_CASE(
    "an old entry is used while it is asked, by unicast first and then by broadcast [R826-5] [RFC 1122 "
    "2.3.2.1]") {
    Lab lab;
    lab.meet();
    CHECK(lab.send(peer_ip, {1}) == Sent::frame);
    lab.after(30s);
    CHECK(lab.is_silent());  // nobody is asked while nothing is sent
    CHECK(lab.neighbor(peer_ip)->state == NeighborState::stale);
    lab.sent.clear();
    CHECK(lab.send(peer_ip, {2}) == Sent::frame);
    CHECK(read_ip(lab.sent[0]).to_mac == peer_mac);
    CHECK(read_arp(lab.frame()).to == peer_mac);
    lab.sent.clear();
    lab.after(5500ms);
    REQUIRE(lab.sent.size() == 5);
    for (std::size_t i = 0; i < 5; ++i) CHECK(read_arp(lab.sent[i]).to == (i < 2 ? peer_mac : all_macs));
    CHECK(lab.send(peer_ip, {3}) == Sent::frame);
    lab.after(500ms);
    CHECK(lab.send(peer_ip, {4}) == Sent::dropped);
}

TEST_CASE("an old entry whose host answers is good for another while [R826-5] [RFC 1122 2.3.2.1]") {
    Lab lab;
    lab.meet();
    lab.after(31s);
    lab.send(peer_ip, {1});
    lab.frame();
    lab.receive(arp_frame(2, peer_ip, peer_mac, our_ip, our_mac, our_mac));
    CHECK(lab.neighbor(peer_ip)->state == NeighborState::reachable);
    lab.after(29s);
    CHECK(lab.send(peer_ip, {1}) == Sent::frame);
    CHECK(lab.is_silent());
}

TEST_CASE("an entry nobody uses is forgotten [R826-5] [RFC 1122 2.3.2.1]") {
    Lab lab;
    lab.meet();
    lab.after(20min - 1ms);
    CHECK(lab.neighbor(peer_ip));
    lab.after(1ms);
    CHECK_FALSE(lab.neighbor(peer_ip));
    CHECK(lab.layer.next_deadline() == never);
    CHECK(lab.send(peer_ip, {1}) == Sent::kept);
}

TEST_CASE("an ARP packet of wrong kind, length or sender is dropped by name [R826-9] [RFC 826]") {
    Lab lab;
    const Octets good = slice_of(arp_frame(1, peer_ip, peer_mac, our_ip), 0, 42);
    for (std::size_t length = ethernet; length < good.size(); ++length)
        lab.receive(slice_of(good, 0, length));
    CHECK(lab.drops(Reason::arp_short) == 28);
    for (const std::size_t octet : {14U, 16U, 18U, 19U}) {
        Octets bad = good;
        bad[octet] ^= 4U;
        lab.receive(bad);
    }
    CHECK(lab.drops(Reason::arp_bad_kind) == 4);
    lab.receive(arp_frame(77, peer_ip, peer_mac, our_ip));
    CHECK(lab.drops(Reason::arp_bad_operation) == 1);
    for (const char* sender :
         {"255.255.255.255", "192.0.2.255", "224.0.0.5", "127.0.0.1", "0.0.0.1", "240.0.0.1"})
        lab.receive(arp_frame(1, sender, peer_mac, our_ip));
    Octets from_group = good;
    from_group[ethernet + 8] = 0x03;
    lab.receive(from_group);
    Octets from_us = good;
    std::fill_n(from_us.begin() + ethernet + 8, 5, std::uint8_t{0});
    from_us[ethernet + 8] = 2;
    from_us[ethernet + 13] = 1;
    lab.receive(from_us);
    CHECK(lab.drops(Reason::arp_bad_sender) == 8);
    CHECK(lab.is_silent());
    CHECK(lab.layer.neighbors().empty());
}

TEST_CASE("nobody else is one of our addresses, on whichever link") {
    Lab lab;
    const LinkId second = lab.layer.attach(mac("02:00:00:00:01:01"), {});
    lab.layer.add_address(second, {ip("203.0.113.2"), 24}, lab.now);
    lab.frames();
    lab.receive(arp_frame(1, "203.0.113.2", peer_mac, our_ip));
    CHECK(lab.drops(Reason::arp_bad_sender) == 1);
    CHECK(lab.is_silent());
    CHECK(lab.layer.neighbors().empty());
    lab.receive(arp_frame(1, peer_ip, peer_mac, "203.0.113.2"));  // ours, but not on this link
    CHECK(lab.is_silent());
}

TEST_CASE("a fragmented packet waits for its neighbour as a whole [R826-7] [RFC 1122 2.3.2.2]") {
    Lab lab;
    CHECK(lab.layer.send_echo_request(ip(peer_ip), 1, 1, pattern(65507), false, 0, lab.now));
    CHECK(is_arp(lab.frame()));
    lab.receive(arp_frame(2, peer_ip, peer_mac, our_ip, our_mac, our_mac));
    CHECK(lab.frames().size() == 45);
}

TEST_CASE("ARP answers owed are limited in number") {
    LabOptions options;
    options.settings.reply_queue = 4;
    Lab lab(options);
    for (int i = 0; i < 10; ++i) lab.receive(arp_frame(1, peer_ip, peer_mac, our_ip));
    CHECK(lab.drops(Reason::reply_queue_full) == 6);
    CHECK(lab.frames().size() == 4);
}

}  // namespace
}  // namespace sluice::net::test
