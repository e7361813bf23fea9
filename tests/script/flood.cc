// A million random and mutated frames beside a transfer: nothing crashes, the transfer goes on, every frame is counted.
#include <algorithm>
#include <numeric>

#include "support/pair.h"
#include "support/script.h"

using namespace sluice;
using namespace sluice::test;

namespace {

constexpr std::size_t frames_total = 1'000'000;

// Frames that come close to being right: of the connection, of its listener, and of other protocols.
std::vector<Octets> seeds(std::uint32_t seq, std::uint32_t ack_number) {
    std::vector<Octets> all;
    for (const std::uint16_t flags : std::array<std::uint16_t, 10>{2, 16, 18, 4, 20, 17, 24, 48, 0, 63}) {
        for (const std::uint16_t port : std::array<std::uint16_t, 2>{40000, 40001}) {
            WireSegment segment;
            segment.source = "192.0.2.3";
            segment.destination = "192.0.2.1";
            segment.source_port = port;
            segment.destination_port = 80;
            segment.seq = seq;
            segment.ack = ack_number;
            segment.flags = flags;
            segment.window = 8000;
            segment.options = {{2, {4, 0}}, {8, {0, 0, 0, 1, 0, 0, 0, 0}}};
            if (port == 40001) segment.payload = Octets(64, 0x55);
            all.push_back(build(segment));
        }
    }
    all.push_back(build_arp_request("192.0.2.3", "02:00:00:00:00:03", "192.0.2.1"));
    WireSegment quoted;
    quoted.source_mac = own_mac;
    quoted.destination_mac = peer_mac;
    quoted.source = "192.0.2.1";
    quoted.destination = "192.0.2.3";
    quoted.source_port = 80;
    quoted.destination_port = 40000;
    all.push_back(build(IcmpError{3, 3, 0, "192.0.2.3"}, quoted));
    return all;
}

// Random octets, or a good frame with some octets changed, cut or lengthened.
Octets next_frame(Random& random, const std::vector<Octets>& seeds) {
    if (random.below(8) == 0) {
        Octets octets(random.below(200));
        for (std::uint8_t& octet : octets) octet = static_cast<std::uint8_t>(random.next());
        return octets;
    }
    Octets octets = seeds.at(random.below(seeds.size()));
    for (std::uint64_t i = random.below(4); i > 0; --i)
        octets.at(random.below(octets.size())) = static_cast<std::uint8_t>(random.next());
    if (random.below(6) == 0) octets.resize(random.below(octets.size() + 1));
    if (random.below(20) == 0) octets.resize(octets.size() + random.below(100));
    return octets;
}

std::uint64_t all_drops(const Counters& counters) {
    return std::accumulate(counters.dropped.begin(), counters.dropped.end(), std::uint64_t{0});
}

}  // namespace

TEST_CASE("a million random frames beside a transfer neither crash nor stall it, and every one is counted") {
    Pair pair{{.delay = 1ms, .config = [](StackConfig& c) { c.trace = TraceMode::tail; }}};
    Stack& target = pair.stack(0);
    TcpListener listener = target.listen({.address = {}, .port = 80}).value();
    TcpSocket client =
        pair.stack(1)
            .connect({.remote = {wire::parse_address("192.0.2.1").value(), 80}, .local = {}, .options = {}})
            .value();
    TcpSocket server;
    REQUIRE(pair.run(10s, [&] {
        if (auto socket = listener.accept()) server = std::move(*socket);
        return static_cast<bool>(server);
    }));
    Transfer transfer{client, server, 2'000'000};

    Random random(2024);
    const std::vector<Octets> good = seeds(random.u32(), random.u32());
    const std::uint64_t before = target.counters().frames_in;
    FrameOut out;
    for (std::size_t i = 0; i < frames_total; ++i) {
        const Octets octets = next_frame(random, good);
        target.receive(0, {target.pool().copy(octets)}, pair.now());
        if (i % 64 != 63) continue;
        while (target.next_frame(out))
            out.clear();  // Answers to nobody; the transfer repairs what it loses here.
        if (i % 4096 == 4095) pair.run(20ms, [&] { return transfer.step(); });
        while (auto stranger = listener.accept()) stranger->abort();
    }
    CHECK(target.counters().frames_in - before >= frames_total);
    CHECK(all_drops(target.counters()) > frames_total / 2);
    CHECK(pair.run(120s, [&] { return transfer.step(); }));
    CHECK(transfer.read == 2'000'000);
    CHECK_FALSE(transfer.wrong);
}

// Every frame that is refused leaves exactly one mark: a drop under a reason.
TEST_CASE("each refused frame is counted under one reason, truncated at every length") {
    Script t;
    t.app().listens();
    WireSegment segment;
    segment.source = "192.0.2.2";
    segment.destination = "192.0.2.1";
    segment.source_port = 40000;
    segment.destination_port = 80;
    segment.flags = tcp_flag::syn;
    segment.options = {{2, {4, 0}}};
    segment.payload = Octets(20, 1);
    const Octets whole = build(segment);
    for (std::size_t length = 0; length < whole.size(); ++length) {
        INFO("length ", length);
        const std::uint64_t before = all_drops(t.stack().counters());
        t.frame_arrives(Octets(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length)))
            .stack_is_silent();
        CHECK(all_drops(t.stack().counters()) == before + 1);
    }
    CHECK(t.stack().tcp_open() == 0);
}
