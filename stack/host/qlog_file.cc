#include "host/qlog_file.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <ctime>

namespace sluice::host {
namespace {

constexpr std::size_t written_at_once = std::size_t{64} * 1024;

// RFC 3339, in nanoseconds.
std::string wall_text(std::int64_t ns) {
    const std::time_t seconds = ns / 1'000'000'000;
    std::tm parts{};
    gmtime_r(&seconds, &parts);
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:09}Z", parts.tm_year + 1900, parts.tm_mon + 1,
                       parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec, ns % 1'000'000'000);
}

}  // namespace

void QlogFile::Close::operator()(std::FILE* file) const {
    if (file == stdout)
        std::fflush(file);
    else
        std::fclose(file);
}

std::expected<std::unique_ptr<QlogFile>, std::string> QlogFile::open(const std::string& path,
                                                                     std::string_view title,
                                                                     std::int64_t wall_base_ns) {
    std::unique_ptr<QlogFile> made(new QlogFile);
    made->file_.reset(path == "-" ? stdout : std::fopen(path.c_str(), "we"));
    if (!made->file_)
        return std::unexpected(fmt::format("cannot write {}: {}", path, strerrordesc_np(errno)));
    made->writer_.append_header(made->text_, {std::string(title), wall_text(wall_base_ns)});
    made->on_drained();
    return made;
}

void QlogFile::take(const TraceRecord& record, const ConnectionFacts* facts) {
    writer_.append(text_, record, facts);
    if (text_.size() >= written_at_once) on_drained();
}

void QlogFile::on_drained() {
    if (text_.empty()) return;
    std::fwrite(text_.data(), 1, text_.size(), file_.get());
    text_.clear();
    is_dirty_ = true;
}

void QlogFile::flush() {
    if (is_dirty_) std::fflush(file_.get());
    is_dirty_ = false;
}

}  // namespace sluice::host
