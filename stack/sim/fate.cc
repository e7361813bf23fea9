#include "sim/fate.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace sluice::sim {
namespace {

Duration up_to(Random& random, Duration most) {
    return Duration(static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(most.count()) + 1)));
}

// The words of a line, from left to right.
class Words {
public:
    explicit Words(const std::string& line) : rest_(line) {}
    std::string_view next() {
        const std::size_t begin = rest_.find_first_not_of(' ');
        if (begin == std::string_view::npos) return {};
        rest_.remove_prefix(begin);
        const std::string_view word = rest_.substr(0, rest_.find(' '));
        rest_.remove_prefix(word.size());
        return word;
    }
    template <typename Number>
    bool number(Number& value) {
        const std::string_view word = next();
        const auto [end, wrong] = std::from_chars(word.data(), word.data() + word.size(), value);
        return wrong == std::errc() && end == word.data() + word.size();
    }

private:
    std::string_view rest_;
};

bool parse_forged(Words& words, Forgery& value) {
    const auto found = parse_forgery(words.next());
    value = found.value_or(Forgery::none);
    return found.has_value();
}

bool parse_duration(Words& words, Duration& value) {
    std::int64_t nanoseconds = 0;
    if (!words.number(nanoseconds) || nanoseconds < 0) return false;
    value = Duration(nanoseconds);
    return true;
}

}  // namespace

std::string to_text(const Turn& turn) {
    std::string text = fmt::format("link {} {} {}", turn.link, turn.from == Side::a ? 'a' : 'b', turn.frame);
    const Fate& fate = turn.fate;
    if (fate.lost) text += " lost";
    if (fate.doubled) text += " doubled";
    if (fate.swapped) text += " swapped";
    if (fate.held > 0ns) text += fmt::format(" held {}", fate.held.count());
    if (fate.jitter > 0ns) text += fmt::format(" jitter {}", fate.jitter.count());
    if (fate.bit > 0) text += fmt::format(" bit {}", fate.bit);
    if (fate.forgery != Forgery::none) text += fmt::format(" forged {}", text_of(fate.forgery));
    return text;
}

bool parse_turn(const std::string& line, Turn& turn) {
    Words words(line);
    if (words.next() != "link" || !words.number(turn.link)) return false;
    const std::string_view side = words.next();
    if (side != "a" && side != "b") return false;
    turn.from = side == "a" ? Side::a : Side::b;
    if (!words.number(turn.frame)) return false;
    turn.fate = {};
    for (;;) {
        const std::string_view word = words.next();
        bool is_good = true;
        if (word.empty()) return true;
        if (word == "lost")
            turn.fate.lost = true;
        else if (word == "doubled")
            turn.fate.doubled = true;
        else if (word == "swapped")
            turn.fate.swapped = true;
        else if (word == "held")
            is_good = parse_duration(words, turn.fate.held);
        else if (word == "jitter")
            is_good = parse_duration(words, turn.fate.jitter);
        else if (word == "forged")
            is_good = parse_forged(words, turn.fate.forgery);
        else
            is_good = word == "bit" && words.number(turn.fate.bit);
        if (!is_good) return false;
    }
}

FateSource::FateSource(Random random)
    : loss_(random.fork(1)),
      burst_(random.fork(2)),
      duplicate_(random.fork(3)),
      reorder_(random.fork(4)),
      corrupt_(random.fork(5)),
      jitter_(random.fork(6)),
      forge_(random.fork(7)) {}

void FateSource::follow(std::map<std::uint64_t, Fate> schedule) {
    has_forgeries_ =
        std::ranges::any_of(schedule, [](const auto& turn) { return turn.second.forgery != Forgery::none; });
    schedule_ = std::move(schedule);
    follows_ = true;
}

Fate FateSource::draw(const Faults& faults) {
    Fate fate;
    if (faults.loss > 0) fate.lost = loss_.chance(faults.loss);
    if (faults.burst.begins > 0) {
        is_in_burst_ = burst_.chance(is_in_burst_ ? 1 - faults.burst.ends : faults.burst.begins);
        if (is_in_burst_ && burst_.chance(faults.burst.loss)) fate.lost = true;
    }
    if (faults.duplicate > 0) fate.doubled = duplicate_.chance(faults.duplicate);
    if (faults.reorder > 0 && reorder_.chance(faults.reorder)) fate.held = up_to(reorder_, faults.late);
    if (faults.corrupt > 0 && corrupt_.chance(faults.corrupt)) fate.bit = 1 + corrupt_.next() / 2;
    if (faults.jitter > 0ns) fate.jitter = up_to(jitter_, faults.jitter);
    if (faults.forge > 0 && forge_.chance(faults.forge))
        fate.forgery =
            static_cast<Forgery>(1 + forge_.below(static_cast<std::uint64_t>(Forgery::count_) - 1));
    if (fate.lost) fate = Fate{.lost = true, .forgery = fate.forgery};
    return fate;
}

Fate FateSource::next(const Faults& faults, bool is_cut) {
    ++frames_;
    if (follows_) {
        const auto found = schedule_.find(frames_);
        return found == schedule_.end() ? Fate{} : found->second;
    }
    Fate fate = draw(faults);
    if (is_cut) fate = Fate{.lost = true};
    return fate;
}

}  // namespace sluice::sim
