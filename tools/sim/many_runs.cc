#include "tools/sim/many_runs.h"

#include <fmt/format.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <vector>

namespace sluice::simulate {
namespace {

constexpr unsigned seconds_per_run = 120;

void count(Tally& tally, const TraceRecord& record) {
    if (record.kind == Kind::segment_dropped) ++tally.drops[static_cast<std::size_t>(record.reason)];
    if (record.kind != Kind::state) return;
    const auto pairs = sim::legal_pairs();
    const auto found = std::ranges::find(pairs, sim::StatePair(record.before, record.after));
    if (found != pairs.end()) ++tally.transitions[static_cast<std::size_t>(found - pairs.begin())];
}

[[noreturn]] void work(Shared& shared, const ManyRuns& what, std::size_t worker) {
    for (;;) {
        const std::uint64_t place = shared.next++;
        if (place >= what.count) _exit(0);
        shared.at_work[worker] = place + 1;
        alarm(seconds_per_run);
        sim::Play play;
        play.seed = what.first + place;
        play.before = [&](sim::World& world) {
            world.watch_records(
                [&](const sim::Node&, const TraceRecord& record) { count(shared.tally, record); });
        };
        const sim::Outcome outcome = sim::play(what.scenario, play);
        shared.tally.events += outcome.events;
        shared.tally.virtual_us += in_us(outcome.time);
        shared.tally.traces += outcome.trace_hash;
        shared.at_work[worker] = 0;
        ++shared.done;
        if (outcome.failure.empty()) continue;
        shared.failed[worker] = place + 1;
        _exit(1);
    }
}

void draw_progress(const Shared& shared, const ManyRuns& what, double seconds) {
    constexpr std::uint64_t width = 40;
    const std::uint64_t done = shared.done;
    const auto filled = static_cast<std::size_t>(done * width / std::max<std::uint64_t>(what.count, 1));
    fmt::print(stderr, "\r[{}{}] {}/{} seeds, {:.0f} a second ", std::string(filled, '#'),
               std::string(width - filled, ' '), done, what.count, static_cast<double>(done) / seconds);
    std::fflush(stderr);
}

}  // namespace

Summary run(SharedMemory& shared, const ManyRuns& what) {
    const auto start = std::chrono::steady_clock::now();
    const auto passed = [&] {
        return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    };
    sigset_t children;
    sigemptyset(&children);
    sigaddset(&children, SIGCHLD);
    sigprocmask(SIG_BLOCK, &children, nullptr);
    std::vector<pid_t> workers;
    for (std::size_t i = 0; i < what.jobs; ++i) {
        const pid_t child = fork();
        if (child == 0) work(*shared, what, i);
        workers.push_back(child);
    }
    std::size_t running = workers.size();
    while (running > 0) {
        const timespec wait{0, 200'000'000};
        sigtimedwait(&children, nullptr, &wait);
        int status = 0;
        for (pid_t ended; (ended = waitpid(-1, &status, WNOHANG)) > 0; --running) {
            const auto worker = static_cast<std::size_t>(std::ranges::find(workers, ended) - workers.begin());
            if (WIFSIGNALED(status)) shared->failed[worker] = shared->at_work[worker].load();
            if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
                shared->next = what.count;  // nobody begins another
        }
        if (what.shows_progress) draw_progress(*shared, what, passed());
    }
    if (what.shows_progress) fmt::print(stderr, "\n");
    Summary summary{shared->done, std::nullopt, passed()};
    for (const auto& failed : shared->failed) {
        const std::uint64_t place = failed;
        if (place != 0) summary.failed = std::min(summary.failed.value_or(~0ULL), what.first + place - 1);
    }
    return summary;
}

std::string text_of(const Tally& tally, bool with_missing) {
    std::string missing;
    std::size_t transitions = 0, drops = 0, reasons = 0;
    for (std::size_t i = 0; i < tally.transitions.size(); ++i) {
        const auto [before, after] = sim::legal_pairs()[i];
        if (tally.transitions[i] > 0)
            ++transitions;
        else
            missing +=
                fmt::format("not reached: {} -> {}\n", sluice::text_of(before), sluice::text_of(after));
    }
    for (std::size_t i = 1; i < reason_count; ++i) {
        const auto reason = static_cast<Reason>(i);
        if (!name_of(reason).starts_with("tcp_")) continue;
        ++reasons;
        if (tally.drops[i] > 0)
            ++drops;
        else
            missing += fmt::format("not reached: {}\n", name_of(reason));
    }
    return fmt::format("{} of {} transitions, {} of {} TCP drop reasons\n{}", transitions,
                       tally.transitions.size(), drops, reasons, with_missing ? missing : "");
}

}  // namespace sluice::simulate
