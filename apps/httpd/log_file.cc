#include "apps/httpd/log_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

namespace sluice::httpd {
namespace {

std::expected<host::Descriptor, std::string> open_log(const std::string& path) {
    const bool is_stdout = path == "-";
    host::Descriptor file(
        is_stdout ? ::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 0)
                  : ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY, 0644));
    if (!file)
        return std::unexpected(fmt::format("cannot write the access log {}: {}", path, std::strerror(errno)));
    return file;
}

}  // namespace

std::expected<LogFile, std::string> LogFile::open(const std::string& path, http::LogFormat format) {
    auto file = open_log(path);
    if (!file) return std::unexpected(file.error());
    LogFile log;
    log.path_ = path;
    log.format_ = format;
    log.file_ = std::move(*file);
    return log;
}

void LogFile::record(const http::AccessRecord& record) {
    constexpr std::size_t waiting_max = 1U << 16U;
    if (!file_) return;
    if (waiting_.empty() && on_waiting_) on_waiting_();
    waiting_ += http::access_line(record, format_);
    if (waiting_.size() > waiting_max) flush();
}

void LogFile::flush() {
    std::size_t done = 0;
    while (done < waiting_.size()) {
        const auto wrote = ::write(file_.number(), waiting_.data() + done, waiting_.size() - done);
        if (wrote < 0 && errno == EINTR) continue;
        if (wrote <= 0) {
            // Said once; the server goes on without its log.
            if (!std::exchange(has_failed_, true))
                fmt::print(stderr, "sluice-httpd: the access log {}: {}\n", path_, std::strerror(errno));
            break;
        }
        done += static_cast<std::size_t>(wrote);
    }
    waiting_.clear();
}

std::expected<void, std::string> LogFile::reopen() {
    if (!file_) return {};
    flush();
    auto file = open_log(path_);
    if (!file) return std::unexpected(file.error());
    file_ = std::move(*file);
    has_failed_ = false;
    return {};
}

}  // namespace sluice::httpd
