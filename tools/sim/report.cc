#include "tools/sim/report.h"

#include <fmt/format.h>

#include <cstdio>
#include <memory>

#include "host/abort_action.h"
#include "host/pcap_file.h"
#include "host/recording_file.h"
#include "sim/ladder.h"
#include "sim/shrink.h"
#include "trace/text.h"

namespace sluice::simulate {
namespace {

constexpr std::uint64_t recorded_most = std::uint64_t{256} << 20U;  // octets of each host

struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, Close>;

File open_file(const std::string& path) { return File(std::fopen(path.c_str(), "we")); }

void put(std::FILE* file, const std::string& text) {
    if (file) std::fwrite(text.data(), 1, text.size(), file);
}

// Shows the run on standard output and in files; in the process of the run, so it lasts until a crash too.
class Exhibit {
public:
    Exhibit(sim::World& world, const std::string& folder, std::uint64_t seed)
        : ladder_(world, [](const std::string& line) { fmt::print("{}\n", line); }) {
        std::setvbuf(stdout, nullptr, _IOLBF, 0);
        if (folder.empty()) return;
        const std::string stem = fmt::format("{}/sim-{}", folder, seed);
        trace_ = open_file(stem + ".trace");
        if (auto made = host::PcapFile::open(stem + ".pcapng", "sim", 0)) pcap_ = std::move(*made);
        world.watch_records([this](const sim::Node& node, const TraceRecord& record) {
            std::string line = node.name() + ' ';
            trace::append_line(line, record, nullptr);
            put(trace_.get(), line + '\n');
            if (trace_) std::fflush(trace_.get());
        });
        world.watch_links([this](const sim::Sighting& sighting) { capture(sighting); });
        world.on_host([this, stem](sim::Host& host) { record(host, stem); });
        on_abort_.emplace([this] {
            for (const auto& recording : recordings_) recording->flush();
        });
    }

private:
    void capture(const sim::Sighting& sighting) {
        if (!pcap_ || sighting.what == sim::Sighting::What::delivered) return;
        FrameIn frame;
        frame.bytes = sighting.frame->bytes;
        frame.checksum_good = sighting.frame->needs_checksum;
        pcap_->on_frame_in(0, frame, sighting.at);
        pcap_->flush();
    }
    void record(sim::Host& host, const std::string& stem) {
        recording::Head head = recording::head_of(host.stack().config());
        head.title = host.name();
        auto made =
            host::RecordingFile::open(fmt::format("{}-{}.recording", stem, host.name()), head, recorded_most);
        if (!made) return;
        host.stack().set_entrance_watcher(made->get());
        recordings_.push_back(std::move(*made));
    }

    sim::Ladder ladder_;
    File trace_;
    std::unique_ptr<host::PcapFile> pcap_;
    std::vector<std::unique_ptr<host::RecordingFile>> recordings_;
    std::optional<host::AbortAction> on_abort_;
};

}  // namespace

bool report(SharedMemory& shared, const OneRun& what, const ReportOptions& options) {
    OneRun one = what;
    one.is_quiet = false;
    const Result first = run(shared, one);
    if (first.failure.empty()) return false;
    fmt::print("seed {} fails: {}\n", what.seed, first.failure);
    one.is_quiet = true;
    one.schedule = first.schedule;
    if (options.shrinks) {
        const auto fails = [&](const sim::Schedule& schedule) {
            one.schedule = schedule;
            return !run(shared, one).failure.empty();
        };
        const auto tell = [&](const sim::ShrinkProgress& progress) {
            if (options.shows_progress)
                fmt::print(stderr, "\rshrinking: {} runs, {} turns left ", progress.runs, progress.turns);
        };
        one.schedule = sim::shrink(first.schedule, fails, 3000, tell);
        if (options.shows_progress) fmt::print(stderr, "\n");
        fmt::print("the faults did {} things; {} of them are enough:\n{}", first.schedule.size(),
                   one.schedule->size(), to_text(*one.schedule));
    }
    one.is_quiet = false;
    std::unique_ptr<Exhibit> exhibit;
    one.watch = [&](sim::World& world) {
        exhibit = std::make_unique<Exhibit>(world, options.folder, what.seed);
    };
    one.afterwards = [&] { exhibit.reset(), std::fflush(stdout); };
    const Result last = run(shared, one);
    fmt::print("{}\n", last.failure);
    if (!options.folder.empty()) {
        const File file = open_file(fmt::format("{}/sim-{}.schedule", options.folder, what.seed));
        put(file.get(),
            fmt::format("# scenario {}, seed {}: {}\n", what.scenario.name, what.seed, last.failure));
        put(file.get(), to_text(*one.schedule));
    }
    fmt::print("again: sluice-sim {} --seed {}\n", options.chosen, what.seed);
    return true;
}

}  // namespace sluice::simulate
