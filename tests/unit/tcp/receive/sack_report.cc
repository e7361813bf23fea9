#include "tcp/receive/sack_report.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>
#include <vector>

#include "unit/draw.h"

namespace sluice::tcp {
namespace {

using Ranges = std::vector<Range>;

Ranges blocks(const SackReport& report, std::uint8_t most = 4) {
    std::array<Range, 4> out;
    const std::uint8_t count = report.blocks(most, out);
    CHECK(report.count(most) == count);
    return {out.begin(), out.begin() + count};
}

TEST_CASE(
    "the first block is always the newest, and the others follow in the order of their news [R2018-4] "
    "[R2018-6]") {
    SackReport report;
    CHECK(report.empty());
    report.on_held({1001, 2001});
    CHECK(blocks(report) == Ranges{{1001, 2001}});
    report.on_held({3001, 4001});
    CHECK(blocks(report) == Ranges{{3001, 4001}, {1001, 2001}});
    report.on_held({5001, 6001});
    CHECK(blocks(report) == Ranges{{5001, 6001}, {3001, 4001}, {1001, 2001}});
    report.on_held({1501, 2501});
    CHECK(blocks(report) == Ranges{{1001, 2501}, {5001, 6001}, {3001, 4001}});
}

TEST_CASE("the block of the newest octets is the whole range around them [R2018-8] [RFC 2018 4]") {
    SackReport report;
    report.on_held({1001, 2001});
    report.on_held({3001, 4001});
    report.on_held({2001, 3001});  // joins the two
    CHECK(blocks(report) == Ranges{{1001, 4001}});
    report.on_held({4001, 4002});  // touches at the end
    report.on_held({1000, 1001});  // and at the beginning
    CHECK(blocks(report) == Ranges{{1000, 4002}});
}

TEST_CASE("as many blocks as fit [R2018-5]") {
    SackReport report;
    for (Pos at = 1001; at <= 9001; at += 2000) report.on_held({at, at + 1000});
    CHECK(blocks(report, 3) == Ranges{{9001, 10001}, {7001, 8001}, {5001, 6001}});
    CHECK(blocks(report, 4) == Ranges{{9001, 10001}, {7001, 8001}, {5001, 6001}, {3001, 4001}});
    CHECK(blocks(report, 0).empty());
}

TEST_CASE("of five ranges each is told in at least three ACKs in a row [R2018-6]") {
    SackReport report;
    std::vector<int> told(5);
    for (std::size_t i = 0; i < 5; ++i) {
        const Pos at = 1001 + static_cast<Pos>(i) * 2000;
        report.on_held({at, at + 1000});
        for (const Range& block : blocks(report, 3))
            ++told[static_cast<std::size_t>((block.begin - 1001) / 2000)];
    }
    CHECK(told == std::vector<int>{3, 3, 3, 2, 1});  // the last two have more ACKs to come
}

TEST_CASE("where room is left older ranges are told again [R2018-5]") {
    SackReport report;
    for (Pos at = 1001; at <= 9001; at += 2000) report.on_held({at, at + 1000});
    report.on_held({6001, 7001});  // joins two of them
    CHECK(blocks(report, 4) == Ranges{{5001, 8001}, {9001, 10001}, {3001, 4001}, {1001, 2001}});
}

TEST_CASE("what is acknowledged is no longer reported [R2018-8]") {
    SackReport report;
    report.on_held({1001, 2001});
    report.on_held({3001, 4001});
    report.on_in_order(2001);
    CHECK(blocks(report) == Ranges{{3001, 4001}});
    report.on_in_order(4001);
    CHECK(report.empty());
    CHECK(blocks(report).empty());
}

TEST_CASE("a duplicate stands first, and in one ACK only [R2883-1] [R2883-2] [R2883-3]") {
    SackReport report;
    report.on_held({3001, 4001});
    report.on_duplicate({501, 1001});
    CHECK(blocks(report) == Ranges{{501, 1001}, {3001, 4001}});
    report.on_sent();
    CHECK(blocks(report) == Ranges{{3001, 4001}});
    report.on_in_order(4001);
    report.on_duplicate({1, 501});
    CHECK_FALSE(report.empty());
    CHECK(blocks(report) == Ranges{{1, 501}});
    report.on_sent();
    CHECK(report.empty());
}

TEST_CASE("a duplicate above the ACK is followed by the range around it [R2883-4]") {
    SackReport report;
    report.on_held({1001, 3001});
    report.on_held({5001, 6001});
    report.on_duplicate({1501, 2001});
    CHECK(blocks(report) == Ranges{{1501, 2001}, {1001, 3001}, {5001, 6001}});
    report.on_sent();
    CHECK(blocks(report) == Ranges{{5001, 6001}, {1001, 3001}});
}

TEST_CASE("of several duplicates before an ACK the first is told [R2883-5]") {
    SackReport report;
    report.on_duplicate({1, 501});
    report.on_duplicate({501, 1001});
    CHECK(blocks(report) == Ranges{{1, 501}});
    report.on_sent();
    CHECK(report.empty());
}

// One octet at a time: what is held, and where the last four separate arrivals were.
struct Reference {
    std::set<Pos> held;
    std::vector<Pos> news;  // the newest first

    Range island(Pos at) const {
        Range range{at, at + 1};
        while (held.contains(range.begin - 1)) --range.begin;
        while (held.contains(range.end)) ++range.end;
        return range;
    }
    void hold(Range text) {
        for (Pos at = text.begin; at < text.end; ++at) held.insert(at);
        const Range around = island(text.begin);
        std::erase_if(news, [&](Pos at) { return around.begin <= at && at < around.end; });
        news.insert(news.begin(), text.begin);
        if (news.size() > 4) news.pop_back();
    }
    Ranges newest() const {
        Ranges out;
        for (const Pos at : news)
            if (held.contains(at)) out.push_back(island(at));
        return out;
    }
    std::size_t islands() const {
        return static_cast<std::size_t>(
            std::count_if(held.begin(), held.end(), [&](Pos at) { return !held.contains(at - 1); }));
    }
};

TEST_CASE(
    "reports equal those of a set of octets, over any arrivals [R2018-4] [R2018-5] [R2018-6] [R2018-8]") {
    for (std::uint64_t seed = 1; seed <= 60; ++seed) {
        CAPTURE(seed);
        test::Draw draw(seed);
        SackReport report;
        Reference reference;
        Pos nxt = 1;
        for (int i = 0; i < 300; ++i) {
            const Pos begin = draw.between(nxt + 1, nxt + 120);
            const Range text{begin, begin + draw.between(1, 15)};
            if (draw.one_in(4)) {  // the hole is filled, up to the next one
                const Range first =
                    reference.held.empty() ? Range{nxt, nxt + 5} : reference.island(*reference.held.begin());
                nxt = first.end;
                reference.held.erase(reference.held.begin(), reference.held.lower_bound(nxt));
                report.on_in_order(nxt);
            } else {
                reference.hold(text);
                report.on_held(text);
            }
            const Ranges told = blocks(report, 4);
            const Ranges newest = reference.newest();
            CHECK(told.size() == std::min<std::size_t>(4, reference.islands()));
            REQUIRE(told.size() >= newest.size());
            CHECK(std::equal(newest.begin(), newest.end(), told.begin()));
            std::set<Pos> begins;
            for (const Range& block : told) {
                CHECK(block.begin > nxt);
                CHECK(reference.held.contains(block.begin));
                CHECK(reference.island(block.begin) == block);
                CHECK(begins.insert(block.begin).second);  // none twice
            }
        }
    }
}

}  // namespace
}  // namespace sluice::tcp
