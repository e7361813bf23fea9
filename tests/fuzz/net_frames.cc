// A coded sequence of frames, packets and time against an IpLayer. Memory stays within its limits, the deadline is
// always ahead, and in the end everything is given back.
//
// The input is a row of steps: one octet that says what, some octets of arguments. Frames come from templates that the
// arguments change, with checksums made right, so that most of them get past the first judge.
#include <cstddef>
#include <vector>

#include "base/checksum.h"
#include "net/ip_layer.h"
#include "wire/ethernet.h"
#include "wire/icmp.h"
#include "wire/ipv4.h"

namespace {

using namespace sluice;

const wire::MacAddress own_mac{{2, 0, 0, 0, 0, 1}};

class World {
public:
    // The first octet says whether addresses are probed and what the link can do.
    explicit World(ByteView program)
        : program_(program), kind_(program_.u8()), layer_(settings(), Random(1), pool_, counters_, trace_) {
        LinkCapabilities capabilities;
        capabilities.computes_checksums = (kind_ & 2U) != 0;
        capabilities.send_segment_bytes = (kind_ & 4U) != 0 ? 65535 : 0;
        capabilities.mtu = (kind_ & 8U) != 0 ? 68 : 1500;
        mtu_ = capabilities.mtu;
        layer_.attach(own_mac, capabilities);
        layer_.add_address(0, {wire::Address::v4(192, 0, 2, 2), 24}, now_);
        layer_.add_route({{wire::Address(), 0}, wire::Address::v4(192, 0, 2, 1), 0, 0});
    }

    void run() {
        while (program_.remaining() > 0) step();
        // Nobody answers any more: what waits is given up, what is incomplete times out, and then all is quiet.
        for (int i = 0; layer_.next_deadline() != never; ++i) {
            SLUICE_CHECK(i < 1000);
            now_ = layer_.next_deadline();
            layer_.on_time(now_);
            drain();
        }
        SLUICE_CHECK(pool_.chunks_in_use() == 0);
    }

private:
    net::Settings settings() const {
        net::Settings settings;
        settings.probe_addresses = (kind_ & 1U) != 0;
        settings.reassembly_fragments = 12;
        settings.reassembly_bytes = 8192;
        settings.reassembly_datagrams = 6;
        settings.reassembly_per_source = 3;
        settings.arp_table = 5;
        settings.reply_queue = 64;
        settings.arp_expire = 60s;
        settings.conflict_interval = 10s;
        return settings;
    }

    void step() {
        switch (program_.u8() % 11) {
            case 0: now_ += Duration(program_.u16() * std::int64_t{2'000'000}); break;
            case 1: receive(arp()); break;
            case 2:
            case 3: receive(ipv4()); break;
            case 4: receive(raw()); break;
            case 5: send(); break;
            case 6: ask(); break;
            case 7:
            case 8: receive(fragment()); break;
            case 9: receive(icmp_error()); break;
            default: configure(); break;
        }
        layer_.on_time(now_);
        drain();
        SLUICE_CHECK(layer_.next_deadline() > now_);
        SLUICE_CHECK(pool_.bytes_in_use() < 8U << 20U);
    }

    void drain() {
        while (layer_.next_frame(frame_, now_)) check_frame();
        frame_.clear();
        while (layer_.next_failure()) {
        }
        while (layer_.next_echo_reply()) {
        }
        while (layer_.next_looped()) {
        }
        while (layer_.next_lost_address()) {
        }
    }

    void check_frame() const {
        const std::uint32_t most = frame_.segment_bytes > 0 ? wire::ipv4_packet_most : mtu_;
        SLUICE_CHECK(frame_.size() <= most + wire::ethernet_header_length);
    }

    // One of few hosts, so that steps meet each other again.
    wire::Address host() {
        const std::uint8_t choice = program_.u8();
        if (choice < 200) return wire::Address::v4(192, 0, 2, choice % 12);
        if (choice < 230) return wire::Address::v4(198, 51, 100, choice % 4);
        return wire::Address::v4(program_.u32());
    }
    wire::MacAddress station() { return {{2, 0, 0, 0, 0, static_cast<std::uint8_t>(program_.u8() % 8)}}; }
    wire::MacAddress receiver() {
        const std::uint8_t choice = program_.u8();
        if (choice < 200) return own_mac;
        return choice < 240 ? wire::MacAddress::broadcast() : wire::MacAddress{{1, 0, 0x5e, 0, 0, 1}};
    }

