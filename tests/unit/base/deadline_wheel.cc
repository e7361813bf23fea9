#include "base/deadline_wheel.h"

#include <doctest/doctest.h>

#include <array>
#include <chrono>
#include <map>
#include <memory>
#include <vector>

#include "unit/draw.h"

namespace sluice {
namespace {

struct Node : DeadlineNode {
    Node() = default;
    explicit Node(int given) : number(given) {}
    int number = 0;
};

std::vector<int> taken_until(DeadlineWheel& wheel, Instant now) {
    std::vector<int> order;
    while (DeadlineNode* node = wheel.take_due(now)) order.push_back(static_cast<Node*>(node)->number);
    return order;
}

TEST_CASE("nothing armed: nothing is due, ever") {
    DeadlineWheel wheel(Instant{1h});
    CHECK(wheel.next() == never);
    CHECK(wheel.earliest() == nullptr);
    CHECK(wheel.armed() == 0);
    CHECK(wheel.take_due(Instant{1000h}) == nullptr);
}

TEST_CASE("a deadline is due at its instant and not a nanosecond before") {
    DeadlineWheel wheel(Instant{});
    Node node;
    for (const Duration at : {Duration(1ns), Duration(1ms), Duration(1048576ns), Duration(40ms),
                              Duration(64ms), Duration(200ms), Duration(1s), Duration(2h)}) {
        const Instant due = Instant{10h} + at;
        wheel.arm(node, due);
        CHECK(node.is_armed());
        CHECK(node.due() == due);
        CHECK(wheel.take_due(due - 1ns) == nullptr);
        CHECK(wheel.next() == due);
        CHECK(wheel.take_due(due) == &node);
        CHECK_FALSE(node.is_armed());
        CHECK(wheel.armed() == 0);
    }
}

TEST_CASE("deadlines come in their order, and in the order of arming when they are the same instant") {
    DeadlineWheel wheel(Instant{});
    std::array<Node, 6> nodes;
    for (int i = 0; i < 6; ++i) nodes[static_cast<std::size_t>(i)].number = i;
    wheel.arm(nodes[0], Instant{500us});
    wheel.arm(nodes[1], Instant{200us});
    wheel.arm(nodes[2], Instant{3s});
    wheel.arm(nodes[3], Instant{200us});
    wheel.arm(nodes[4], Instant{3s});
    wheel.arm(nodes[5], Instant{2999999999ns});
    CHECK(taken_until(wheel, Instant{10s}) == std::vector<int>{1, 3, 0, 5, 2, 4});
}

TEST_CASE("a moved deadline is due at its new time only, a disarmed one never") {
    DeadlineWheel wheel(Instant{});
    Node moved(1);
    Node gone(2);
    Node stays(3);
    wheel.arm(moved, Instant{1s});
    wheel.arm(gone, Instant{2s});
    wheel.arm(stays, Instant{3s});
    wheel.arm(moved, Instant{4s});
    wheel.disarm(gone);
    wheel.disarm(gone);
    CHECK(wheel.armed() == 2);
    CHECK(taken_until(wheel, Instant{5s}) == std::vector<int>{3, 1});
    wheel.arm(gone, Instant{6s});
    wheel.arm(gone, never);
    CHECK_FALSE(gone.is_armed());
    CHECK(wheel.next() == never);
}

TEST_CASE("a deadline in the past is due at once, before later ones") {
    DeadlineWheel wheel(Instant{100s});
    Node later_one(1);
    Node past(2);
    wheel.arm(later_one, Instant{100s + 1us});
    wheel.arm(past, Instant{3s});
    CHECK(wheel.next() == Instant{3s});
    CHECK(taken_until(wheel, Instant{101s}) == std::vector<int>{2, 1});
    wheel.arm(past, Instant{-5s});
    CHECK(wheel.take_due(Instant{101s}) == &past);
}

TEST_CASE("far deadlines are kept exactly: 49.7 days of milliseconds, 24 days of timestamps, centuries") {
    using Days = std::chrono::duration<std::int64_t, std::ratio<86400>>;
    DeadlineWheel wheel(Instant{17ms});
    const std::vector<Duration> far{Duration(4294967296ms) - 1ns, Duration(4294967296ms),
                                    Duration(2147483648ms),       Duration(Days(365)),
                                    Duration(Days(36500)),        Duration(Days(100000))};
    std::vector<Node> nodes(far.size());
    for (std::size_t i = 0; i < far.size(); ++i) wheel.arm(nodes[i], Instant{far[i]});
    for (const std::size_t i : {2U, 0U, 1U, 3U, 4U, 5U}) {
        CHECK(wheel.next() <= Instant{far[i]});
        CHECK(wheel.earliest() == &nodes[i]);
        CHECK(wheel.take_due(Instant{far[i]} - 1ns) == nullptr);
        CHECK(wheel.take_due(Instant{far[i]}) == &nodes[i]);
    }
}

TEST_CASE("a caller that sleeps until next() wakes a few times at most before a far deadline") {
    DeadlineWheel wheel(Instant{123456789ns});
    Node node;
    wheel.arm(node, Instant{Duration(4294967296ms) + 987654321ns});
    Instant now{123456789ns};
    int wakes = 0;
    for (;;) {
        const Instant wake = wheel.next();
        REQUIRE(wake > now);  // never a busy loop
        now = wake;
        ++wakes;
        if (wheel.take_due(now)) break;
    }
    CHECK(now == node.due());
    CHECK(wakes <= 8);
}

// Compares with an ordered map, over random arming, moving, disarming and time passing.
class Comparison {
public:
    explicit Comparison(std::uint64_t seed)
        : draw_(seed), now_(Duration(draw_.between(0, 1LL << 50))), wheel_(now_) {
        for (int i = 0; i < 40; ++i) nodes_.push_back(std::make_unique<Node>(i));
    }
    void step() {
        Node& node = *nodes_[draw_.below(nodes_.size())];
        switch (draw_.between(0, 9)) {
            case 0:
                wheel_.disarm(node);
                forget(node);
                break;
            case 1:
            case 2:
            case 3: pass_time(); break;
            default: arm(node);
        }
        check_next();
    }

private:
    using Model = std::multimap<Instant, Node*>;  // equal instants stay in the order of arming

