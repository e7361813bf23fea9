#include "host/flight_recorder.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <deque>
#include <vector>

#include "trace/text.h"

namespace sluice::host {
namespace {

// The end of a connection that was neither side's plan.
bool is_failure(const TraceRecord& record) {
    if (record.kind != Kind::state || record.after != State::closed) return false;
    switch (record.reason) {
        case Reason::end_reset_by_peer:
        case Reason::end_refused:
        case Reason::end_user_timeout:
        case Reason::end_syn_timeout:
        case Reason::end_keepalive:
        case Reason::end_unreachable:
        case Reason::end_address_lost: return true;
        default: return false;
    }
}

// The last lines about a connection (0: about all) up to a record.
std::deque<std::string> last_lines(Trace& trace, std::uint32_t connection, std::uint64_t up_to) {
    std::deque<std::string> lines;
    trace.look(0, [&](const TraceRecord& record) {
        if (record.number > up_to || (connection != 0 && record.connection != connection)) return;
        if (lines.size() == FlightRecorder::lines_most) lines.pop_front();
        trace::append_line(lines.emplace_back(), record, trace.facts(record.connection));
    });
    return lines;
}

void write(std::FILE* file, const std::string& title, const std::deque<std::string>& lines) {
    std::string text = title + '\n';
    for (const std::string& line : lines) text += line + '\n';
    std::fwrite(text.data(), 1, text.size(), file);
    std::fflush(file);
}

}  // namespace

void FlightRecorder::Close::operator()(std::FILE* file) const {
    if (file != stderr) std::fclose(file);
}

std::expected<FlightRecorder, std::string> FlightRecorder::open(const std::string& path, Trace& trace) {
    FlightRecorder recorder(trace);
    if (path.empty()) return recorder;
    recorder.file_.reset(path == "-" ? stderr : std::fopen(path.c_str(), "we"));
    if (!recorder.file_)
        return std::unexpected(fmt::format("cannot write {}: {}", path, strerrordesc_np(errno)));
    return recorder;
}

void FlightRecorder::look() {
    if (!file_ || reports_ == reports_most) return;
    std::vector<TraceRecord> ends;
    trace_->look(looked_, [&](const TraceRecord& record) {
        if (is_failure(record)) ends.push_back(record);
    });
    looked_ = trace_->written();
    for (const TraceRecord& end : ends)
        if (reports_ < reports_most) report(end);
}

void FlightRecorder::report(const TraceRecord& end) {
    const std::deque<std::string> lines = last_lines(*trace_, end.connection, end.number);
    ++reports_;
    write(file_.get(),
          fmt::format("flight recorder: #{}: {}; its last {} records{}", end.connection, text_of(end.reason),
                      lines.size(), reports_ == reports_most ? "; no more connections are told about" : ""),
          lines);
}

void FlightRecorder::tell_all() const {
    const std::deque<std::string> lines = last_lines(*trace_, 0, trace_->written());
    write(stderr, fmt::format("flight recorder: the last {} records", lines.size()), lines);
}

}  // namespace sluice::host
