// Instructions per segment, counted by callgrind: what the stack executes for one MTU-sized segment of a bulk transfer,
// from frame to socket or from socket to frame, acknowledgments of both ways included, device excluded.
//
//   segment_cost receive|send none|checksums [--trace] [--segments N] [--connections N]
//
// `none`: a link that can do nothing; `checksums`: one that computes and vouches for them. --trace: the tail ring is on, as
// in the programs. Only what runs inside counted_* and not inside uncounted_* is to be collected; scripts/bench_costs
// does that and divides by the number of segments printed.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <vector>

#include "tools/bench/two_hosts.h"

namespace sluice::bench {
namespace {

constexpr std::uint32_t file_bytes = 1U << 20U;

}  // namespace

// The application's side of both ends, by view: nothing is copied.
[[gnu::noinline]] void read_all(TcpSocket& socket) {
    while (const auto octets = socket.peek()) {
        if (octets->empty()) return;
        socket.consume(octets->size());
    }
}

[[gnu::noinline]] void write_all(TcpSocket& socket, const Slice& file) {
    while (socket.write_owned(file)) continue;
}

// The device, while a round is counted: callgrind pauses inside. Otherwise it must not be entered, for callgrind would begin.
[[gnu::noinline]] void uncounted_write(const FrameOut& frame, Host& to, std::vector<FrameIn>& wire) {
    wire.push_back(arrived(frame, to.stack.pool()));
}

struct World : Pair {
    using Pair::Pair;
    void send() {
        round(a, to_a, b, to_b, [this] { write_all(client, file); });
    }
    void receive() {
        round(b, to_b, a, to_a, [this] { read_all(server); });
    }
    std::uint64_t segments() const { return b.stack.counters().tcp_segments_in; }

    std::vector<std::uint8_t> octets = std::vector<std::uint8_t>(file_bytes, 'x');
    Slice file = a.stack.pool().adopt(octets, [] {});
    std::vector<FrameIn> to_a, to_b;
    bool is_counted = false;

private:
    // One round of a loop: a burst of frames is absorbed, then the application does its work.
    template <typename Work>
    void round(Host& host, std::vector<FrameIn>& in, Host& peer, std::vector<FrameIn>& out, Work work) {
        for (FrameIn& one : in) {
            host.stack.receive(host.link_id, std::move(one), now);
            emit(host, peer, out);
        }
        in.clear();
        host.stack.on_time(now);
        host.stack.dispatch();
        work();
        emit(host, peer, out);
    }
    void emit(Host& from, Host& to, std::vector<FrameIn>& wire) {
        while (from.stack.next_frame(frame)) {
            if (is_counted)
                uncounted_write(frame, to, wire);
            else
                wire.push_back(arrived(frame, to.stack.pool()));
            frame.clear();
        }
    }
    FrameOut frame;
};

[[gnu::noinline]] void counted_send(World& world) {
    world.is_counted = true;
    world.send();
    world.is_counted = false;
}
[[gnu::noinline]] void counted_receive(World& world) {
    world.is_counted = true;
    world.receive();
    world.is_counted = false;
}

std::uint64_t run(World& world, bool counts_receiver, std::uint64_t segments) {
    const std::uint64_t before = world.segments();
    while (world.segments() - before < segments) {
        world.now += 10us;
        if (counts_receiver) {
            world.send();
            counted_receive(world);
        } else {
            counted_send(world);
            world.receive();
        }
    }
    return world.segments() - before;
}

}  // namespace sluice::bench

int main(int argc, char** argv) {
    using namespace sluice;
    CLI::App app("Executes segments for callgrind to count");
    std::string way;
    std::string link = "none";
    std::uint64_t segments = 10000;
    bool trace = false;
    app.add_option("way", way)->required()->check(CLI::IsMember({"receive", "send"}));
    app.add_option("link", link)->check(CLI::IsMember({"none", "checksums"}));
    app.add_option("--segments", segments);
    app.add_flag("--trace", trace);
    CLI11_PARSE(app, argc, argv);

    StackConfig config = bench::Pair::config(trace ? TraceMode::tail : TraceMode::off);
    config.tcp.receive_buffer = 262144;  // bursts of a size that loops see
    config.tcp.receive_buffer_max = 0;
    bench::World world(link == "none" ? bench::plain_link() : bench::checksum_link(), config);
    // Windows open and pools are warm before anything counts.
    while (world.segments() < 5000) {
        world.now += 10us;
        world.send();
        world.receive();
    }
    std::printf("%llu\n", static_cast<unsigned long long>(bench::run(world, way == "receive", segments)));
    return 0;
}
