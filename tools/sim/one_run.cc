#include "tools/sim/one_run.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>
#include <sstream>

namespace sluice::simulate {
namespace {

// In the process of the run: what the faults did is written down while it happens.
[[noreturn]] void play_and_exit(SharedMemory& shared, const OneRun& what) {
    alarm(what.seconds_max);
    if (what.is_quiet) {
        const int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
        dup2(nowhere, STDERR_FILENO);
    }
    sim::Play play{what.seed, what.schedule, {}};
    play.before = [&](sim::World& world) {
        world.on_connect([&](sim::Link& link) {
            link.on_turn([&](const sim::Turn& turn) { shared->schedule.append(sim::to_text(turn) + '\n'); });
        });
        if (what.watch) what.watch(world);
    };
    const sim::Outcome outcome = sim::play(what.scenario, play);
    shared->failure.append(outcome.failure);
    shared->trace_hash = outcome.trace_hash;
    if (what.afterwards) what.afterwards();
    _exit(0);
}

std::string ended_by(int status) {
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM) return "the run does not end";
    if (WIFSIGNALED(status)) return fmt::format("stopped by signal {}", strsignal(WTERMSIG(status)));
    return WEXITSTATUS(status) == 0 ? "" : "the run threw an exception";
}

}  // namespace

std::string to_text(const sim::Schedule& schedule) {
    std::string text;
    for (const sim::Turn& turn : schedule) text += sim::to_text(turn) + '\n';
    return text;
}

std::optional<sim::Schedule> parse_schedule(const std::string& text) {
    sim::Schedule schedule;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        if (line.empty() || line.front() == '#') continue;
        schedule.emplace_back();
        if (!sim::parse_turn(line, schedule.back())) return std::nullopt;
    }
    return schedule;
}

Result run(SharedMemory& shared, const OneRun& what) {
    shared->failure.clear();
    shared->schedule.clear();
    shared->trace_hash = 0;
    std::fflush(nullptr);
    const pid_t child = fork();
    if (child == 0) play_and_exit(shared, what);
    int status = 0;
    while (child > 0 && waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    Result result;
    result.failure = child < 0 ? "cannot start a process" : ended_by(status);
    if (result.failure.empty()) result.failure = shared->failure.view();
    result.schedule = parse_schedule(std::string(shared->schedule.view())).value_or(sim::Schedule());
    result.trace_hash = shared->trace_hash;
    return result;
}

}  // namespace sluice::simulate
