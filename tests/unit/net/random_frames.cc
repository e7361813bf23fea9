// Frames nobody should send: mutations of good ones, by seed. Nothing may crash, stall, or grow without bound, and
// whatever is not taken is counted under a name.
#include "unit/net/lab.h"

namespace sluice::net::test {
namespace {

std::vector<Octets> good_frames() {
    const Octets quoted =
        slice_of(ip_frame({.source = our_ip, .destination = far_ip, .protocol = 6}, pattern(60)), ethernet,
                 ethernet + 60);
    return {ip_frame({.protocol = 6}, pattern(60)),
            ip_frame({.protocol = 17, .options = {0x94, 4, 0, 0}}, pattern(60)),
            ip_frame({.protocol = 17, .id = 1, .more = true}, pattern(64)),
            ip_frame({.protocol = 17, .id = 1, .offset = 64}, pattern(20)),
            ip_frame({.protocol = 6, .id = 2, .more = true}, pattern(64)),
            arp_frame(1, peer_ip, peer_mac, our_ip),
            arp_frame(2, peer_ip, peer_mac, our_ip, our_mac, our_mac),
            arp_frame(1, "0.0.0.0", peer_mac, our_ip),
            echo_frame(56),
            icmp_frame(0, 0, 0x00010001, pattern(56)),
            icmp_frame(3, 3, 0, quoted),
            icmp_frame(11, 0, 32U << 16U, pattern(140)),
            icmp_frame(5, 1, 0xc0000201, quoted)};
}

// Some octets changed, some cut off, some added; often with a header checksum that is right again.
Octets mutated(Random& random, Octets frame) {
    for (auto changes = random.below(4); changes > 0; --changes)
        frame[random.below(random.chance(0.8) ? std::min<std::size_t>(frame.size(), 50) : frame.size())] =
            static_cast<std::uint8_t>(random.next());
    if (random.chance(0.1)) frame.resize(random.below(frame.size() + 1));
    if (random.chance(0.05)) frame.resize(frame.size() + random.below(100));
    if (random.chance(0.6) && frame.size() >= 74) mend(frame);
    return frame;
}

void run(std::uint64_t seed, int count) {
    CAPTURE(seed);
    Random random(seed);
    LabOptions options;
    options.settings.reassembly_bytes = 1U << 20U;
    Lab lab(options);
    const auto frames = good_frames();
    std::uint64_t most_bytes = 0;
    for (int i = 0; i < count; ++i) {
        const auto before = lab.all_drops();
        const auto kept = lab.counters.arp_in + lab.counters.ip_delivered + lab.counters.icmp_in +
                          lab.counters.fragments_in;
        const auto arrival = lab.receive(mutated(random, frames[random.below(frames.size())]));
        const auto now_kept = lab.counters.arp_in + lab.counters.ip_delivered + lab.counters.icmp_in +
                              lab.counters.fragments_in;
        REQUIRE(lab.all_drops() + now_kept > before + kept);
        if (const auto* packet = std::get_if<wire::PacketIn>(&arrival); packet && random.chance(0.5))
            lab.layer.refuse_protocol(*packet, lab.now);
        if (random.chance(0.1))
            lab.send(random.chance(0.5) ? peer_ip : other_ip, pattern(random.below(3000)),
                     random.chance(0.5));
        if (random.chance(0.3)) lab.now += Duration(static_cast<std::int64_t>(random.below(500'000'000)));
        lab.layer.on_time(lab.now);
        while (lab.layer.next_frame(lab.out, lab.now)) {
        }
        while (lab.layer.next_failure()) {
        }
        while (lab.layer.next_echo_reply()) {
        }
        lab.sent.clear();
        lab.out.clear();
        REQUIRE(lab.layer.next_deadline() > lab.now);
        most_bytes = std::max(most_bytes, lab.pool.bytes_in_use());
    }
    CHECK(most_bytes < 2U << 20U);
    lab.after(1h);
    while (lab.layer.next_failure()) {
    }
    while (lab.layer.next_looped()) {
    }
    lab.sent.clear();
    lab.out.clear();
    CHECK(lab.pool.chunks_in_use() == 0);
}

TEST_CASE("a hundred thousand mutated frames neither crash nor grow memory, and each is taken or counted") {
    for (std::uint64_t seed = 1; seed <= 10; ++seed) run(seed, 10000);
}

TEST_CASE("every good frame, cut off at any length, is harmless") {
    Lab lab;
    for (const Octets& frame : good_frames())
        for (std::size_t length = 0; length <= frame.size(); ++length) {
            lab.receive(slice_of(frame, 0, length));
            lab.frames();
        }
    lab.after(1h);
    while (lab.layer.next_failure()) {
    }
    lab.sent.clear();
    lab.out.clear();
    CHECK(lab.pool.chunks_in_use() == 0);
}

TEST_CASE("the same frames at the same times give the same frames out") {
    const auto play = [](std::uint64_t hash_seed) {
        Random random(hash_seed);
        Lab lab;
        std::vector<Octets> out;
        const auto frames = good_frames();
        for (int i = 0; i < 3000; ++i) {
            lab.receive(mutated(random, frames[random.below(frames.size())]));
            lab.now += 10ms;
            lab.layer.on_time(lab.now);
            for (Octets& frame : lab.frames()) out.push_back(std::move(frame));
        }
        return out;
    };
    CHECK(play(5) == play(5));
}

}  // namespace
}  // namespace sluice::net::test
