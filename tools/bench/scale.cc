// Many connections in one process: what one takes, and what a segment costs among them. The peer is in memory and keeps
// sixteen octets of each connection; the link vouches for checksums, so that only the stack is measured.
//
//   scale [--connections N,...] [--segments N] [--size OCTETS]
//
// For each number of connections: opening them all (one after the other: SYN, SYN,ACK, ACK, accept), memory per connection
// as the allocator counts it, segments of text to connections drawn at random (each is read by view, acknowledgments leave
// as the stack decides), closing them all from the peer's side. Times are CPU time of the thread; those of segments leave the
// peer's part out.
#include <malloc.h>
#include <time.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <vector>

#include "base/random.h"
#include "base/trace_record.h"
#include "stack.h"
#include "wire/arp.h"
#include "wire/ethernet.h"
#include "wire/ipv4.h"
#include "wire/tcp.h"

namespace sluice::bench {
namespace {

constexpr auto server = wire::Address::v4(192, 0, 2, 2);
constexpr auto gateway = wire::Address::v4(192, 0, 2, 1);
constexpr wire::MacAddress server_mac{{2, 0, 0, 0, 0, 2}};
constexpr wire::MacAddress gateway_mac{{2, 0, 0, 0, 0, 1}};
constexpr std::uint32_t ports_per_address = 60000;
constexpr std::uint32_t burst = 64;

double cpu_seconds() {
    timespec at{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &at);
    return static_cast<double>(at.tv_sec) + static_cast<double>(at.tv_nsec) * 1e-9;
}

// The peer's half of a connection.
struct Far {
    std::uint32_t sequence = 0;
    std::uint32_t acknowledgment = 0;
    std::uint32_t echo = 0;  // the newest timestamp of the stack
};

StackConfig config() {
    StackConfig config;
    config.net.probe_addresses = false;
    config.trace = TraceMode::off;
    config.tcp.connections_max = 4'000'000;
    config.tcp.memory_budget_mib = 16384;
    return config;
}

class World {
public:
    explicit World(std::uint32_t connections) : far_(connections) {
        LinkCapabilities link;
        link.computes_checksums = link.vouches_checksums = true;
        link_ = stack_.attach(server_mac, link);
        stack_.add_address(link_, {server, 24});
        stack_.add_default_route(gateway, link_);
        listener_ = stack_.listen({.port = 80}).value();
        sockets_.reserve(connections);
        drain();
    }

    void open(std::uint32_t i) {
        wire::TcpHeader syn = header(i);
        syn.sequence = far_[i].sequence = i * 7919;
        syn.flags = flag::syn;
        syn.options.mss = std::uint16_t{1460};
        syn.options.sack_permitted = true;
        syn.options.window_shift = std::uint8_t{7};
        arrive(i, syn, 0);
        ++far_[i].sequence;
        arrive(i, acknowledging(i), 0);
        sockets_.push_back(listener_.accept().value());
        drain();
    }
    // Text for each of `which`: absorbed and read. Answers the seconds the stack took.
    double carry(const std::vector<std::uint32_t>& which, std::uint32_t octets) {
        std::vector<FrameIn> frames;
        for (const std::uint32_t i : which) {
            frames.push_back(frame(i, acknowledging(i), octets));
            far_[i].sequence += octets;
        }
        const double before = cpu_seconds();
        now_ += 10us;
        for (FrameIn& one : frames) {
            stack_.receive(link_, std::move(one), now_);
            drain();
        }
        stack_.on_time(now_);
        stack_.dispatch();
        for (const std::uint32_t i : which) {
            while (const auto text = sockets_[i].peek()) sockets_[i].consume(text->size());
            drain();
        }
        return cpu_seconds() - before;
    }
    void close(std::uint32_t i) {
        wire::TcpHeader fin = acknowledging(i);
        fin.flags |= flag::fin;
        arrive(i, fin, 0);
        ++far_[i].sequence;
        sockets_[i].close();
        drain();
        ++far_[i].acknowledgment;
        arrive(i, acknowledging(i), 0);
    }
    std::uint32_t open() const { return stack_.tcp_open(); }

private:
    wire::TcpHeader header(std::uint32_t i) const {
        wire::TcpHeader header;
        header.source_port = static_cast<std::uint16_t>(1024 + i % ports_per_address);
        header.destination_port = 80;
        header.window = 65535;
        header.options.timestamps = wire::Timestamps{clock(), far_[i].echo};
        return header;
    }
    wire::TcpHeader acknowledging(std::uint32_t i) const {
        wire::TcpHeader ack = header(i);
        ack.flags = flag::ack;
        ack.sequence = far_[i].sequence;
        ack.acknowledgment = far_[i].acknowledgment;
        return ack;
    }
    std::uint32_t clock() const { return static_cast<std::uint32_t>(in_ms(now_.time_since_epoch())); }

