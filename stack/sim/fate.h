// What becomes of each frame at one end of a link: lost, doubled, held back, changed, followed by a forged one, or nothing
// of the kind. Drawn from generators of its own, one per kind of fault, or read from a schedule. What was drawn can be
// replayed as a schedule, and a schedule can be shortened (sim/shrink.h).
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/random.h"
#include "base/time.h"
#include "sim/forger.h"
#include "sim/node.h"

namespace sluice::sim {

struct Fate {
    bool lost = false;
    bool doubled = false;
    bool swapped = false;             // leaves right after the next frame of this direction
    Duration held{};                  // later by this; others overtake it
    Duration jitter{};                // later by this, and all behind it
    std::uint64_t bit = 0;            // 1 + number of the bit turned over; 0: none
    Forgery forgery = Forgery::none;  // what somebody else puts behind it

    bool is_plain() const { return *this == Fate{}; }
    friend bool operator==(const Fate&, const Fate&) = default;
};

// The fate of the frame with this number (1, 2, 3 ...) among those sent from one side of a link.
struct Turn {
    std::uint32_t link = 0;
    Side from = Side::a;
    std::uint64_t frame = 0;
    Fate fate;
    friend bool operator==(const Turn&, const Turn&) = default;
};
using Schedule = std::vector<Turn>;

std::string to_text(const Turn& turn);  // "link 0 b 17 held 5ms"
// The reverse; false if the line is none.
bool parse_turn(const std::string& line, Turn& turn);

// Losses in bursts (Gilbert, Elliott): a good and a bad state, and the chance of changing at each frame.
struct Burst {
    double begins = 0;
    double ends = 0.3;
    double loss = 0.8;  // while it lasts
};

struct Faults {
    double loss = 0;  // of each frame, on its own
    Burst burst = {};
    double duplicate = 0;
    double reorder = 0;  // held back by up to `late`
    Duration late = 20ms;
    double corrupt = 0;
    double forge = 0;   // of each frame: an attacker puts one of his own behind it
    Duration jitter{};  // 0 to this, in order
};

class FateSource {
public:
    explicit FateSource(Random random);
    // From now on nothing is drawn; what the schedule does not name is delivered.
    void follow(std::map<std::uint64_t, Fate> schedule);
    bool is_following() const { return follows_; }
    bool may_forge(const Faults& faults) const { return follows_ ? has_forgeries_ : faults.forge > 0; }
    Fate next(const Faults& faults, bool is_cut);
    std::uint64_t frames() const { return frames_; }

private:
    Fate draw(const Faults& faults);

    Random loss_, burst_, duplicate_, reorder_, corrupt_, jitter_, forge_;
    std::map<std::uint64_t, Fate> schedule_;
    std::uint64_t frames_ = 0;
    bool follows_ = false;
    bool has_forgeries_ = false;
    bool is_in_burst_ = false;
};

}  // namespace sluice::sim
