// Reassembly against a slow and obvious model, by seed: an array of octets, each known or not.
#include "net/fragments.h"

#include <array>
#include <optional>

#include "unit/net/lab.h"

namespace sluice::net::test {
namespace {

// One datagram by RFC 791 and our policy, octet by octet.
class Model {
public:
    enum class Outcome { kept, complete, dropped };

    Outcome add(std::uint32_t begin, bool more, const Octets& data) {
        if (is_dead_) return Outcome::dropped;
        const auto end = begin + static_cast<std::uint32_t>(data.size());
        if (more)
            more_.push_back(end);
        else if (end_ && *end_ != end)
            return die();
        else
            end_ = end;
        for (const std::uint32_t e : more_)
            if (end_ && e >= *end_) return die();
        bool is_new = false;
        for (std::uint32_t i = begin; i < end; ++i) {
            if (!octets_[i])
                is_new = true;
            else if (*octets_[i] != data[i - begin])
                return die();
            octets_[i] = data[i - begin];
        }
        if (!is_new) return Outcome::dropped;
        if (!end_) return Outcome::kept;
        for (std::uint32_t i = 0; i < *end_; ++i)
            if (!octets_[i]) return Outcome::kept;
        return Outcome::complete;
    }
    Octets whole() const {
        Octets all;
        for (std::uint32_t i = 0; i < *end_; ++i) all.push_back(*octets_[i]);
        return all;
    }

private:
    Outcome die() {
        is_dead_ = true;
        return Outcome::dropped;
    }

    std::array<std::optional<std::uint8_t>, 512> octets_{};
    std::vector<std::uint32_t> more_;
    std::optional<std::uint32_t> end_;
    bool is_dead_ = false;
};

struct Drawn {
    std::uint32_t begin = 0;
    bool more = false;
    Octets data;
};

// Mostly consistent pieces of one datagram; now and then a wrong octet or a wrong end.
Drawn draw(Random& random, const Octets& datagram) {
    const auto size = static_cast<std::uint32_t>(datagram.size());
    Drawn drawn;
    drawn.begin = static_cast<std::uint32_t>(random.below((size + 7) / 8)) * 8;
    std::uint32_t end = drawn.begin + 8 * (1 + static_cast<std::uint32_t>(random.below(6)));
    drawn.more = end < size;
    if (!drawn.more) end = size;
    if (random.chance(0.005)) drawn.more = !drawn.more;
    if (drawn.more && (end - drawn.begin) % 8 != 0) end = drawn.begin + (end - drawn.begin + 7) / 8 * 8;
    for (std::uint32_t i = drawn.begin; i < end; ++i)
        drawn.data.push_back(i < size ? datagram[i] : std::uint8_t{0});
    if (random.chance(0.005)) drawn.data[random.below(drawn.data.size())] ^= 0x10U;
    return drawn;
}

void run(std::uint64_t seed) {
    CAPTURE(seed);
    Random random(seed);
    Lab lab;
    for (std::uint16_t id = 1; id <= 40; ++id) {
        Model model;
        const Octets datagram = pattern(8 + random.below(290), static_cast<std::uint8_t>(id));
        for (int i = 0; i < 120; ++i) {
            const Drawn drawn = draw(random, datagram);
            IpFields fields{.id = id, .more = drawn.more, .offset = drawn.begin};
            // A last fragment at zero is no fragment.
            if (!drawn.more && drawn.begin == 0) continue;
            const Model::Outcome expected = model.add(drawn.begin, drawn.more, drawn.data);
            const auto dropped = lab.all_drops();
            const auto arrival = lab.receive(ip_frame(fields, drawn.data));
            const auto* packet = std::get_if<wire::PacketIn>(&arrival);
            REQUIRE((packet != nullptr) == (expected == Model::Outcome::complete));
            REQUIRE((lab.all_drops() > dropped) == (expected == Model::Outcome::dropped));
            if (!packet) continue;
            REQUIRE(from_view(packet->payload.view()) == model.whole());
            break;
        }
    }
    lab.after(70s);  // errors about them wait a few seconds more for a neighbour that never answers
    while (lab.layer.next_failure()) {
    }
    CHECK(lab.pool.chunks_in_use() == 0);
}

TEST_CASE(
    "reassembly does what a byte map does, for any sequence of fragments [R815-1] [R815-3] [RFC 815 3]") {
    for (std::uint64_t seed = 1; seed <= 100; ++seed) run(seed);
}

}  // namespace
}  // namespace sluice::net::test
