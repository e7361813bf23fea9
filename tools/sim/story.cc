#include "tools/sim/story.h"

#include <fmt/format.h>

#include <map>
#include <memory>
#include <vector>

#include "host/qlog_file.h"
#include "trace/ladder.h"

namespace sluice::simulate {
namespace {

// Everything the hosts of a world record.
class Listener {
public:
    Listener(sim::World& world, const sim::Story& story, std::string folder)
        : world_(world), story_(story), folder_(std::move(folder)) {
        world.watch_records(
            [this](const sim::Node& node, const TraceRecord& record) { take(node.name(), record); });
    }

    std::string ladder() const { return trace::ladder_of(shown_, facts_ ? &*facts_ : nullptr); }
    // Everything is written; answers what went wrong, empty if nothing.
    std::string finish() {
        for (const auto& [name, file] : files_) {
            file->on_drained();
            file->flush();
            if (!file->is_complete()) failure_ = fmt::format("cannot write the trace of {}", name);
        }
        return failure_;
    }

private:
    sim::Host* host_of(const std::string& name) const {
        for (const auto& host : world_.hosts())
            if (host->name() == name) return host.get();
        return nullptr;
    }

    void take(const std::string& name, const TraceRecord& record) {
        sim::Host* host = host_of(name);
        if (!host) return;  // a router
        const ConnectionFacts* facts = host->stack().trace().facts(record.connection);
        if (name == story_.host && record.connection == story_.connection) {
            shown_.push_back(record);
            if (facts) facts_ = *facts;
        }
        if (folder_.empty()) return;
        auto& file = files_[name];
        if (!file) {
            auto made = host::QlogFile::open(fmt::format("{}/{}.qlog", folder_, name), story_.title, 0);
            if (!made) {
                failure_ = made.error();
                folder_.clear();
                return;
            }
            file = std::move(*made);
        }
        file->take(record, facts);
    }

    sim::World& world_;
    const sim::Story& story_;
    std::string folder_;
    std::string failure_;
    std::map<std::string, std::unique_ptr<host::QlogFile>> files_;
    std::vector<TraceRecord> shown_;
    std::optional<ConnectionFacts> facts_;
};

}  // namespace

std::string tell(const sim::Story& story, std::uint64_t seed, const std::string& folder) {
    sim::World world({.seed = seed});
    Listener listener(world, story, folder);
    story.build(world);
    const std::string failure = world.finish();
    fmt::print("{}", listener.ladder());
    const std::string unwritten = listener.finish();
    return failure.empty() ? unwritten : failure;
}

}  // namespace sluice::simulate
