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
#include "wire/ipv4.h"

namespace {

using namespace sluice;

const wire::MacAddress own_mac{{2, 0, 0, 0, 0, 1}};

class World {
public:
    explicit World(ByteView program)
        : program_(program), layer_(settings(), Random(1), pool_, counters_, trace_) {
        layer_.attach(own_mac, {});
        layer_.add_address(0, {wire::Address::v4(192, 0, 2, 2), 24}, now_);
        layer_.add_route({{wire::Address(), 0}, wire::Address::v4(192, 0, 2, 1), 0, 0});
    }

    void run() {
        while (program_.remaining() > 0) step();
        // No neighbour answers any more: what waits is given up, what is incomplete times out.
        for (int i = 0; i < 400; ++i) {
            now_ += 1s;
            layer_.on_time(now_);
            drain();
        }
        SLUICE_CHECK(pool_.chunks_in_use() == 0);
    }

private:
    static net::Settings settings() {
        net::Settings settings;
        settings.reassembly_bytes = 1U << 20U;
        settings.reassembly_datagrams = 16;
        settings.reassembly_per_source = 8;
        settings.arp_table = 8;
        settings.arp_expire = 60s;
        settings.conflict_interval = 10s;
        return settings;
    }

    void step() {
        switch (program_.u8() % 8) {
            case 0: now_ += Duration(program_.u16() * std::int64_t{2'000'000}); break;
            case 1: receive(arp()); break;
            case 2:
            case 3: receive(ipv4()); break;
            case 4: receive(raw()); break;
            case 5: send(); break;
            case 6: ask(); break;
            default: configure(); break;
        }
        layer_.on_time(now_);
        drain();
        SLUICE_CHECK(layer_.next_deadline() > now_);
        SLUICE_CHECK(pool_.bytes_in_use() < 8U << 20U);
    }

    void drain() {
        while (layer_.next_frame(frame_, now_))
            SLUICE_CHECK(frame_.size() <= 1500 + wire::ethernet_header_length);
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
        const std::uint32_t size = program_.u16();
        if (size > 0) {
            Chunk chunk = pool_.take(size);
            std::fill_n(chunk.writable().begin(), size, std::uint8_t{0});
            packet.payload.push_back(Slice(std::move(chunk), 0, size));
        }
        layer_.send(packet, frame_, now_);
    }

    void ask() {
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
