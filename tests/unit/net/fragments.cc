// Reassembly: RFC 791 3.2, RFC 815, and the attacks of RFC 1858 and 3128. Against a slow model: fragments_model.cc.
#include "net/fragments.h"

#include "unit/net/lab.h"

namespace sluice::net::test {
namespace {

const Octets* delivered(const IpLayer::Arrival& arrival, Octets& into) {
    const auto* packet = std::get_if<wire::PacketIn>(&arrival);
    if (!packet) return nullptr;
    into = from_view(packet->payload.view());
    return &into;
}

// A fragment of `data`, which is the whole datagram.
Octets fragment(const Octets& data, std::size_t begin, std::size_t end, IpFields fields = {}) {
    fields.more = end < data.size();
    fields.offset = static_cast<std::uint32_t>(begin);
    if (fields.id == 0) fields.id = 0x4242;
    return ip_frame(fields, slice_of(data, begin, end));
}

TEST_CASE("fragments in every order, doubled and overlapping, give the same datagram [R815-1] [RFC 815 3]") {
    const Octets data = pattern(3003);
    std::vector<std::size_t> order{0, 1, 2, 3};
    const std::vector<std::pair<std::size_t, std::size_t>> cuts{
        {0, 800}, {800, 1600}, {1600, 2400}, {2400, 3003}};
    do {
        for (const std::size_t overlap : {0U, 80U}) {
            Lab lab;
            Octets got;
            int whole = 0;
            for (const std::size_t i : order) {
                const std::size_t begin = cuts[i].first >= overlap ? cuts[i].first - overlap : 0;
                for (int twice = 0; twice < 2; ++twice)
                    if (delivered(lab.receive(fragment(data, begin, cuts[i].second)), got)) ++whole;
            }
            CHECK(whole == 1);
            CHECK(got == data);
            CHECK(lab.counters.reassembled == 1);
        }
    } while (std::next_permutation(order.begin(), order.end()));
}

TEST_CASE("a datagram of 576 octets arrives whole or in fragments of 8 [R791-3] [R1122-9] [RFC 791 3.1]") {
    Lab lab;
    const Octets data = pattern(556);
    Octets got;
    REQUIRE(delivered(lab.receive(ip_frame({}, data)), got));
    CHECK(got == data);
    got.clear();
    for (std::size_t at = 0; at < data.size(); at += 8)
        delivered(lab.receive(fragment(data, at, std::min(at + 8, data.size()))), got);
    CHECK(got == data);
}

TEST_CASE(
    "datagrams that differ in source, destination, protocol or identification do not mix [R815-2] [RFC 791 "
    "3.2]") {
    Lab lab;
    lab.layer.add_address(lab.link, {ip("192.0.2.77"), 24}, lab.now);
    const std::vector<IpFields> flows{
        {}, {.source = other_ip}, {.destination = "192.0.2.77"}, {.protocol = 252}, {.id = 0x4243}};
    for (std::size_t i = 0; i < flows.size(); ++i) {
        Octets got;
        CHECK_FALSE(delivered(
            lab.receive(fragment(pattern(64, static_cast<std::uint8_t>(i)), 0, 32, flows[i])), got));
    }
    for (std::size_t i = 0; i < flows.size(); ++i) {
        Octets got;
        const Octets data = pattern(64, static_cast<std::uint8_t>(i));
        REQUIRE(delivered(lab.receive(fragment(data, 32, 64, flows[i])), got));
        CHECK(got == data);
    }
}

TEST_CASE(
    "fragments that overlap with different octets discard their datagram for good [R815-3] [RFC 5722]") {
    Lab lab;
    const Octets data = pattern(64);
    Octets other = data;
    other[20] ^= 1U;
    Octets got;
    lab.receive(fragment(data, 0, 32));
    CHECK_FALSE(delivered(lab.receive(fragment(other, 16, 48)), got));
    CHECK(lab.drops(Reason::fragment_overlap) == 1);
    for (const auto& [begin, end] : {std::pair{0U, 32U}, {32U, 64U}, {0U, 32U}})
        CHECK_FALSE(delivered(lab.receive(fragment(data, begin, end)), got));
    CHECK(lab.drops(Reason::fragment_overlap) == 4);
    lab.after(60s);  // its time is over
    lab.receive(fragment(data, 0, 32));
    CHECK(delivered(lab.receive(fragment(data, 32, 64)), got));
    CHECK(lab.is_silent());
}

TEST_CASE("an exact duplicate is dropped by name and harms nothing [R815-3] [RFC 815 3]") {
    Lab lab;
    const Octets data = pattern(64);
    Octets got;
    lab.receive(fragment(data, 0, 32));
    lab.receive(fragment(data, 0, 32));
    lab.receive(fragment(data, 8, 16));
    CHECK(lab.drops(Reason::fragment_duplicate) == 2);
    REQUIRE(delivered(lab.receive(fragment(data, 32, 64)), got));
    CHECK(got == data);
}

TEST_CASE(
    "after sixty seconds a datagram is given up; fragment zero is answered by time exceeded [R815-4] [RFC "
    "1122 3.3.2]") {
    for (const bool with_first : {true, false}) {
        Lab lab;
        lab.meet();
        const Octets data = pattern(4000);
        const std::size_t begin = with_first ? 0 : 1480;
        const Octets first = fragment(data, begin, begin + 1480);
        lab.receive(first);
        lab.after(30s);
        lab.receive(fragment(data, 3000, 3480));  // does not give it more time
        lab.after(29999ms);
        CHECK(lab.drops(Reason::fragment_timeout) == 0);
        lab.after(1ms);
        CHECK(lab.drops(Reason::fragment_timeout) == 1);
        auto frames = lab.frames();
        for (Octets& frame : lab.sent) frames.push_back(std::move(frame));
        std::erase_if(frames, is_arp);
        REQUIRE(frames.size() == (with_first ? 1 : 0));
        if (with_first) {
            const Icmp error = read_icmp(frames[0]);
            CHECK(error.type == 11);
            CHECK(error.code == 1);
            CHECK(error.body == slice_of(first, ethernet, ethernet + 548));
        }
        Octets got;
        CHECK_FALSE(delivered(lab.receive(fragment(data, 1480, 4000)), got));
    }
}

TEST_CASE(
    "a first TCP fragment without its whole header is dropped, and any at offset 8 [R815-5] [RFC 3128 3]") {
    Lab lab;
    const Octets data = pattern(64);
    const IpFields tcp{.protocol = 6};
    lab.receive(fragment(data, 0, 8, tcp));
    lab.receive(fragment(data, 0, 16, tcp));
    CHECK(lab.drops(Reason::fragment_tiny) == 2);
    lab.receive(fragment(data, 8, 32, tcp));
    CHECK(lab.drops(Reason::fragment_tcp_offset_1) == 1);
    Octets got;
    lab.receive(fragment(data, 0, 24, tcp));
    CHECK(delivered(lab.receive(fragment(data, 24, 64, tcp)), got));
    lab.receive(fragment(data, 0, 8));  // other transports have shorter headers
    CHECK(delivered(lab.receive(fragment(data, 8, 64)), got));
}

TEST_CASE("a second fragment at offset zero cannot rewrite the ports [R815-6] [RFC 3128 2]") {
    Lab lab;
    Octets harmless = pattern(64);
    Octets evil = harmless;
    evil[3] ^= 0xffU;
    const IpFields tcp{.protocol = 6};
    Octets got;
    lab.receive(fragment(harmless, 0, 24, tcp));
    lab.receive(fragment(evil, 0, 24, tcp));
    CHECK_FALSE(delivered(lab.receive(fragment(harmless, 24, 64, tcp)), got));
    CHECK(lab.drops(Reason::fragment_overlap) == 2);
}

TEST_CASE("a fragment that ends beyond 65535 octets is dropped [R815-7] [RFC 791 3.1]") {
    Lab lab;
    IpFields fields{.id = 5, .more = false, .offset = 65512};
    lab.receive(ip_frame(fields, pattern(3)));
    CHECK(lab.drops(Reason::fragment_too_long) == 0);
    lab.receive(ip_frame(fields, pattern(4)));
    CHECK(lab.drops(Reason::fragment_too_long) == 1);
    fields.offset = 65528;
    fields.more = true;
    lab.receive(ip_frame(fields, pattern(1480)));
    CHECK(lab.drops(Reason::fragment_too_long) == 2);
}

TEST_CASE("the options of fragment zero count for the greatest length [R815-7] [RFC 791 3.1]") {
    LabOptions options;
    options.settings.packet_max = 576;
    Lab lab(options);
    const Octets data = pattern(556);
    Octets got;
    lab.receive(fragment(data, 8, 556));
    CHECK_FALSE(delivered(lab.receive(fragment(data, 0, 8, {.options = {1, 1, 1, 1}})), got));
    CHECK(lab.drops(Reason::fragment_too_long) == 1);
    lab.receive(fragment(data, 8, 556, {.id = 9}));
    CHECK(delivered(lab.receive(fragment(data, 0, 8, {.id = 9})), got));
}

TEST_CASE("ten thousand half datagrams of one source occupy the room of some, the oldest go [R815-7]") {
    Lab lab;
    const Octets data = pattern(1480);
    for (std::uint16_t id = 1; id <= 10000; ++id) {
        IpFields fields{.id = id, .more = true};
        lab.receive(ip_frame(fields, data));
        REQUIRE(lab.pool.bytes_in_use() <= 4U * 1024 * 1024 + 65536);
    }
    CHECK(lab.drops(Reason::fragment_evicted) == 10000 - 64);
    Octets got;  // the newest survived, the oldest did not
    IpFields last{.id = 10000, .offset = 1480};
    CHECK(delivered(lab.receive(ip_frame(last, pattern(8))), got));
    last.id = 10000 - 64;
    CHECK_FALSE(delivered(lab.receive(ip_frame(last, pattern(8))), got));
}

TEST_CASE("half datagrams of many sources are bounded in number and octets [R815-7]") {
    LabOptions options;
    options.settings.reassembly_bytes = 256 * 1024;
    Lab lab(options);
    for (int i = 0; i < 3000; ++i) {
        const std::string source = "198.51." + std::to_string(i / 250) + "." + std::to_string(i % 250 + 1);
        lab.receive(ip_frame({.source = source, .id = 1, .more = true}, pattern(1480)));
        REQUIRE(lab.pool.bytes_in_use() <= 300U * 1024);
    }
    CHECK(lab.drops(Reason::fragment_evicted) == 3000 - 128);  // 2 KiB each
}

TEST_CASE("a tiny fragment does not pin the large chunk it came in [R815-7]") {
    Lab lab;
    const Octets frame = ip_frame({.id = 1, .more = true}, pattern(8));
    for (int i = 0; i < 50; ++i) {
        Chunk chunk = lab.pool.take(65536);
        std::copy(frame.begin(), frame.end(), chunk.writable().begin());
        Slice bytes(std::move(chunk), 0, static_cast<std::uint32_t>(frame.size()));
        lab.layer.receive(lab.link, {std::move(bytes), false, 0}, 0, lab.now);
    }
    CHECK(lab.pool.bytes_in_use() <= 1024);
}

TEST_CASE("a datagram in more fragments than the limit is discarded [R815-7]") {
    LabOptions options;
    options.settings.reassembly_fragments = 10;
    Lab lab(options);
    const Octets data = pattern(88);
    Octets got;
    for (std::size_t at = 0; at < 88; at += 8)
        CHECK_FALSE(delivered(lab.receive(fragment(data, at, at + 8)), got));
    CHECK(lab.drops(Reason::fragment_too_many) == 1);
    CHECK(lab.pool.chunks_in_use() == 0);
}

TEST_CASE("empty fragments and middle ones that are no multiple of 8 are dropped [R815-8] [RFC 791 3.2]") {
    Lab lab;
    lab.receive(ip_frame({.id = 1, .more = true}, {}));
    lab.receive(ip_frame({.id = 1, .offset = 16}, {}));
    for (const std::size_t size : {1U, 7U, 9U, 1479U})
        lab.receive(ip_frame({.id = 1, .more = true}, pattern(size)));
    CHECK(lab.drops(Reason::fragment_bad_size) == 6);
    CHECK(lab.pool.chunks_in_use() == 0);
}

TEST_CASE("fragments that disagree about the end discard the datagram [RFC 815 3]") {
    const Octets data = pattern(96);
    const auto is_discarded = [&](const std::vector<IpFields>& fields) {
        Lab lab;
        Octets got;
        for (const IpFields& f : fields) {
            IpFields with_id = f;
            with_id.id = 1;
            const std::size_t end = f.more ? f.offset + 32 : f.offset + 24;
            CHECK_FALSE(delivered(lab.receive(ip_frame(with_id, slice_of(data, f.offset, end))), got));
        }
        return lab.drops(Reason::fragment_inconsistent) == 1;
    };
    CHECK(is_discarded({{.offset = 32}, {.offset = 40}}));                // two ends
    CHECK(is_discarded({{.offset = 32}, {.more = true, .offset = 64}}));  // something behind the end
    CHECK(is_discarded({{.offset = 32}, {.more = true, .offset = 24}}));  // more to come at the end
    CHECK(is_discarded({{.more = true, .offset = 64}, {.offset = 32}}));  // an end before what is there
    CHECK(is_discarded({{.more = true, .offset = 32}, {.offset = 40}}));  // an end where there was more
}

TEST_CASE("the identification of a datagram that is whole means nothing [R791-5] [R791-6] [RFC 6864 4.1]") {
    Lab lab;
    Octets got;
    lab.receive(ip_frame({.id = 7, .more = true}, pattern(8)));
    for (int i = 0; i < 2; ++i) {
        REQUIRE(delivered(lab.receive(ip_frame({.id = 7, .dont_fragment = true}, pattern(20))), got));
        CHECK(got == pattern(20));
    }
    CHECK(delivered(lab.receive(ip_frame({.id = 7, .offset = 8}, pattern(8))),
                    got));  // the other one is unharmed
}

TEST_CASE("a reassembled packet has a whole header: for quoting, and for whoever looks at it") {
    Lab lab;
    lab.meet();
    const Octets data = pattern(3000);
    lab.receive(fragment(data, 1480, 3000, {.ttl = 3}));
    const auto arrival = lab.receive(fragment(data, 0, 1480, {.ttl = 9, .options = {0x9e, 4, 0, 0}}));
    REQUIRE(std::holds_alternative<wire::PacketIn>(arrival));
    const auto& packet = std::get<wire::PacketIn>(arrival);
    CHECK(packet.hop_limit == 9);
    CHECK(packet.whole.size() == 3024);
    CHECK(from_view(packet.payload.view()) == data);
    const auto header = wire::parse_ipv4(packet.whole.view());
    REQUIRE(header);
    CHECK(header->total_length == 3024);
    CHECK_FALSE(header->is_fragment());
    CHECK(packet.whole.view()[20] == 0x9e);
    CHECK_FALSE(packet.checksum_good);
    lab.layer.refuse_protocol(packet, lab.now);
    CHECK(read_icmp(lab.frame()).body.size() == 548);
}

TEST_CASE("congestion seen by one fragment was seen by the datagram [R3168-14]") {
    Lab lab;
    const Octets data = pattern(64);
    Octets marked = fragment(data, 32, 64);
    marked[ethernet + 1] = 3;
    mend(marked);
    lab.receive(marked);
    Octets first = fragment(data, 0, 32);
    first[ethernet + 1] = 2;
    mend(first);
    const auto arrival = lab.receive(first);
    REQUIRE(std::holds_alternative<wire::PacketIn>(arrival));
    CHECK(std::get<wire::PacketIn>(arrival).traffic_class == 3);
}

TEST_CASE("memory of incomplete datagrams comes back with time") {
    Lab lab;
    for (std::uint16_t id = 1; id < 50; ++id)
        lab.receive(ip_frame({.id = id, .more = true, .offset = 8}, pattern(800)));
    CHECK(lab.pool.chunks_in_use() > 0);
    lab.after(60s);
    CHECK(lab.pool.chunks_in_use() == 0);
    CHECK(lab.layer.next_deadline() == never);
}

}  // namespace
}  // namespace sluice::net::test
