// A cable between two TAPs with seeded loss, delay, rate, a queue and reordering: what netem does, in user space.
//
//   lossy_link NETNS:TAP NETNS:TAP [--rate MBIT] [--delay-us ONE_WAY] [--queue BYTES] [--loss PERCENT]
//              [--reorder PERCENT] [--seed N] [--seconds N]
//
// The TAPs are made in the named network namespaces, without offloads. Each direction has its own queue and its own random
// numbers. A frame waits for its turn at the rate, is lost with the given chance when it leaves the queue, and arrives after
// the delay; a reordered one arrives a quarter of the delay later than that. At the end a line tells what became of the
// frames.
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <poll.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <array>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <map>
#include <queue>
#include <string>
#include <vector>

#include "base/random.h"

namespace {

using Nanoseconds = std::int64_t;

volatile std::sig_atomic_t stopped = 0;
void stop(int) { stopped = 1; }

Nanoseconds now() {
    timespec time{};
    clock_gettime(CLOCK_MONOTONIC, &time);
    return Nanoseconds{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

[[noreturn]] void give_up(const std::string& what) {
    std::perror(what.c_str());
    std::exit(1);
}

// NETNS:TAP
int open_tap(const std::string& place) {
    const std::size_t colon = place.find(':');
    const std::string name_space = "/run/netns/" + place.substr(0, colon);
    const int space = open(name_space.c_str(), O_RDONLY | O_CLOEXEC);
    if (space < 0 || setns(space, CLONE_NEWNET) != 0) give_up(name_space);
    close(space);
    const int tap = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
    if (tap < 0) give_up("/dev/net/tun");
    ifreq request{};
    std::strncpy(request.ifr_name, place.substr(colon + 1).c_str(), IFNAMSIZ - 1);
    request.ifr_flags = IFF_TAP | IFF_NO_PI;
    if (ioctl(tap, TUNSETIFF, &request) != 0) give_up(place);
    return tap;
}

struct Conditions {
    double rate_mbit = 100;
    Nanoseconds delay = 10'000'000;
    std::size_t queue_bytes = 262144;
    double loss = 0;
    double reorder = 0;
};

struct Counts {
    std::uint64_t frames = 0, lost = 0, queue_full = 0, reordered = 0;
};

class Direction {
public:
    Direction(int from, int to, const Conditions& conditions, std::uint64_t seed)
        : from_(from), to_(to), conditions_(conditions), random_(seed) {}

    int from() const { return from_; }
    // Takes what waits at the near end.
    void take(Nanoseconds time) {
        std::array<unsigned char, 65600> room;
        for (int i = 0; i < 64; ++i) {
            const ssize_t octets = read(from_, room.data(), room.size());
            if (octets <= 0) return;
            admit({room.begin(), room.begin() + octets}, time);
        }
    }
    // Hands over what has arrived at the far end.
    void deliver(Nanoseconds time) {
        while (!under_way_.empty() && under_way_.begin()->first <= time) {
            const std::vector<unsigned char>& frame = under_way_.begin()->second;
            [[maybe_unused]] const ssize_t written = write(to_, frame.data(), frame.size());
            under_way_.erase(under_way_.begin());
        }
    }
    Nanoseconds next() const { return under_way_.empty() ? INT64_MAX : under_way_.begin()->first; }
    const Counts& counts() const { return counts_; }

private:
    // The queue is a promise of time: a frame that comes now leaves when all before it have.
    void admit(std::vector<unsigned char> frame, Nanoseconds time) {
        ++counts_.frames;
        const double per_octet = 8000.0 / conditions_.rate_mbit;
        const Nanoseconds begin = std::max(time, free_at_);
        const auto waiting = static_cast<std::size_t>(static_cast<double>(begin - time) / per_octet);
        if (waiting + frame.size() > conditions_.queue_bytes) {
            ++counts_.queue_full;
            return;
        }
        free_at_ = begin + static_cast<Nanoseconds>(static_cast<double>(frame.size()) * per_octet);
        if (random_.chance(conditions_.loss / 100)) {
            ++counts_.lost;
            return;
        }
        Nanoseconds arrives = free_at_ + conditions_.delay;
        if (random_.chance(conditions_.reorder / 100)) {
            ++counts_.reordered;
            arrives += conditions_.delay / 4;
        }
        under_way_.emplace(arrives, std::move(frame));
    }

    int from_;
    int to_;
    Conditions conditions_;
    sluice::Random random_;
    std::multimap<Nanoseconds, std::vector<unsigned char>> under_way_;
    Nanoseconds free_at_ = 0;
    Counts counts_;
};

void sleep_until(Nanoseconds due, const std::array<pollfd, 2>& ends) {
    std::array<pollfd, 2> waiting = ends;
    const Nanoseconds left = std::min<Nanoseconds>(due - now(), 100'000'000);
    if (left <= 0) return;
    const timespec time{left / 1'000'000'000, left % 1'000'000'000};
    ppoll(waiting.data(), waiting.size(), &time, nullptr);
}

void tell(const char* which, const Counts& counts) {
    std::printf("%s frames %llu lost %llu queue_full %llu reordered %llu\n", which,
                static_cast<unsigned long long>(counts.frames), static_cast<unsigned long long>(counts.lost),
                static_cast<unsigned long long>(counts.queue_full),
                static_cast<unsigned long long>(counts.reordered));
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app("A cable between two TAPs that loses, delays and reorders frames");
    std::string near, far;
    Conditions conditions;
    double delay_us = 10000;
    std::uint64_t seed = 1;
    double seconds = 600;
    app.add_option("near", near, "NETNS:TAP")->required();
    app.add_option("far", far, "NETNS:TAP")->required();
    app.add_option("--rate", conditions.rate_mbit, "Mbit/s each way")->check(CLI::PositiveNumber);
    app.add_option("--delay-us", delay_us, "one way")->check(CLI::NonNegativeNumber);
    app.add_option("--queue", conditions.queue_bytes, "octets");
    app.add_option("--loss", conditions.loss, "percent of the frames")->check(CLI::Range(0.0, 100.0));
    app.add_option("--reorder", conditions.reorder, "percent of the frames")->check(CLI::Range(0.0, 100.0));
    app.add_option("--seed", seed);
    app.add_option("--seconds", seconds, "stop after");
    CLI11_PARSE(app, argc, argv);
    conditions.delay = static_cast<Nanoseconds>(delay_us * 1000);
    std::signal(SIGTERM, stop);
    std::signal(SIGINT, stop);
    prctl(PR_SET_TIMERSLACK, 1UL);
    const int near_tap = open_tap(near);
    const int far_tap = open_tap(far);
    Direction out(near_tap, far_tap, conditions, seed * 2);
    Direction back(far_tap, near_tap, conditions, seed * 2 + 1);
    const std::array<pollfd, 2> ends{{{near_tap, POLLIN, 0}, {far_tap, POLLIN, 0}}};
    std::puts("ready");
    std::fflush(stdout);
    const Nanoseconds end = now() + static_cast<Nanoseconds>(seconds * 1e9);
    while (stopped == 0 && now() < end) {
        const Nanoseconds time = now();
        out.take(time);
        back.take(time);
        out.deliver(now());
        back.deliver(now());
        sleep_until(std::min(out.next(), back.next()), ends);
    }
    tell("out", out.counts());
    tell("back", back.counts());
}
