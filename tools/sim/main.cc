// sluice-sim: built-in worlds by seed. Many seeds on all cores until one fails; its schedule is shrunk, and ladder, trace
// and capture of what is left are shown.
//
//   sluice-sim                              1000 fresh seeds
//   sluice-sim --seed 42                    one, with its ladder if it fails
//   sluice-sim --scenario close --exhaustive 6
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <fstream>
#include <iterator>
#include <thread>

#include "host/entropy.h"
#include "sim/exhaustive.h"
#include "sim/plan.h"
#include "tools/sim/many_runs.h"
#include "tools/sim/report.h"
#include "tools/sim/story.h"

namespace {

using namespace sluice;

struct Options {
    std::string scenario = "random";
    std::string file;
    std::string story;
    std::uint64_t seed = 0;  // 0: fresh
    std::uint64_t seeds = 0;
    std::uint64_t jobs = std::clamp(std::thread::hardware_concurrency(), 1U, unsigned{simulate::jobs_max});
    std::uint64_t exhaustive = 0;
    std::string schedule;
    std::string folder;
    bool lists = false;
    bool lists_stories = false;
    bool does_not_shrink = false;
    bool shows_missing = false;
};

void add_options(CLI::App& app, Options& options) {
    app.add_flag("--list", options.lists, "the scenarios there are");
    app.add_option("--scenario", options.scenario, "which one (default random)")->type_name("NAME");
    app.add_option("--file", options.file, "instead: a scenario as text (docs/simulation.md)")
        ->check(CLI::ExistingFile);
    app.add_flag("--stories", options.lists_stories,
                 "those worlds: name, title, text and host, with tabs between");
    app.add_option("--story", options.story, "instead: a small world that shows one thing, as a ladder")
        ->type_name("NAME");
    app.add_option("--seed", options.seed, "the first seed (default: a fresh one)")
        ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1} << 62U));
    app.add_option("--seeds", options.seeds, "how many (default 1000, or 1 with --seed)")
        ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1'000'000'000}));
    app.add_option("--jobs", options.jobs, "processes at once (default: one per core)")
        ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{simulate::jobs_max}));
    app.add_option("--exhaustive", options.exhaustive,
                   "instead: deliver, lose, double, delay and swap the first N frames in every combination")
        ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{20}))
        ->type_name("N");
    app.add_option("--schedule", options.schedule,
                   "with --seed: the faults of this file instead of drawn ones")
        ->check(CLI::ExistingFile);
    app.add_option(
           "--out", options.folder,
           "trace, capture, recordings and schedule of a failing run go to this folder; a story's traces too")
        ->check(CLI::ExistingDirectory);
    app.add_flag("--no-shrink", options.does_not_shrink, "show a failing run as it was");
    app.add_flag("--missing", options.shows_missing,
                 "name the transitions and drop reasons no run has reached");
}

std::string read_text(const std::string& path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
}

int explore(const sim::Scenario& scenario, std::size_t frames) {
    sim::ExhaustiveOptions options;
    options.frames = frames;
    const sim::ExhaustiveResult result = sim::explore(scenario, options);
    fmt::print("{}: {} schedules of {} frames, {} distinct states\n", scenario.name, result.schedules, frames,
               result.states);
    if (result.failure.empty()) return 0;
    fmt::print("fails: {}\n{}", result.failure, simulate::to_text(result.schedule));
    return 1;
}

int play_one(const sim::Scenario& scenario, const Options& options, const simulate::ReportOptions& how) {
    simulate::SharedMemory shared;
    simulate::OneRun one{scenario, options.seed};
    if (!options.schedule.empty()) {
        one.schedule = simulate::parse_schedule(read_text(options.schedule));
        if (!one.schedule) {
            fmt::print(stderr, "sluice-sim: --schedule: {} is no schedule\n", options.schedule);
            return 2;
        }
    }
    if (simulate::report(shared, one, how)) return 1;
    fmt::print("seed {}: all is well, trace {:016x}\n", options.seed, shared->trace_hash);
    return 0;
}

int play_many(const sim::Scenario& scenario, Options options, const simulate::ReportOptions& how) {
    simulate::SharedMemory shared;
    if (options.seed == 0) options.seed = 1 + host::entropy().k0 % 1'000'000'000'000;
    const std::uint64_t count = options.seeds == 0 ? 1000 : options.seeds;
    const simulate::Summary summary =
        run(shared, simulate::ManyRuns{scenario, options.seed, count, options.jobs, how.shows_progress});
    const double virtual_seconds = static_cast<double>(shared->tally.virtual_us) / 1e6;
    fmt::print("{}: {} seeds from {}, {:.0f} a second; {:.0f} virtual seconds, {} events; traces {:016x}; {}",
               scenario.name, summary.played, options.seed,
               static_cast<double>(summary.played) / summary.seconds, virtual_seconds,
               shared->tally.events.load(), shared->tally.traces.load(),
               simulate::text_of(shared->tally, options.shows_missing));
    if (!summary.failed) return 0;
    if (!simulate::report(shared, {scenario, *summary.failed}, how))
        fmt::print("seed {} failed, but does not fail again\n", *summary.failed);
    return 1;
}

int tell(const Options& options) {
    const sim::Story* story = sim::find_story(options.story);
    if (!story) {
        fmt::print(stderr, "sluice-sim: --story: {} is none of those --list shows\n", options.story);
        return 2;
    }
    const std::string failure = simulate::tell(*story, options.seed == 0 ? 1 : options.seed, options.folder);
    if (failure.empty()) return 0;
    fmt::print(stderr, "sluice-sim: {}\n", failure);
    return 1;
}

int list() {
    for (const sim::Scenario& scenario : sim::scenarios())
        fmt::print("{:<14} {}\n", scenario.name, scenario.text);
    return 0;
}

int list_stories() {
    for (const sim::Story& story : sim::stories())
        fmt::print("{}\t{}\t{}\t{}\n", story.name, story.title, story.text, story.host);
    return 0;
}

int run(const Options& options, const sim::Scenario& scenario, const std::string& chosen) {
    if (options.exhaustive > 0) return explore(scenario, options.exhaustive);
    const simulate::ReportOptions how{options.folder, !options.does_not_shrink, isatty(STDERR_FILENO) == 1,
                                      chosen};
    const bool is_one = options.seed != 0 && options.seeds <= 1;
    return is_one ? play_one(scenario, options, how) : play_many(scenario, options, how);
}

int run(const Options& options) {
    if (options.lists) return list();
    if (options.lists_stories) return list_stories();
    if (!options.story.empty()) return tell(options);
    if (!options.file.empty()) {
        const auto plan = sim::parse_plan(read_text(options.file));
        if (plan) return run(options, {options.file, "", nullptr, &*plan}, "--file " + options.file);
        fmt::print(stderr, "sluice-sim: --file {}: {}\n", options.file, plan.error());
        return 2;
    }
    if (const sim::Scenario* scenario = sim::find_scenario(options.scenario))
        return run(options, *scenario, "--scenario " + options.scenario);
    fmt::print(stderr, "sluice-sim: --scenario: {} is none of those --list shows\n", options.scenario);
    return 2;
}
}  // namespace

int main(int argc, char** argv) {
    CLI::App app("Plays worlds of Sluice hosts by seed");
    Options options;
    add_options(app, options);
    try {
        app.parse(argc, argv);
    } catch (const CLI::Success& success) {
        return app.exit(success);
    } catch (const CLI::Error& error) {
        fmt::print(stderr, "sluice-sim: {}\n", error.what());
        return 2;
    }
    return run(options);
}
