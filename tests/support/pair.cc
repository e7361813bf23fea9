#include "support/pair.h"

#include <doctest/doctest.h>

#include <algorithm>

namespace sluice::test {
namespace {

constexpr std::array<const char*, 2> macs{"02:00:00:00:00:01", "02:00:00:00:00:02"};
constexpr std::array<const char*, 2> addresses{"192.0.2.1/24", "192.0.2.2/24"};

Octets flat(const FrameOut& frame) {
    Octets octets(frame.header().begin(), frame.header().end());
    for (const Slice& slice : frame.payload) {
        const ByteView view = slice.view();
        octets.insert(octets.end(), view.begin(), view.end());
    }
    return octets;
}

}  // namespace

Pair::Pair(PairOptions options) : options_(std::move(options)), random_(options_.seed) {
    for (std::size_t i = 0; i < 2; ++i) {
        StackConfig config;
        config.net.probe_addresses = false;
        config.seed = {options_.seed, i};
        config.trace = TraceMode::all;
        config.trace_records = 65536;
        if (options_.config) options_.config(config);
        sides_[i].stack = std::make_unique<Stack>(config);
        const LinkId link = sides_[i].stack->attach(wire::parse_mac(macs[i]).value(), options_.link);
        sides_[i].stack->add_address(link, wire::parse_prefix(addresses[i]).value());
    }
    settle();
}

Pair::~Pair() = default;

void Pair::carry(std::size_t from, Octets frame) {
    ++frames_;
    if (options_.change) options_.change(frame);
    int copies = 1;
    Instant at = now_ + options_.delay;
    if (options_.copies) {
        copies = options_.copies(frames_, from == 0);
    } else {
        const Faults& faults = options_.faults;
        if (random_.chance(faults.loss)) copies = 0;
        if (random_.chance(faults.duplicate)) ++copies;
        if (random_.chance(faults.reorder)) at += faults.late;
        if (random_.chance(faults.corrupt)) {
            const auto bit = random_.below(frame.size() * 8);
            frame[bit / 8] = static_cast<std::uint8_t>(frame[bit / 8] ^ 1U << bit % 8);
        }
    }
    for (int i = 0; i < copies; ++i) wire_.emplace(at, Arrival{1 - from, frame});
}

void Pair::drain(std::size_t side) {
    Side& s = sides_[side];
    FrameOut frame;
    const auto all = [&] {
        while (s.stack->next_frame(frame)) {
            carry(side, flat(frame));
            frame.clear();
        }
    };
    all();
    s.stack->dispatch();
    all();
    const std::string wrong =
        s.checker.check(s.stack->trace(), s.stack->counters(), [](const std::string&) {});
    CHECK_MESSAGE(wrong.empty(), wrong);
    for (const TraceRecord& record : s.checker.take_records()) records_.push_back(record);
}

void Pair::settle() {
    drain(0);
    drain(1);
}

void Pair::arrive(const Arrival& arrival) {
    Stack& stack = *sides_[arrival.side].stack;
    stack.receive(0, {stack.pool().copy(arrival.frame)}, now_);
    drain(arrival.side);
}

Instant Pair::next() const {
    Instant at = wire_.empty() ? never : wire_.begin()->first;
    for (const Side& side : sides_) at = std::min(at, side.stack->next_deadline());
    return at;
}

bool Pair::run(Duration time, const std::function<bool()>& done) {
    const Instant until = now_ + time;
    settle();
    if (done && done()) return true;
    settle();
    while (next() <= until) {
        now_ = std::max(now_, next());
        while (!wire_.empty() && wire_.begin()->first <= now_) {
            const Arrival arrival = std::move(wire_.begin()->second);
            wire_.erase(wire_.begin());
            arrive(arrival);
        }
        for (std::size_t side = 0; side < 2; ++side) {
            if (sides_[side].stack->next_deadline() > now_) continue;
            sides_[side].stack->on_time(now_);
            drain(side);
        }
        if (done && done()) return true;
        settle();
    }
    now_ = until;
    for (std::size_t side = 0; side < 2; ++side) sides_[side].stack->on_time(now_);
    settle();
    return done && done();
}

bool Transfer::step() {
    std::array<std::uint8_t, 16384> chunk;
    while (written < octets) {
        const std::size_t size = std::min<std::uint64_t>(chunk.size(), octets - written);
        for (std::size_t i = 0; i < size; ++i) chunk[i] = octet_at(static_cast<Pos>(written + i), true);
        const auto took = from.write(ByteView(chunk.data(), size));
        if (!took) break;
        written += *took;
        if (written == octets) (void)from.shutdown_write();
    }
    while (!ended) {
        const auto got = to.read(chunk);
        if (!got) break;
        if (*got == 0) ended = true;
        for (std::size_t i = 0; i < *got; ++i)
            wrong = wrong || chunk[i] != octet_at(static_cast<Pos>(read + i), true);
        read += *got;
    }
    return ended;
}

}  // namespace sluice::test
