#include "net/address_probe.h"

#include "unit/net/lab.h"

namespace sluice::net::test {
namespace {

LabOptions probing() {
    LabOptions options;
    options.settings = Settings{};
    options.with_address = false;
    return options;
}

// When the ARP packets of the next `time` were sent, and what they said.
struct Timed {
    Instant at;
    Arp arp;
};
std::vector<Timed> watch(Lab& lab, Duration time) {
    std::vector<Timed> all;
    const Instant end = lab.now + time;
    while (lab.layer.next_deadline() <= end) {
        lab.now = lab.layer.next_deadline();
        lab.layer.on_time(lab.now);
        for (const Octets& frame : lab.frames()) all.push_back({lab.now, read_arp(frame)});
    }
    lab.now = end;
    return all;
}

AddressView view(const Lab& lab) {
    REQUIRE(lab.layer.addresses().size() == 1);
    return lab.layer.addresses()[0];
}

TEST_CASE(
    "an address is probed three times from nobody, then announced twice, then never again [R5227-1] "
    "[R5227-2] [R5227-6] [RFC 5227 2.1, 2.3]") {
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
        CAPTURE(seed);
        Lab lab(probing());
        for (std::uint64_t i = 0; i < seed; ++i) lab.layer.add_address(lab.link, {ip(our_ip), 24}, lab.now);
        const Instant start = lab.now;
        lab.layer.add_address(lab.link, {ip(our_ip), 24}, start);
        CHECK(view(lab).state == AddressState::probing);
        const auto sent = watch(lab, 24h);
        REQUIRE(sent.size() == 5);  // and then never again
        CHECK(sent[0].at - start <= 1s);
        for (std::size_t i : {1U, 2U}) {
            CHECK(sent[i].at - sent[i - 1].at >= 1s);
            CHECK(sent[i].at - sent[i - 1].at <= 2s);
        }
        CHECK(sent[3].at - sent[2].at == 2s);
        CHECK(sent[4].at - sent[3].at == 2s);
        for (std::size_t i = 0; i < 5; ++i) {
            CHECK(sent[i].arp.to == all_macs);
            CHECK(sent[i].arp.operation == 1);
            CHECK(sent[i].arp.sender_mac == our_mac);
            CHECK(sent[i].arp.target_mac == no_mac);
            CHECK(sent[i].arp.sender_ip == (i < 3 ? "0.0.0.0" : our_ip));
            CHECK(sent[i].arp.target_ip == our_ip);
        }
        CHECK(view(lab).state == AddressState::usable);
    }
}

TEST_CASE("an address is ours, and answered for, from the first announcement on [R5227-9] [RFC 5227 2.5]") {
    Lab lab(probing());
    lab.layer.add_address(lab.link, {ip(our_ip), 24}, lab.now);
    while (view(lab).state == AddressState::probing) {
        CHECK_FALSE(lab.layer.is_ours(ip(our_ip)));
        CHECK(lab.send(peer_ip, {1}) == Sent::dropped);
        lab.receive(arp_frame(1, peer_ip, peer_mac, our_ip));
        CHECK(lab.is_silent());
        lab.now = lab.layer.next_deadline();
        lab.layer.on_time(lab.now);
        lab.frames();
    }
    CHECK(lab.layer.is_ours(ip(our_ip)));
    lab.receive(arp_frame(1, "0.0.0.0", peer_mac, our_ip));  // a probe
    const Arp reply = read_arp(lab.frame());
    CHECK(reply.operation == 2);
    CHECK(reply.to == peer_mac);
    CHECK(reply.sender_ip == our_ip);
}

TEST_CASE(
    "any ARP packet from another with the candidate as sender means it is taken [R5227-3] [RFC 5227 2.1.1]") {
    for (const std::uint16_t operation : {std::uint16_t{1}, std::uint16_t{2}})
        for (const Duration when : {0ms, 500ms, 2500ms, 3500ms}) {
            Lab lab(probing());
            lab.layer.add_address(lab.link, {ip(our_ip), 24}, lab.now);
            watch(lab, when);
            lab.receive(arp_frame(operation, our_ip, other_mac, "192.0.2.77"));
            CHECK(view(lab).state == AddressState::taken);
            CHECK(view(lab).conflicting == mac(other_mac));
            CHECK(lab.drops(Reason::arp_conflict) == 1);
            CHECK(watch(lab, 1h).empty());
            CHECK_FALSE(lab.layer.is_ours(ip(our_ip)));
            CHECK(lab.layer.routes().empty());
        }
}

TEST_CASE("listening goes on until two seconds after the last probe [R5227-3] [RFC 5227 2.1.1]") {
    Lab lab(probing());
    lab.layer.add_address(lab.link, {ip(our_ip), 24}, lab.now);
    std::size_t probes = 0;
    while (probes < 3) {
        lab.now = lab.layer.next_deadline();
        lab.layer.on_time(lab.now);
        probes += lab.frames().size();
    }
    lab.now += 1999ms;
    lab.receive(arp_frame(2, our_ip, other_mac, peer_ip));
    CHECK(view(lab).state == AddressState::taken);
}

TEST_CASE(
    "another host's probe for the same address conflicts; the echo of our own does not [R5227-4] [RFC 5227 "
    "2.1.1]") {
    Lab lab(probing());
    lab.layer.add_address(lab.link, {ip(our_ip), 24}, lab.now);
    lab.receive(arp_frame(1, "0.0.0.0", our_mac, our_ip));
    Octets echoed_by_a_switch = arp_frame(1, "0.0.0.0", our_mac, our_ip);
    echoed_by_a_switch[11] = 9;  // the frame comes from somebody else, the packet is ours
    lab.receive(echoed_by_a_switch);
    CHECK(view(lab).state == AddressState::probing);
    CHECK(lab.drops(Reason::eth_own_source) == 1);
    CHECK(lab.drops(Reason::arp_bad_sender) == 1);
    lab.receive(arp_frame(1, "0.0.0.0", other_mac, "192.0.2.77"));
    CHECK(view(lab).state == AddressState::probing);
    lab.receive(arp_frame(2, "0.0.0.0", other_mac, our_ip));  // a reply is no probe
    CHECK(view(lab).state == AddressState::probing);
    lab.receive(arp_frame(1, "0.0.0.0", other_mac, our_ip));
    CHECK(view(lab).state == AddressState::taken);
}

TEST_CASE("after ten conflicts there is one attempt in sixty seconds [R5227-5] [RFC 5227 2.1.1]") {
    Lab lab(probing());
    for (int attempt = 0; attempt < 10; ++attempt) {
        lab.layer.add_address(lab.link, {ip(our_ip), 24}, lab.now);
        CHECK(lab.layer.next_deadline() - lab.now <= 1s);
        lab.receive(arp_frame(1, our_ip, other_mac, our_ip));
        REQUIRE(view(lab).state == AddressState::taken);
    }
    for (int attempt = 0; attempt < 3; ++attempt) {
        lab.layer.add_address(lab.link, {ip(our_ip), 24}, lab.now);
        CHECK(lab.layer.next_deadline() - lab.now >= 60s);
        CHECK(lab.layer.next_deadline() - lab.now <= 61s);
        watch(lab, 61s);
        lab.receive(arp_frame(1, our_ip, other_mac, our_ip));
        REQUIRE(view(lab).state == AddressState::taken);
        lab.now -= 1s;  // the attempt began at most a second ago
    }
}

TEST_CASE(
    "a conflict in use is answered by one announcement, a second within ten seconds gives up [R5227-7] [RFC "
    "5227 2.4]") {
    for (const bool soon : {false, true}) {
        Lab lab;
        lab.receive(arp_frame(1, our_ip, other_mac, peer_ip));
        const Arp defence = read_arp(lab.frame());
        CHECK(defence.to == all_macs);
        CHECK(defence.sender_ip == our_ip);
        CHECK(defence.target_ip == our_ip);
        lab.after(soon ? 9s : 11s);
        lab.receive(arp_frame(2, our_ip, other_mac, our_ip, our_mac, our_mac));
        CHECK(lab.frames().size() == (soon ? 0 : 1));
        CHECK(view(lab).state == (soon ? AddressState::taken : AddressState::usable));
        CHECK(view(lab).conflicting == (soon ? mac(other_mac) : wire::MacAddress{}));
        CHECK(lab.drops(Reason::arp_conflict) == 2);
        CHECK(lab.layer.next_lost_address() == (soon ? std::optional(ip(our_ip)) : std::nullopt));
        CHECK_FALSE(lab.layer.next_lost_address());
    }
}

TEST_CASE(
    "from an address that is given up, connections can still be reset for a second [R5227-8] [RFC 5227 "
    "2.4]") {
    Lab lab;
    lab.meet();
    lab.layer.add_route({{ip("0.0.0.0"), 0}, ip(peer_ip), lab.link, 0});
    for (int i = 0; i < 2; ++i) lab.receive(arp_frame(1, our_ip, other_mac, peer_ip));
    lab.frames();
    CHECK_FALSE(lab.layer.is_ours(ip(our_ip)));
    const auto farewell = [&] {
        wire::PacketOut packet;
        packet.source = ip(our_ip);
        packet.destination = ip(far_ip);
        packet.protocol = 6;
        packet.has_checksum = false;
        return lab.send(packet);
    };
    CHECK(farewell() == Sent::frame);
    lab.after(1s);
    CHECK(farewell() == Sent::dropped);
    CHECK(lab.drops(Reason::ip_bad_source) == 1);
    lab.receive(arp_frame(1, peer_ip, peer_mac, our_ip));
    CHECK(lab.is_silent());
}

TEST_CASE("without probing an address is used and announced at once [R5227-6] [RFC 5227 2.3]") {
    LabOptions options;
    options.settings = Settings{};
    options.settings.probe_addresses = false;
    options.with_address = false;
    Lab lab(options);
    lab.layer.add_address(lab.link, {ip(our_ip), 24}, lab.now);
    CHECK(lab.layer.is_ours(ip(our_ip)));
    CHECK(read_arp(lab.frame()).sender_ip == our_ip);
    const auto sent = watch(lab, 24h);
    REQUIRE(sent.size() == 1);
    CHECK(sent[0].arp.sender_ip == our_ip);
}

TEST_CASE("an address that is removed is ours no longer") {
    Lab lab;
    CHECK(lab.layer.routes().size() == 1);
    lab.layer.remove_address(ip(our_ip));
    CHECK_FALSE(lab.layer.is_ours(ip(our_ip)));
    CHECK(lab.layer.addresses().empty());
    CHECK(lab.layer.routes().empty());
}

}  // namespace
}  // namespace sluice::net::test
