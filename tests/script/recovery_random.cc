// Random losses, by seed: whatever is lost, swapped, doubled or given up, all octets arrive, once and in order.
#include <algorithm>
#include <map>
#include <string>

#include "support/pair.h"
#include "support/recovery.h"
#include "unit/draw.h"

using namespace sluice;
using namespace sluice::test;

namespace {

struct Mode {
    const char* name;
    void (*change)(tcp::Settings&);
};

constexpr Mode modes[] = {
    {"as it is", [](tcp::Settings&) {}},
    {"RFC 6675", classic},
    {"RFC 6675 with probes and PRR", [](tcp::Settings& s) { s.rack = false; }},
    {"RACK without PRR", [](tcp::Settings& s) { s.prr = false; }},
    {"no D-SACK, no undo", [](tcp::Settings& s) { s.dsack = s.undo = false; }},
    {"no F-RTO", [](tcp::Settings& s) { s.frto = false; }},
    {"no SACK", [](tcp::Settings& s) { s.sack = false; }},
};

// A peer that keeps what comes above a hole, and now and then gives it up (RFC 2018 8).
class Peer {
public:
    Peer(Script& script, std::uint64_t seed) : script_(script), draw_(seed) {}
    Pos next() const { return next_; }

    void takes(const std::vector<Seen>& segments) {
        for (const Seen& seen : segments) {
            if (draw_.one_in(6)) continue;  // lost
            newest_ = script_.flow().own_pos(seen.segment.seq);
            hold(std::max(newest_, next_), newest_ + seen.length());
        }
        if (!held_.empty() && held_.begin()->first == next_) {
            next_ = held_.begin()->second;
            held_.erase(held_.begin());
        }
        if (draw_.one_in(40)) held_.clear();
    }
    // Unless it is lost too.
    void answers() {
        if (draw_.one_in(8)) return;
        std::vector<SackEdges> blocks;
        add(blocks, newest_);
        for (const auto& [begin, end] : held_)
            if (blocks.size() < 3) add(blocks, begin);
        script_.peer_sends(ack(next_).sack(blocks));
    }

private:
    void hold(Pos begin, Pos end) {
        if (begin >= end) return;
        auto at = held_.upper_bound(begin);
        if (at != held_.begin() && std::prev(at)->second >= begin) begin = (--at)->first;
        while (at != held_.end() && at->first <= end) {
            end = std::max(end, at->second);
            at = held_.erase(at);
        }
        held_[begin] = end;
    }
    void add(std::vector<SackEdges>& blocks, Pos at) const {
        const auto after = held_.upper_bound(at);
        if (after == held_.begin() || std::prev(after)->second <= at) return;
        const SackEdges block{std::prev(after)->first, std::prev(after)->second};
        for (const SackEdges& told : blocks)
            if (told.begin == block.begin) return;
        blocks.push_back(block);
    }

    Script& script_;
    Draw draw_;
    std::map<Pos, Pos> held_;  // ranges above next_
    Pos next_ = 1;
    Pos newest_ = 0;
};

void send_through_losses(const Mode& mode, std::uint64_t seed) {
    INFO(std::string(mode.name), ", seed ", seed);
    Script t(with_sack(10, mode.change));
    established_in(t, 20ms);
    Peer peer(t, seed);
    Draw draw(seed + 1000);
    t.app().writes(60000);
    for (int i = 0; i < 30000 && peer.next() < 60001; ++i) {
        peer.takes(t.takes_all());
        peer.answers();
        peer.takes(t.takes_all());
        t.after(draw.between(1, 40) * 1ms);
    }
    t.takes_all();
    CHECK(peer.next() == 60001);
    CHECK(t.info().state == State::established);
}

}  // namespace

TEST_CASE(
    "a peer that loses, acknowledges seldom and gives up what it reported gets everything [R2018-11] "
    "[R6675-14]") {
    for (const Mode& mode : modes)
        for (std::uint64_t seed = 1; seed <= 8; ++seed) send_through_losses(mode, seed);
}

TEST_CASE("over a wire that loses, doubles and swaps all octets arrive once, in each kind of recovery") {
    for (const Mode& mode : modes) {
        for (std::uint64_t seed = 1; seed <= 3; ++seed) {
            INFO(std::string(mode.name), ", seed ", seed);
            Pair pair{{.faults = {.loss = 0.05, .duplicate = 0.03, .reorder = 0.1, .late = 15ms},
                       .seed = seed,
                       .config = [&](StackConfig& config) { mode.change(config.tcp); }}};
            const wire::Address address = wire::parse_address("192.0.2.2").value();
            TcpListener listener = pair.stack(1).listen({.address = {}, .port = 80}).value();
            TcpSocket client =
                pair.stack(0).connect({.remote = {address, 80}, .local = {}, .options = {}}).value();
            TcpSocket server;
            REQUIRE(pair.run(100s, [&] {
                if (auto socket = listener.accept()) server = std::move(*socket);
                return static_cast<bool>(server) && client.state() == State::established;
            }));
            Transfer transfer{client, server, 300'000};
            CHECK(pair.run(600s, [&] { return transfer.step(); }));
            CHECK(transfer.read == 300'000);
            CHECK_FALSE(transfer.wrong);
        }
    }
}
