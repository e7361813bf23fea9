#include "host/trace_log.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <iterator>

#include "trace/text.h"

namespace sluice::host {

void TraceLog::Close::operator()(std::FILE* file) const {
    if (file == stdout)
        std::fflush(file);
    else
        std::fclose(file);
}

std::expected<TraceLog, std::string> TraceLog::open(const std::string& path, int level) {
    TraceLog log;
    log.level_ = level;
    log.file_.reset(path == "-" ? stdout : std::fopen(path.c_str(), "we"));
    if (!log.file_) return std::unexpected(fmt::format("cannot write {}: {}", path, strerrordesc_np(errno)));
    return log;
}

void TraceLog::take(const TraceRecord& record, const ConnectionFacts* facts) {
    // A gap in the numbers: the ring was full.
    if (record.number > last_number_ + 1)
        fmt::format_to(std::back_inserter(lines_), "{:>12} records lost\n", record.number - last_number_ - 1);
    last_number_ = record.number;
    if (trace::level_of(record) > level_) return;
    trace::append_line(lines_, record, facts);
    lines_.push_back('\n');
}

void TraceLog::on_drained() {
    is_dirty_ = is_dirty_ || !lines_.empty();
    std::fwrite(lines_.data(), 1, lines_.size(), file_.get());
    lines_.clear();
}

void TraceLog::drain(Trace& trace) {
    trace.drain([&](const TraceRecord& record) { take(record, trace.facts(record.connection)); });
    on_drained();
}

void TraceLog::flush() {
    if (is_dirty_) std::fflush(file_.get());
    is_dirty_ = false;
}

}  // namespace sluice::host