    void ethernet(std::vector<std::uint8_t>& frame, std::uint16_t type) {
        frame.resize(wire::ethernet_header_length);
        Writer out(frame);
        wire::write_ethernet(out, {receiver(), station(), type});
    }
    static void add_u16(std::vector<std::uint8_t>& to, std::size_t value) {
        to.push_back(static_cast<std::uint8_t>(value >> 8U));
        to.push_back(static_cast<std::uint8_t>(value));
    }
    static void add(std::vector<std::uint8_t>& to, const wire::Address& address) {
        to.insert(to.end(), address.octets().begin() + 12, address.octets().end());
    }

    std::vector<std::uint8_t> arp() {
        std::vector<std::uint8_t> frame;
        ethernet(frame, wire::ether_type::arp);
        const std::array<std::uint8_t, 7> kind{0, 1, 8, 0, 6, 4, 0};
        frame.insert(frame.end(), kind.begin(), kind.end());
        frame.push_back(static_cast<std::uint8_t>(program_.u8() % 4));
        const wire::MacAddress sender = station();
        frame.insert(frame.end(), sender.octets.begin(), sender.octets.end());
        add(frame, host());
        frame.insert(frame.end(), 6, 0);
        add(frame, host());
        return frame;
    }

    std::vector<std::uint8_t> ipv4() {
        constexpr std::size_t ip = wire::ethernet_header_length;
        std::vector<std::uint8_t> frame;
        ethernet(frame, wire::ether_type::ipv4);
        const std::size_t option_words = program_.u8() % 16 < 12 ? 0 : program_.u8() % 11;
        const std::size_t size = program_.u16() % 1600;
        frame.push_back(static_cast<std::uint8_t>(0x45 + option_words));
        frame.push_back(program_.u8());
        add_u16(frame, 20 + option_words * 4 + size);
        add_u16(frame, program_.u8() % 4);  // identification
        const std::uint16_t fragment = program_.u16();
        add_u16(frame, fragment % 3 == 0 ? fragment & 0x20ffU : fragment & 0x4000U);
        frame.push_back(program_.u8());
        constexpr std::array<std::uint8_t, 4> protocols{1, 6, 17, 253};
        frame.push_back(protocols[program_.u8() % 4]);
        add_u16(frame, 0);
        add(frame, host());
        add(frame, host());
        for (std::size_t i = 0; i < option_words * 4; ++i) frame.push_back(program_.u8());
        const ByteView given = program_.take(std::min<std::size_t>(program_.remaining(), program_.u8()));
        for (std::size_t i = 0; i < size; ++i) frame.push_back(i < given.size() ? given[i] : std::uint8_t{0});
        if (frame[ip + 9] == 1 && size >= 8) {
            put_u16(frame, ip + 22 + option_words * 4, 0);
            put_u16(frame, ip + 22 + option_words * 4,
                    sum(ByteView(frame).subspan(ip + 20 + option_words * 4)));
        }
        put_u16(frame, ip + 10, sum(ByteView(frame).subspan(ip, 20 + option_words * 4)));
        return frame;
    }
    static std::uint16_t sum(ByteView octets) {
        Checksum checksum;
        checksum.add(octets);
        return checksum.value();
    }

    // A header for us with a good checksum; the caller adds `size` octets.
    std::vector<std::uint8_t> to_us(wire::Ipv4Header header, std::size_t size) const {
        std::vector<std::uint8_t> frame(wire::ethernet_header_length + wire::ipv4_header_least);
        header.total_length = static_cast<std::uint32_t>(wire::ipv4_header_least + size);
        header.destination = wire::Address::v4(192, 0, 2, 2);
        header.hop_limit = 64;
        Writer out(frame);
        wire::write_ethernet(out, {own_mac, {{2, 0, 0, 0, 0, 2}}, wire::ether_type::ipv4});
        wire::write_ipv4(out, header);
        return frame;
    }

    // Pieces of few small datagrams, so that they overlap, disagree, and now and then are complete.
    std::vector<std::uint8_t> fragment() {
        const std::uint8_t which = program_.u8();
        const std::uint8_t where = program_.u8();
        constexpr std::array<std::uint8_t, 4> protocols{1, 6, 17, 253};
        wire::Ipv4Header header;
        header.source = wire::Address::v4(192, 0, 2, static_cast<std::uint8_t>(3 + (which & 1U)));
        header.identification = which >> 1U & 1U;
        header.protocol = protocols[which >> 2U & 3U];
        header.traffic_class = which >> 4U & 3U;
        header.more_fragments = (which & 0x40U) != 0;
        header.fragment_offset = (where & 7U) * 8U;
        const std::size_t size = (1U + (where >> 3U & 7U)) * 8U - ((where & 0x40U) != 0 ? 3U : 0U);
        const bool is_other = (which & 0x80U) != 0 && (where & 0x80U) != 0;
        std::vector<std::uint8_t> frame = to_us(header, size);
        frame.resize(frame.size() + size, is_other ? program_.u8() : std::uint8_t{0});
        return frame;
    }

