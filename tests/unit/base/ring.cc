#include "base/ring.h"

#include <doctest/doctest.h>

#include <deque>
#include <memory>

#include "unit/draw.h"

namespace sluice {
namespace {

using Item = std::unique_ptr<int>;

bool is_same(const Ring<Item>& ring, const std::deque<int>& model) {
    if (ring.size() != model.size() || ring.empty() != model.empty()) return false;
    for (std::uint32_t i = 0; i < ring.size(); ++i)
        if (*ring[i] != model[i]) return false;
    return model.empty() || (*ring.front() == model.front() && *ring.back() == model.back());
}

TEST_CASE("an empty ring is 24 octets") { CHECK(sizeof(Ring<Item>) == 24); }

TEST_CASE("a ring does what a double-ended queue does") {
    for (std::uint64_t seed = 1; seed <= 60; ++seed) {
        CAPTURE(seed);
        test::Draw draw(seed);
        Ring<Item> ring;
        std::deque<int> model;
        const int growing = static_cast<int>(draw.between(2, 5));
        for (int step = 0; step < 400; ++step) {
            CAPTURE(step);
            const auto at = draw.below(model.size() + 1);
            const auto place = model.begin() + static_cast<std::ptrdiff_t>(at);
            switch (draw.between(0, growing + 4)) {
                case 0:
                    if (model.empty()) break;
                    CHECK(*ring.pop_front() == model.front());
                    model.pop_front();
                    break;
                case 1:
                    if (model.empty()) break;
                    CHECK(*ring.pop_back() == model.back());
                    model.pop_back();
                    break;
                case 2:
                    if (at == model.size()) break;
                    ring.erase(static_cast<std::uint32_t>(at));
                    model.erase(place);
                    break;
                case 3:
                    ring.push_front(std::make_unique<int>(step));
                    model.push_front(step);
                    break;
                case 4:
                    ring.insert(static_cast<std::uint32_t>(at), std::make_unique<int>(step));
                    model.insert(place, step);
                    break;
                default: ring.push_back(std::make_unique<int>(step)); model.push_back(step);
            }
            REQUIRE(is_same(ring, model));
            if (draw.one_in(100)) {
                draw.one_in(2) ? ring.clear() : ring.reset();
                model.clear();
            }
        }
    }
}

TEST_CASE("items are destroyed when they are taken, cleared, or the ring goes") {
    const auto counted = std::make_shared<int>(0);
    {
        Ring<std::shared_ptr<int>> ring;
        for (int i = 0; i < 10; ++i) ring.push_back(counted);
        CHECK(counted.use_count() == 11);
        ring.pop_front();
        ring.pop_back();
        ring.erase(3);
        CHECK(counted.use_count() == 8);
        ring.clear();
        CHECK(counted.use_count() == 1);
        for (int i = 0; i < 5; ++i) ring.push_front(counted);
    }
    CHECK(counted.use_count() == 1);
}

TEST_CASE("a moved ring takes its items along and leaves an empty one") {
    Ring<Item> ring;
    for (int i = 0; i < 5; ++i) ring.push_back(std::make_unique<int>(i));
    Ring<Item> taken(std::move(ring));
    CHECK(is_same(taken, {0, 1, 2, 3, 4}));
    CHECK(ring.empty());
    ring.push_back(std::make_unique<int>(7));
    ring = std::move(taken);
    CHECK(is_same(ring, {0, 1, 2, 3, 4}));
    CHECK(taken.empty());
    taken.push_back(std::make_unique<int>(1));
    CHECK(is_same(taken, {1}));
}

}  // namespace
}  // namespace sluice
