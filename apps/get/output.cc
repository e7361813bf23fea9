#include "apps/get/output.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "apps/get/error.h"

namespace sluice::get {
namespace {

[[noreturn]] void fail(const std::string& path) {
    throw TransferError(Exit::write_failed,
                        fmt::format("cannot write {}: {}", path.empty() ? "-" : path, std::strerror(errno)));
}

}  // namespace

void Output::open() {
    if (file_ || is_stdout()) return;
    const int flags = O_WRONLY | O_CREAT | O_CLOEXEC | (append_ ? O_APPEND : O_TRUNC);
    file_ = host::Descriptor(::open(path_.c_str(), flags, 0666));
    if (!file_) fail(path_);
}

void Output::write(std::string_view octets) {
    open();
    const int to = is_stdout() ? STDOUT_FILENO : file_.number();
    while (!octets.empty()) {
        const auto wrote = ::write(to, octets.data(), octets.size());
        if (wrote < 0 && errno == EINTR) continue;
        if (wrote <= 0) fail(path_);
        octets.remove_prefix(static_cast<std::size_t>(wrote));
    }
}

std::uint64_t size_of_file(const std::string& path) {
    struct stat facts {};
    if (::stat(path.c_str(), &facts) != 0 || !S_ISREG(facts.st_mode)) return 0;
    return static_cast<std::uint64_t>(facts.st_size);
}

}  // namespace sluice::get
