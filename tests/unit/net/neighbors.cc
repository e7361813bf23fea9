// The ARP table by itself: its bounds. What it does on a link: arp.cc.
#include "net/neighbors.h"

#include "unit/net/lab.h"

namespace sluice::net::test {
namespace {

wire::Address host(std::uint32_t number) { return wire::Address::v4(0xc6330000U + number); }

struct Table {
    explicit Table(Settings given = {}) : settings(given), neighbors(settings, {1, 2}) {}
    void heard(std::uint32_t number) { neighbors.hear({0, host(number), mac(peer_mac), true, false}, now); }
    bool knows(std::uint32_t number) {
        for (const NeighborView& view : neighbors.views())
            if (view.address == host(number)) return true;
        return false;
    }
    wire::PacketOut packet(std::uint32_t bytes) {
        wire::PacketOut out;
        if (bytes > 0) out.payload.push_back(Slice(pool.take(bytes), 0, bytes));
        return out;
    }
    ChunkPool pool;
    Settings settings;
    Neighbors neighbors;
    Instant now{10s};
};

Settings small_table() {
    Settings settings;
    settings.arp_table = 8;
    return settings;
}

TEST_CASE("a flood of requests displaces no neighbour that is in use") {
    Table table(small_table());
    for (std::uint32_t i = 0; i < 4; ++i) {
        table.heard(i);
        CHECK(table.neighbors.resolve(0, host(i), table.now).verdict == Neighbors::Verdict::use);
    }
    for (std::uint32_t i = 100; i < 10000; ++i) table.heard(i);
    CHECK(table.neighbors.size() == 8);
    for (std::uint32_t i = 0; i < 4; ++i) CHECK(table.knows(i));
    for (std::uint32_t i = 9996; i < 10000; ++i) CHECK(table.knows(i));
}

TEST_CASE("among neighbours in use the one used longest ago goes first") {
    Table table(small_table());
    for (std::uint32_t i = 0; i < 8; ++i) {
        table.heard(i);
        table.neighbors.resolve(0, host(i), table.now);
    }
    table.neighbors.resolve(0, host(0), table.now);
    table.heard(8);
    CHECK(table.knows(0));
    CHECK_FALSE(table.knows(1));
}

TEST_CASE("a neighbour that is removed is asked for again; what waits for it is given up") {
    Table table;
    table.heard(1);
    CHECK(table.neighbors.remove(host(1)));
    CHECK_FALSE(table.knows(1));
    CHECK_FALSE(table.neighbors.remove(host(1)));
    CHECK(table.neighbors.resolve(0, host(1), table.now).verdict == Neighbors::Verdict::wait);
    table.neighbors.wait(0, host(1), table.packet(100));
    CHECK(table.neighbors.remove(host(1)));
    REQUIRE(table.neighbors.has_given_up());
    CHECK(table.neighbors.next_given_up().reason == Reason::arp_failed);
    CHECK(table.neighbors.waiting_bytes() == 0);
}

TEST_CASE("packets for a neighbour that is displaced are given up by name") {
    Table table(small_table());
    for (std::uint32_t i = 0; i < 9; ++i) {
        CHECK(table.neighbors.resolve(0, host(i), table.now).verdict == Neighbors::Verdict::wait);
        table.neighbors.wait(0, host(i), table.packet(10));
    }
    REQUIRE(table.neighbors.has_given_up());
    CHECK(table.neighbors.next_given_up().reason == Reason::arp_table_full);
    CHECK_FALSE(table.neighbors.has_given_up());
    CHECK(table.neighbors.waiting_bytes() == 80);
}

TEST_CASE("packets waiting for all neighbours together are bounded in octets") {
    Settings settings;
    settings.arp_waiting_bytes = 65536;
    Table table(settings);
    std::size_t given_up = 0;
    for (std::uint32_t i = 0; i < 100; ++i) {
        table.neighbors.resolve(0, host(i), table.now);
        for (int k = 0; k < 3; ++k) table.neighbors.wait(0, host(i), table.packet(1000));
        CHECK(table.neighbors.waiting_bytes() <= 65536);
        for (; table.neighbors.has_given_up(); ++given_up)
            CHECK(table.neighbors.next_given_up().reason == Reason::arp_queue_full);
    }
    CHECK(given_up == 300 - 65);
    for (int i = 0; i < 3; ++i) {
        table.now += 1s;
        table.neighbors.on_time(table.now);
    }
    for (; table.neighbors.has_given_up(); ++given_up)
        CHECK(table.neighbors.next_given_up().reason == Reason::arp_failed);
    CHECK(given_up == 300);
    CHECK(table.neighbors.waiting_bytes() == 0);
}

TEST_CASE("the same address on two links is two neighbours") {
    Table table;
    table.heard(1);
    CHECK(table.neighbors.resolve(0, host(1), table.now).verdict == Neighbors::Verdict::use);
    CHECK(table.neighbors.resolve(1, host(1), table.now).verdict == Neighbors::Verdict::wait);
}

TEST_CASE("the table is listed in the same order in every run") {
    Table table;
    for (const std::uint32_t i : {5U, 3U, 9U, 1U}) table.heard(i);
    const auto views = table.neighbors.views();
    REQUIRE(views.size() == 4);
    for (std::size_t i = 1; i < 4; ++i) CHECK(views[i - 1].address < views[i].address);
}

TEST_CASE(
    "whatever happens, an address is asked at most once a second and every deadline lies ahead [R826-6] [RFC "
    "1122 2.3.2.1]") {
    for (std::uint64_t seed = 1; seed <= 30; ++seed) {
        CAPTURE(seed);
        Random random(seed);
        Table table;
        std::vector<Instant> asked(6, Instant::min());
        for (int i = 0; i < 3000; ++i) {
            const auto number = static_cast<std::uint32_t>(random.below(6));
            switch (random.below(5)) {
                case 0: table.now += Duration(static_cast<std::int64_t>(random.below(2'000'000'000))); break;
                case 1:
                    if (random.chance(0.1))
                        table.neighbors.hear({0, host(number), mac(peer_mac), true, random.chance(0.7)},
                                             table.now);
                    break;
                default:
                    if (table.neighbors.resolve(0, host(number), table.now).verdict ==
                        Neighbors::Verdict::wait)
                        table.neighbors.wait(0, host(number), table.packet(0));
            }
            table.neighbors.on_time(table.now);
            CHECK(table.neighbors.deadline() > table.now);
            while (const auto ask = table.neighbors.next_ask()) {
                Instant& last = asked.at(ask->target.to_v4() - host(0).to_v4());
                if (last != Instant::min()) CHECK(table.now - last >= 1s);
                last = table.now;
            }
            while (table.neighbors.has_given_up()) table.neighbors.next_given_up();
            while (table.neighbors.has_ready()) table.neighbors.next_ready();
        }
    }
}

}  // namespace
}  // namespace sluice::net::test