    FrameIn frame(std::uint32_t i, const wire::TcpHeader& header, std::uint32_t octets) {
        Chunk chunk = stack_.pool().take(octets + 100);
        Writer out(chunk.writable());
        wire::write_ethernet(out, {server_mac, gateway_mac, wire::ether_type::ipv4});
        std::array<std::uint8_t, 60> tcp;
        const std::size_t length = wire::write_tcp(tcp, header);
        wire::Ipv4Header ip;
        ip.total_length = static_cast<std::uint32_t>(wire::ipv4_header_least + length + octets);
        ip.hop_limit = 64;
        ip.protocol = wire::protocol::tcp;
        ip.source = wire::Address::v4(198, 51, 100, static_cast<std::uint8_t>(1 + i / ports_per_address));
        ip.destination = server;
        wire::write_ipv4(out, ip);
        out.bytes(ByteView(tcp).first(length));
        const auto size = static_cast<std::uint32_t>(out.size() + octets);
        return {Slice(std::move(chunk), 0, size), true, 0};
    }
    void arrive(std::uint32_t i, const wire::TcpHeader& header, std::uint32_t octets) {
        talking_ = i;
        stack_.receive(link_, frame(i, header, octets), now_);
        drain();
    }
    // What the stack sends: requests for the gateway are answered, of a SYN,ACK the numbers are kept.
    void drain() {
        while (stack_.next_frame(out_)) {
            hear();
            out_.clear();
        }
    }
    void hear() {
        const ByteView packet = out_.header().subspan(wire::ethernet_header_length);
        if (out_.header()[13] == 0x06) return answer_arp();
        const auto tcp = wire::parse_tcp(packet.subspan(wire::ipv4_header_least));
        if (!tcp || (tcp->flags & flag::syn) == 0) return;
        far_[talking_].acknowledgment = tcp->sequence + 1;
        far_[talking_].echo = tcp->options.timestamps->value;
    }
    void answer_arp() {
        Chunk chunk = stack_.pool().take(64);
        Writer out(chunk.writable());
        wire::write_ethernet(out, {server_mac, gateway_mac, wire::ether_type::arp});
        wire::write_arp(out, {wire::arp_operation::reply, gateway_mac, gateway, server_mac, server});
        const auto size = static_cast<std::uint32_t>(out.size());
        stack_.receive(link_, {Slice(std::move(chunk), 0, size)}, now_);
    }

    Stack stack_{config()};
    LinkId link_ = 0;
    TcpListener listener_;
    std::vector<TcpSocket> sockets_;
    std::vector<Far> far_;
    std::uint32_t talking_ = 0;
    FrameOut out_;
    Instant now_{1s};
};

void measure(std::uint32_t connections, std::uint32_t segments, std::uint32_t size) {
    World world(connections);
    const std::size_t empty = mallinfo2().uordblks + mallinfo2().hblkhd;
    const double begin = cpu_seconds();
    for (std::uint32_t i = 0; i < connections; ++i) world.open(i);
    const double opened = cpu_seconds();
    const std::size_t full = mallinfo2().uordblks + mallinfo2().hblkhd;

    Random random(SipKey{1, 2});
    double carried = 0;
    for (std::uint32_t done = 0; done < segments; done += burst) {
        std::vector<std::uint32_t> which;
        for (std::uint32_t k = 0; k < burst; ++k)
            which.push_back(static_cast<std::uint32_t>(random.below(connections)));
        carried += world.carry(which, size);
    }
    const double closing = cpu_seconds();
    for (std::uint32_t i = 0; i < connections; ++i) world.close(i);
    const double closed = cpu_seconds();
    std::printf("%11u %16.0f %14.0f %16.0f %14.0f\n", connections,
                static_cast<double>(full - empty) / connections, carried / segments * 1e9,
                (opened - begin) / connections * 1e9, (closed - closing) / connections * 1e9);
    std::fflush(stdout);
    SLUICE_CHECK(world.open() == 0);
}

}  // namespace
}  // namespace sluice::bench

int main(int argc, char** argv) {
    CLI::App app("Memory per connection and cost per segment among many connections");
    std::vector<std::uint32_t> connections{1, 1000, 100'000, 1'000'000};
    std::uint32_t segments = 1'000'000;
    std::uint32_t size = 1000;
    app.add_option("--connections", connections)->delimiter(',');
    app.add_option("--segments", segments);
    app.add_option("--size", size)->check(CLI::Range(1, 1448));
    CLI11_PARSE(app, argc, argv);
    std::printf("connections octets/connection ns per segment ns per open+accept ns per close\n");
    for (const std::uint32_t count : connections) sluice::bench::measure(count, segments, size);
    return 0;
}
