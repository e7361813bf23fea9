// ICMP we owe: echo replies, and errors about packets nobody could take.
#include "net/icmp_replies.h"

#include "unit/net/lab.h"

namespace sluice::net::test {
namespace {

wire::PacketIn packet_of(const IpLayer::Arrival& arrival) {
    REQUIRE(std::holds_alternative<wire::PacketIn>(arrival));
    return std::get<wire::PacketIn>(arrival);
}

Octets together(const std::vector<Octets>& frames) {
    Octets data;
    for (const Octets& frame : frames) {
        const Ip seen = read_ip(frame);
        REQUIRE(seen.offset == data.size());
        data.insert(data.end(), seen.data.begin(), seen.data.end());
    }
    return data;
}

TEST_CASE(
    "an echo request is answered from the address it was sent to, with all its data [R792-7] [RFC 1122 "
    "3.2.2.6]") {
    for (const std::size_t size : {0U, 1U, 56U, 1472U}) {
        Lab lab;
        lab.meet();
        lab.receive(echo_frame(size, {}, 0x1234, 0x5678));
        const Icmp reply = read_icmp(lab.frame());
        CHECK(reply.type == 0);
        CHECK(reply.code == 0);
        CHECK(reply.rest == 0x12345678);
        CHECK(reply.body == pattern(size));
        CHECK(reply.ip.source == our_ip);
        CHECK(reply.ip.destination == peer_ip);
        CHECK(reply.ip.to_mac == peer_mac);
        CHECK(reply.ip.ttl == 64);
        CHECK(lab.counters.echo_requests == 1);
    }
}

TEST_CASE(
    "a fragmented echo request is answered in fragments, up to 65507 octets [R792-7] [RFC 1122 3.2.2.6]") {
    for (const std::size_t size : {1473U, 4000U, 65507U}) {
        Lab lab;
        lab.meet();
        const Octets request = read_ip(echo_frame(size)).data;
        for (std::size_t at = 0; at < request.size(); at += 1480) {
            const std::size_t end = std::min(at + 1480, request.size());
            const IpFields fields{.protocol = 1,
                                  .id = 9,
                                  .more = end < request.size(),
                                  .offset = static_cast<std::uint32_t>(at)};
            lab.receive(ip_frame(fields, slice_of(request, at, end)));
        }
        const Octets reply = together(lab.frames());
        REQUIRE(reply.size() == size + 8);
        CHECK(reply[0] == 0);
        CHECK(slice_of(reply, 8, reply.size()) == pattern(size));
        CHECK(lab.is_silent());
    }
}

TEST_CASE("a reply may be fragmented on its way if its request might have been [RFC 6864 4.1]") {
    for (const bool dont_fragment : {true, false}) {
        Lab lab;
        lab.meet();
        lab.receive(echo_frame(56, {.dont_fragment = dont_fragment}));
        CHECK(read_icmp(lab.frame()).ip.dont_fragment == dont_fragment);
    }
}

TEST_CASE("when identifications run out, replies that fit go without one [R791-7] [RFC 6864 4.3]") {
    Lab lab;
    lab.meet();
    std::vector<bool> seen(65536);
    for (int i = 0; i < 70000; ++i) {
        lab.now += 20us;
        lab.receive(echo_frame(1));
        const Ip reply = read_ip(lab.frame());
        REQUIRE(reply.dont_fragment == (i >= 65536));
        if (reply.dont_fragment) continue;
        REQUIRE_FALSE(seen[reply.id]);
        seen[reply.id] = true;
    }
    CHECK(lab.send(peer_ip, pattern(3000), false, 1) == Sent::dropped);
    CHECK(lab.drops(Reason::ip_id_exhausted) == 1);
}

TEST_CASE("an echo reply has the type of service of its request, not its congestion marks [RFC 1349 5.1]") {
    Lab lab;
    lab.meet();
    Octets frame = echo_frame(8);
    frame[ethernet + 1] = 0xbb;
    mend(frame);
    lab.receive(frame);
    CHECK(read_icmp(lab.frame()).ip.tos == 0xb8);
}

TEST_CASE("an echo request to a group is dropped [R792-8] [RFC 1122 3.2.2.6]") {
    Lab lab;
    lab.meet();
    for (const char* group : {"255.255.255.255", "192.0.2.255", "224.0.0.1"})
        lab.receive(echo_frame(8, {.destination = group, .to_mac = all_macs}));
    CHECK(lab.drops(Reason::icmp_to_group) == 3);
    CHECK(lab.is_silent());
}

TEST_CASE("echo requests to ourselves are answered inside [RFC 1122 3.2.2.6]") {
    Lab lab;
    for (const char* to : {our_ip, "127.0.0.1"}) {
        REQUIRE(lab.layer.send_echo_request(ip(to), 5, 6, pattern(60000), false, 0, lab.now));
        CHECK(lab.is_silent());
        const auto reply = lab.layer.next_echo_reply();
        REQUIRE(reply);
        CHECK(reply->from == ip(to));
        CHECK(reply->identifier == 5);
        CHECK(reply->sequence == 6);
        CHECK(from_view(reply->data.view()) == pattern(60000));
    }
}

TEST_CASE(
    "an echo request of ours carries what it was given, and its reply comes back [RFC 792] [RFC 1122 "
    "3.2.2.6]") {
    Lab lab;
    lab.meet();
    REQUIRE(lab.layer.send_echo_request(ip(peer_ip), 0x1234, 7, pattern(56), true, 9, lab.now));
    const Icmp request = read_icmp(lab.frame());
    CHECK(request.type == 8);
    CHECK(request.rest == 0x12340007);
    CHECK(request.body == pattern(56));
    CHECK(request.ip.ttl == 9);
    CHECK(request.ip.dont_fragment);
    lab.receive(icmp_frame(0, 0, 0x12340007, pattern(56), {.ttl = 61}));
    const auto reply = lab.layer.next_echo_reply();
    REQUIRE(reply);
    CHECK(reply->from == ip(peer_ip));
    CHECK(reply->hop_limit == 61);
    CHECK(from_view(reply->data.view()) == pattern(56));
    lab.receive(icmp_frame(0, 0, 0x12340008, pattern(56)));
    CHECK_FALSE(lab.layer.next_echo_reply());
    CHECK(lab.drops(Reason::icmp_unmatched) == 1);
}

TEST_CASE("an echo request that cannot be sent says why") {
    Lab lab;
    const auto ask = [&](const char* to, std::size_t size, bool dont_fragment) {
        return lab.layer.send_echo_request(ip(to), 1, 1, pattern(size), dont_fragment, 0, lab.now);
    };
    CHECK(ask(far_ip, 8, false).error() == wire::DeliveryError::no_route);
    CHECK(ask(peer_ip, 65508, false).error() == wire::DeliveryError::packet_too_big);
    CHECK(ask(peer_ip, 1473, true).error() == wire::DeliveryError::packet_too_big);
    CHECK(ask(peer_ip, 1472, true));
}

TEST_CASE("a wrong ICMP checksum is dropped silently [R792-2] [RFC 792]") {
    Lab lab;
    lab.meet();
    const Octets good = echo_frame(20);
    for (std::size_t octet = ethernet + 20; octet < ethernet + 48; ++octet) {
        Octets frame = good;
        frame[octet] ^= 0x20U;
        lab.receive(frame);
    }
    CHECK(lab.drops(Reason::icmp_bad_checksum) == 28);
    lab.receive(ip_frame({.protocol = 1}, pattern(7)));
    CHECK(lab.drops(Reason::icmp_short) == 1);
    CHECK(lab.is_silent());
}

TEST_CASE(
    "unknown types, information, mask and timestamp requests are dropped silently [R792-1] [R792-12] [RFC "
    "1122 3.2.2]") {
    Lab lab;
    lab.meet();
    for (const std::uint8_t type :
         {std::uint8_t{77}, std::uint8_t{9}, std::uint8_t{10}, std::uint8_t{13}, std::uint8_t{14},
          std::uint8_t{15}, std::uint8_t{16}, std::uint8_t{17}, std::uint8_t{18}})
        lab.receive(icmp_frame(type, 0, 0, pattern(40)));
    CHECK(lab.drops(Reason::icmp_unknown_type) == 9);
    CHECK(lab.is_silent());
}

TEST_CASE(
    "nobody for a port or protocol: unreachable, with as much of the packet as fits 576 octets [R792-3] "
    "[R792-17] "
    "[R792-6] [R792-14] [R1122-13] [RFC 1122 3.2.2.1]") {
    for (const std::size_t size : {8U, 100U, 528U, 529U, 1400U})
        for (const bool is_port : {true, false}) {
            Lab lab;
            lab.meet();
            const Octets frame = ip_frame({.protocol = 17, .ttl = 1}, pattern(size));
            const auto packet = packet_of(lab.receive(frame));
            if (is_port)
                lab.layer.refuse_port(packet, lab.now);
            else
                lab.layer.refuse_protocol(packet, lab.now);
            CHECK(lab.drops(is_port ? Reason::udp_no_listener : Reason::ip_unknown_protocol) == 1);
            const Octets sent = lab.frame();
            CHECK(sent.size() <= 576 + ethernet);
            const Icmp error = read_icmp(sent);
            CHECK(error.type == 3);
            CHECK(error.code == (is_port ? 3 : 2));
            CHECK(error.rest == 0);
            CHECK(error.body == slice_of(frame, ethernet, ethernet + std::min<std::size_t>(20 + size, 548)));
            CHECK(error.ip.source == our_ip);
            CHECK(error.ip.destination == peer_ip);
            CHECK(error.ip.ttl == 64);  // not the one of the packet it is about
            CHECK(lab.counters.icmp_out == 1);
        }
}

TEST_CASE("no error about a packet to a group, by IP or by link [R792-4] [R768-4] [RFC 1122 3.2.2]") {
    Lab lab;
    lab.meet();
    for (const char* group : {"255.255.255.255", "192.0.2.255", "224.0.0.1"}) {
        const auto packet = packet_of(
            lab.receive(ip_frame({.destination = group, .protocol = 17, .to_mac = all_macs}, pattern(20))));
        lab.layer.refuse_port(packet, lab.now);
    }
    CHECK(lab.is_silent());
}

TEST_CASE("no error about an ICMP error, but about an echo request [R792-4] [RFC 1122 3.2.2]") {
    for (const std::uint8_t type :
         {std::uint8_t{3}, std::uint8_t{11}, std::uint8_t{77}, std::uint8_t{8}, std::uint8_t{0}}) {
        Lab lab;
        lab.meet();
        const Octets message = read_ip(icmp_frame(type, 0, 0, pattern(400))).data;
        lab.receive(ip_frame({.protocol = 1, .id = 1, .more = true}, slice_of(message, 0, 200)));
        lab.after(60s);  // reassembly times out
        lab.receive(arp_frame(2, peer_ip, peer_mac, our_ip, our_mac, our_mac));
        std::size_t errors = 0;
        for (Octets& frame : lab.frames()) lab.sent.push_back(std::move(frame));
        for (const Octets& frame : lab.sent) errors += is_arp(frame) ? 0U : 1U;
        CHECK(errors == (type == 8 || type == 0 ? 1 : 0));
    }
}

TEST_CASE(
    "no error about a fragment that is not the first, or a source that is no single host [R792-4] [RFC 1122 "
    "3.2.2]") {
    const Settings settings;
    const Instant now{1s};
    ChunkPool pool;
    struct Row {
        IpFields fields;
        bool to_group;
        bool is_owed;
    };
    for (const Row& row :
         {Row{{}, false, true}, Row{{}, true, false}, Row{{.offset = 8}, false, false},
          Row{{.more = true}, false, true}, Row{{.source = "0.0.0.0"}, false, false},
          Row{{.source = "224.0.0.1"}, false, false}, Row{{.source = "255.255.255.255"}, false, false},
          Row{{.source = "240.0.0.1"}, false, false}}) {
        IcmpReplies replies(settings);
        const Octets frame = ip_frame(row.fields, pattern(40));
        const Slice about = pool.copy(slice_of(frame, ethernet, frame.size()));
        CHECK(replies.owe_error({3, 3, 0, about, row.to_group}, now) == Reason::none);
        CHECK(replies.has_owed() == row.is_owed);
    }
}

TEST_CASE("errors are limited in rate, echo replies as well [R792-13] [RFC 1812 4.3.2.8]") {
    LabOptions options;
    options.settings.icmp_echoes_per_second = 100;
    Lab lab(options);
    lab.meet();
    for (int i = 0; i < 1000; ++i) {
        const auto packet = packet_of(lab.receive(ip_frame({.protocol = 17}, pattern(20))));
        lab.layer.refuse_port(packet, lab.now);
        lab.now += 1ms;
    }
    const std::size_t errors = lab.frames().size();
    CHECK(errors >= 145);
    CHECK(errors <= 150);  // 50 at once and 100 a second
    CHECK(lab.drops(Reason::icmp_rate_limited) == 1000 - errors);
    lab.after(10s);
    for (int i = 0; i < 1000; ++i) {
        lab.receive(echo_frame(8));
        lab.now += 1ms;
    }
    const auto frames = lab.frames();
    CHECK(std::count_if(frames.begin(), frames.end(), [](const Octets& f) { return !is_arp(f); }) <= 110);
}

TEST_CASE("replies owed are limited in number") {
    LabOptions options;
    options.settings.reply_queue = 8;
    Lab lab(options);
    lab.meet();
    for (int i = 0; i < 20; ++i) lab.receive(echo_frame(8));
    CHECK(lab.drops(Reason::reply_queue_full) == 12);
    CHECK(lab.frames().size() == 8);
}

TEST_CASE("a token bucket lets a burst through, then the rate, and does not save more than the burst") {
    TokenBucket bucket(10, 5);
    Instant now{100s};
    const auto taken = [&] {
        int n = 0;
        while (bucket.take(now)) ++n;
        return n;
    };
    CHECK(taken() == 5);
    now += 99ms;
    CHECK(taken() == 0);
    now += 1ms;
    CHECK(taken() == 1);
    now += 1h;
    CHECK(taken() == 5);
}

}  // namespace
}  // namespace sluice::net::test
