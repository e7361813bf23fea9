#include "apps/httpd/log_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

namespace sluice::httpd {
namespace {

std::unexpected<std::string> cannot_write(const std::string& path) {
    return std::unexpected(fmt::format("cannot write the access log {}: {}", path, std::strerror(errno)));
}

// The folder is opened once: later there may be no way to it.
host::Descriptor open_folder(const std::string& path) {
    const auto slash = path.rfind('/');
    const std::string folder = slash == std::string::npos ? "." : path.substr(0, slash + 1);
    return host::Descriptor(::open(folder.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
}

std::expected<host::Descriptor, std::string> open_log(const host::Descriptor& folder,
                                                      const std::string& path) {
    constexpr int flags = O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY;
    const std::string name = path.substr(path.rfind('/') + 1);
    host::Descriptor file(path == "-" ? ::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 0)
                                      : ::openat(folder.number(), name.c_str(), flags, 0644));
    if (!file) return cannot_write(path);
    return file;
}

}  // namespace

std::expected<LogFile, std::string> LogFile::open(const std::string& path, http::LogFormat format) {
    LogFile log;
    if (path != "-") log.folder_ = open_folder(path);
    if (path != "-" && !log.folder_) return cannot_write(path);
    auto file = open_log(log.folder_, path);
    if (!file) return std::unexpected(file.error());
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
    auto file = open_log(folder_, path_);
    if (!file) return std::unexpected(file.error());
    file_ = std::move(*file);
    has_failed_ = false;
    return {};
}

}  // namespace sluice::httpd
