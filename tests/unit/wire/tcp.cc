#include "wire/tcp.h"

#include <doctest/doctest.h>
#include <tins/tins.h>

#include <array>
#include <vector>

#include "base/trace_record.h"
#include "unit/draw.h"

namespace sluice::wire {
namespace {

using Octets = std::vector<std::uint8_t>;

Octets with_offset(Octets segment, unsigned words) {
    segment[12] = static_cast<std::uint8_t>(words << 4U | (segment[12] & 0xfU));
    return segment;
}

// A SYN with 40 octets of options: MSS, SACK permitted, timestamps, window scale and NOPs.
Octets full_syn() {
    Tins::TCP tcp(80, 40000);
    tcp.seq(1);
    tcp.set_flag(Tins::TCP::SYN, 1);
    tcp.mss(1460);
    tcp.sack_permitted();
    tcp.timestamp(7, 8);
    tcp.winscale(3);
    for (int i = 0; i < 21; ++i) tcp.add_option(Tins::TCP::NOP);
    return tcp.serialize();
}

TEST_CASE("a header is read as another library writes it [RFC 9293 3.1]") {
    Tins::TCP tcp(443, 51234);
    tcp.seq(0xdeadbeefU);
    tcp.ack_seq(0x01020304U);
    tcp.window(0x8001);
    tcp.urg_ptr(0xabcd);
    tcp.set_flag(Tins::TCP::ACK, 1);
    tcp.set_flag(Tins::TCP::URG, 1);
    tcp.set_flag(Tins::TCP::PSH, 1);
    tcp /= Tins::RawPDU("hello");
    const auto header = parse_tcp(tcp.serialize());
    REQUIRE(header);
    CHECK(header->source_port == 51234);
    CHECK(header->destination_port == 443);
    CHECK(header->sequence == 0xdeadbeefU);
    CHECK(header->acknowledgment == 0x01020304U);
    CHECK(header->window == 0x8001);
    CHECK(header->urgent_pointer == 0xabcd);
    CHECK(header->flags == (flag::ack | flag::urg | flag::psh));
    CHECK(header->header_length == 20);
}

TEST_CASE("the usual header is read as any other, and no other as it [RFC 9293 3.1] [RFC 7323 appendix A]") {
    for (std::uint64_t seed = 1; seed <= 3; ++seed) {
        CAPTURE(seed);
        test::Draw draw(seed);
        int usual = 0;
        for (int i = 0; i < 5000; ++i) {
            Octets segment = draw.octets(20 + draw.below(40));
            const bool has_timestamps = draw.one_in(2);
            segment[12] = has_timestamps ? 0x80 : 0x50;
            segment[13] = draw.one_in(2) ? flag::ack : flag::ack | flag::psh;
            const std::array<std::uint8_t, 4> padded{1, 1, 8, 10};
            if (segment.size() >= 24) std::copy(padded.begin(), padded.end(), segment.begin() + 20);
            if (draw.one_in(3)) segment[12 + draw.below(std::min<std::size_t>(segment.size() - 12, 12))] ^= 1;
            UsualTcpHeader header;
            if (!parse_usual_tcp(segment, header)) continue;
            ++usual;
            const auto full = parse_tcp(segment);
            REQUIRE(full);
            REQUIRE(header.source_port == full->source_port);
            REQUIRE(header.destination_port == full->destination_port);
            REQUIRE(header.sequence == full->sequence);
            REQUIRE(header.acknowledgment == full->acknowledgment);
            REQUIRE(header.window == full->window);
            REQUIRE(header.length() == full->header_length);
            REQUIRE(header.flags == full->flags);
            REQUIRE((header.flags & ~flag::psh) == flag::ack);
            REQUIRE_FALSE(full->ae);
            REQUIRE(header.has_timestamps == full->options.timestamps.has_value());
            REQUIRE((!header.has_timestamps || (header.timestamps.value == full->options.timestamps->value &&
                                                header.timestamps.echo == full->options.timestamps->echo)));
        }
        REQUIRE(usual > 2000);
    }
}

TEST_CASE("a window above 32767 is large and not negative [MUST-1] [RFC 9293 3.1]") {
    Tins::TCP tcp(1, 2);
    for (const unsigned window : {0x7fffU, 0x8000U, 0x8001U, 0xffffU}) {
        tcp.window(static_cast<std::uint16_t>(window));
        CHECK(parse_tcp(tcp.serialize())->window == window);
    }
}

TEST_CASE("each of the eight flags is its own bit [RFC 9293 3.1]") {
    const std::array<std::pair<Tins::TCP::Flags, std::uint8_t>, 8> flags{{{Tins::TCP::FIN, flag::fin},
                                                                          {Tins::TCP::SYN, flag::syn},
                                                                          {Tins::TCP::RST, flag::rst},
                                                                          {Tins::TCP::PSH, flag::psh},
                                                                          {Tins::TCP::ACK, flag::ack},
                                                                          {Tins::TCP::URG, flag::urg},
                                                                          {Tins::TCP::ECE, flag::ece},
                                                                          {Tins::TCP::CWR, flag::cwr}}};
    for (const auto& [theirs, ours] : flags) {
        Tins::TCP tcp(1, 2);
        tcp.set_flag(theirs, 1);
        CHECK(parse_tcp(tcp.serialize())->flags == ours);
        TcpHeader header;
        header.flags = ours;
        std::array<std::uint8_t, 20> room;
        write_tcp(room, header);
        CHECK(Tins::TCP(room.data(), 20).get_flag(theirs) == 1);
        CHECK(Tins::TCP(room.data(), 20).flags() == ours);
    }
}

TEST_CASE("reserved bits are ignored when read and zero when written [U-1] [RFC 9293 3.1]") {
    Octets segment = Tins::TCP(1, 2).serialize();
    segment[12] |= 0x0fU;
    const auto header = parse_tcp(segment);
    REQUIRE(header);
    CHECK(header->header_length == 20);
    CHECK(header->flags == 0);
    std::array<std::uint8_t, 20> room;
    room.fill(0xff);
    TcpHeader all;
    all.flags = 0xff;
    write_tcp(room, all);
    CHECK(room[12] == 0x50);
}

TEST_CASE("a header is written as another library reads it, its checksum left at zero [RFC 9293 3.1]") {
    for (std::uint64_t seed = 1; seed <= 100; ++seed) {
        CAPTURE(seed);
        test::Draw draw(seed);
        TcpHeader header;
        header.source_port = static_cast<std::uint16_t>(draw.next());
        header.destination_port = static_cast<std::uint16_t>(draw.next());
        header.sequence = static_cast<std::uint32_t>(draw.next());
        header.acknowledgment = static_cast<std::uint32_t>(draw.next());
        header.flags = static_cast<std::uint8_t>(draw.next());
        header.window = static_cast<std::uint16_t>(draw.next());
        header.urgent_pointer = static_cast<std::uint16_t>(draw.next());
        if (draw.one_in(2)) header.options.timestamps = Timestamps{1, 2};
        Octets room(60, 0xee);
        const std::size_t length = write_tcp(room, header);
        CHECK(length == (header.options.timestamps ? 32 : 20));
        const Tins::TCP read(room.data(), static_cast<std::uint32_t>(length));
        CHECK(read.sport() == header.source_port);
        CHECK(read.dport() == header.destination_port);
        CHECK(read.seq() == header.sequence);
        CHECK(read.ack_seq() == header.acknowledgment);
        CHECK(read.flags() == header.flags);
        CHECK(read.window() == header.window);
        CHECK(read.urg_ptr() == header.urgent_pointer);
        CHECK(read.checksum() == 0);
        CHECK(read.data_offset() * 4U == length);
        CHECK(room[length] == 0xee);
        const auto back = parse_tcp(ByteView(room).first(length));
        REQUIRE(back);
        CHECK(back->sequence == header.sequence);
        CHECK(back->header_length == length);
        CHECK(back->options.timestamps.has_value() == header.options.timestamps.has_value());
    }
}

TEST_CASE("a segment cut at any length is refused, never read past its end [RFC 9293 3.1]") {
    const Octets whole = full_syn();
    REQUIRE(whole.size() == 60);
    CHECK(parse_tcp(whole));
    for (std::size_t size = 0; size < whole.size(); ++size) {
        CAPTURE(size);
        const Octets cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
        const auto header = parse_tcp(cut);
        REQUIRE_FALSE(header);
        CHECK(header.error() == (size < 20 ? Reason::tcp_short : Reason::tcp_bad_offset));
    }
}

TEST_CASE("the data offset lies between 5 words and the end of the segment [RFC 9293 3.1]") {
    const Octets plain = Tins::TCP(1, 2).serialize();
    for (unsigned words = 0; words < 16; ++words) {
        CAPTURE(words);
        Octets segment = with_offset(plain, words);
        segment.resize(44, 1);  // NOPs as far as they are options
        const auto header = parse_tcp(segment);
        if (words >= 5 && words <= 11) {
            REQUIRE(header);
            CHECK(header->header_length == words * 4);
        } else {
            REQUIRE_FALSE(header);
            CHECK(header.error() == Reason::tcp_bad_offset);
        }
    }
}

TEST_CASE("options of a header are options, what follows is not [RFC 9293 3.1]") {
    Octets segment = with_offset(Tins::TCP(1, 2).serialize(), 6);
    segment[13] = flag::syn;
    segment.insert(segment.end(), {2, 4, 0x02, 0xbc});  // MSS 700
    segment.insert(segment.end(), {2, 4, 0x05, 0xb4});  // data
    const auto header = parse_tcp(segment);
    REQUIRE(header);
    CHECK(header->options.mss == 700);
    CHECK(header->header_length == 24);
}

TEST_CASE("whatever the octets are, a header that is accepted ends inside them [RFC 9293 3.1]") {
    int accepted = 0;
    for (std::uint64_t seed = 1; seed <= 20000; ++seed) {
        test::Draw draw(seed);
        Octets segment = draw.octets(draw.below(80));
        if (segment.size() > 12 && draw.one_in(2))
            segment = with_offset(segment, 5 + (segment[12] >> 4U) % 4);
        const auto header = parse_tcp(segment);
        if (!header) continue;
        ++accepted;
        CHECK(header->header_length >= 20);
        CHECK(header->header_length <= segment.size());
        CHECK(header->options.sack_count <= 4);
    }
    CHECK(accepted > 1000);
}

}  // namespace
}  // namespace sluice::wire
