#include "apps/httpd/live_trace.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "apps/common/page_data.h"
#include "trace/columns.h"

namespace sluice::httpd {
namespace {

bool is_same(const ConnectionFacts& a, const ConnectionFacts& b) {
    return a.irs == b.irs && a.iss == b.iss && a.peer_mss == b.peer_mss && a.window_shift == b.window_shift &&
           a.timestamps == b.timestamps && a.sack == b.sack && a.ended == b.ended && a.remote == b.remote;
}

// Calls that move data come with every segment and say little more.
bool is_shown(const TraceRecord& record) {
    const auto call = static_cast<Call>(record.detail);
    return record.connection != 0 &&
           !(record.kind == Kind::call && (call == Call::read || call == Call::write));
}

}  // namespace

void LiveTrace::take(const TraceRecord& record, const ConnectionFacts* facts) {
    if (!is_shown(record)) return;
    if (facts) {
        Told& told = facts_[record.connection];
        if (told.at == 0 || !is_same(told.facts, *facts)) told = {record.number, *facts};
        if (facts_.size() > connections_kept) facts_.erase(facts_.begin());
    }
    records_.push_back(record);
    if (records_.size() > records_kept) records_.pop_front();
}

std::string LiveTrace::events_after(std::uint32_t& last) const {
    const auto first = std::partition_point(records_.begin(), records_.end(),
                                            [&](const TraceRecord& record) { return record.number <= last; });
    const auto count =
        std::min<std::size_t>(static_cast<std::size_t>(records_.end() - first), records_at_once);
    if (count == 0) return {};
    const std::vector<TraceRecord> batch(first, first + static_cast<std::ptrdiff_t>(count));
    const bool is_first = last == 0;
    std::string out;
    for (const auto& [connection, told] : facts_) {
        if (told.at <= last && !is_first) continue;
        if (told.at > batch.back().number) continue;
        out += "event: facts\ndata: ";
        common::append_facts(out, told.facts, told.at);
        out += "\n\n";
    }
    last = batch.back().number;
    out +=
        fmt::format("id: {}\nevent: records\ndata: {}\n\n", last, trace::base64(trace::pack_columns(batch)));
    return out;
}

}  // namespace sluice::httpd