    Duration some_while() {
        const auto bits = draw_.between(0, 56);
        return Duration(draw_.between(0, 1LL << bits));
    }
    void arm(Node& node) {
        Instant due = now_ + some_while();
        if (draw_.one_in(20)) due = now_ - Duration(draw_.between(0, 1000000));
        if (draw_.one_in(5) && !model_.empty()) due = model_.begin()->first;
        if (draw_.one_in(30)) due = never;
        if (node.is_armed() && node.due() == due) return;
        wheel_.arm(node, due);
        forget(node);
        if (due != never) model_.emplace(due, &node);
    }
    void forget(const Node& node) {
        for (auto it = model_.begin(); it != model_.end(); ++it)
            if (it->second == &node) {
                model_.erase(it);
                return;
            }
    }
    void pass_time() {
        now_ += some_while();
        if (draw_.one_in(3)) now_ = std::max(now_ - some_while(), now_);
        if (draw_.one_in(3) && wheel_.next() != never) now_ = std::max(now_, wheel_.next());
        auto left = draw_.between(0, 30);
        while (DeadlineNode* node = wheel_.take_due(now_)) {
            REQUIRE_FALSE(model_.empty());
            CHECK(model_.begin()->first <= now_);
            CHECK(node == model_.begin()->second);
            CHECK_FALSE(node->is_armed());
            model_.erase(model_.begin());
            if (left-- == 0) arm(static_cast<Node&>(*node));  // whoever is woken asks again
        }
        if (!model_.empty()) CHECK(model_.begin()->first > now_);
        CHECK(wheel_.next() > now_);
    }
    void check_next() {
        REQUIRE(wheel_.armed() == model_.size());
        const Instant next = wheel_.next();
        if (model_.empty()) {
            CHECK(next == never);
            CHECK(wheel_.earliest() == nullptr);
            return;
        }
        const Instant truth = model_.begin()->first;
        CHECK(next <= truth);
        CHECK(wheel_.earliest() == model_.begin()->second);
        // Exact within the present 64 slots of 2^20 ns.
        if (now_.time_since_epoch().count() >> 26U == truth.time_since_epoch().count() >> 26U && truth > now_)
            CHECK(next == truth);
    }

    test::Draw draw_;
    Instant now_;
    DeadlineWheel wheel_;
    std::vector<std::unique_ptr<Node>> nodes_;
    Model model_;
};

TEST_CASE("a wheel does what an ordered map does") {
    for (std::uint64_t seed = 1; seed <= 200; ++seed) {
        CAPTURE(seed);
        Comparison comparison(seed);
        for (int i = 0; i < 300; ++i) comparison.step();
    }
}

TEST_CASE("many deadlines at one instant are handed out in linear time") {
    DeadlineWheel wheel(Instant{});
    std::vector<std::unique_ptr<Node>> nodes;
    for (int i = 0; i < 100000; ++i) {
        nodes.push_back(std::make_unique<Node>(i));
        wheel.arm(*nodes.back(), Instant{60s} + Duration(i % 7));
    }
    int taken = 0;
    bool in_order = true;
    Instant last{};
    while (const DeadlineNode* node = wheel.take_due(Instant{61s})) {
        in_order = in_order && last <= node->due();
        last = node->due();
        ++taken;
    }
    CHECK(in_order);
    CHECK(taken == 100000);
}

}  // namespace
}  // namespace sluice