    // An error about a packet of ours, or nearly so.
    std::vector<std::uint8_t> icmp_error() {
        wire::Ipv4Header original;
        original.total_length = 60;
        original.source = wire::Address::v4(192, 0, 2, 2);
        original.destination = host();
        original.protocol = program_.u8();
        std::vector<std::uint8_t> message(wire::icmp_header_length + wire::ipv4_header_least);
        Writer out(message);
        out.u8(program_.u8());
        out.u8(program_.u8());
        out.u16(0);
        out.u32(program_.u32());
        wire::write_ipv4(out, original);
        const ByteView more = program_.take(std::min<std::size_t>(program_.remaining(), program_.u8()));
        message.insert(message.end(), more.begin(), more.end());
        put_u16(message, 2, sum(message));
        wire::Ipv4Header header;
        header.protocol = 1;
        header.source = host();
        std::vector<std::uint8_t> frame = to_us(header, message.size());
        frame.insert(frame.end(), message.begin(), message.end());
        return frame;
    }

    std::vector<std::uint8_t> raw() {
        const ByteView taken = program_.take(std::min<std::size_t>(program_.remaining(), program_.u8()));
        return {taken.begin(), taken.end()};
    }

    void receive(const std::vector<std::uint8_t>& frame) {
        const auto arrival = layer_.receive(0, {pool_.copy(frame), false, 0}, ++number_, now_);
        const auto* packet = std::get_if<wire::PacketIn>(&arrival);
        if (!packet) return;
        SLUICE_CHECK(packet->payload.size() <= packet->whole.size() && packet->whole.size() <= 65535);
        if (packet->protocol == 17) layer_.refuse_port(*packet, now_);
        if (packet->protocol == 253) layer_.refuse_protocol(*packet, now_);
    }

    void send() {
        wire::PacketOut packet;
        packet.destination = host();
        packet.protocol = 253;
        packet.has_checksum = false;
        packet.dont_fragment = program_.u8() % 2 == 0;
        packet.hop_limit = program_.u8();
        if (program_.u8() % 2 == 0) with_checksum(packet);
        const std::uint32_t size = program_.u16();
        if (size > 0) {
            Chunk chunk = pool_.take(size);
            std::fill_n(chunk.writable().begin(), size, std::uint8_t{0});
            packet.payload.push_back(Slice(std::move(chunk), 0, size));
        }
        if (layer_.send(packet, frame_, now_) == net::Sent::frame) check_frame();
    }
    void with_checksum(wire::PacketOut& packet) {
        packet.protocol = program_.u8() % 2 == 0 ? wire::protocol::tcp : wire::protocol::udp;
        packet.has_checksum = true;
        packet.header_length = 20;
        std::fill_n(packet.header_bytes.begin(), 20, std::uint8_t{0});
        packet.checksum_offset = packet.protocol == wire::protocol::tcp ? 16 : 6;
        packet.segment_bytes = packet.protocol == wire::protocol::tcp ? program_.u16() : std::uint16_t{0};
    }

    void ask() {
        layer_.doubt(host(), now_);
        const std::vector<std::uint8_t> data(program_.u16());
        static_cast<void>(layer_.send_echo_request(host(), program_.u8(), program_.u8(), data,
                                                   program_.u8() % 2 == 0, 0, now_));
    }

    void configure() {
        const std::uint8_t choice = program_.u8();
        const wire::Address address = wire::Address::v4(192, 0, 2, 2 + choice % 3);
        if (choice < 100)
            layer_.add_address(0, {address, 24}, now_);
        else if (choice < 140)
            layer_.remove_address(address);
        else if (choice < 200)
            layer_.add_route({{host(), static_cast<std::uint8_t>(choice % 33)}, host(), 0, choice});
        else
            layer_.remove_route({host(), static_cast<std::uint8_t>(choice % 33)});
    }

    Reader program_;
    std::uint8_t kind_;
    std::uint32_t mtu_ = 1500;
    ChunkPool pool_;
    Counters counters_;
    Trace trace_{TraceMode::tail, 64};
    Instant now_{1000s};
    net::IpLayer layer_;
    FrameOut frame_;
    std::uint32_t number_ = 0;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size > 65536) return 0;
    World(ByteView(data, size)).run();
    return 0;
}
