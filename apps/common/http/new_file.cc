#include "apps/common/http/new_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

namespace sluice::http {
namespace {

class SystemNewFile : public NewFile {
public:
    SystemNewFile(host::Descriptor directory, host::Descriptor file, std::string hidden, std::string name)
        : directory_(std::move(directory)),
          file_(std::move(file)),
          hidden_(std::move(hidden)),
          name_(std::move(name)) {}
    ~SystemNewFile() override {
        if (!hidden_.empty()) ::unlinkat(directory_.number(), hidden_.c_str(), 0);
    }
    SystemNewFile(const SystemNewFile&) = delete;
    SystemNewFile& operator=(const SystemNewFile&) = delete;

    bool write(std::string_view octets) override {
        while (!octets.empty()) {
            const auto wrote = ::write(file_.number(), octets.data(), octets.size());
            if (wrote < 0 && errno == EINTR) continue;
            if (wrote <= 0) return false;
            octets.remove_prefix(static_cast<std::size_t>(wrote));
        }
        return true;
    }

    std::expected<bool, FileError> commit() override {
        struct stat facts {};
        const bool exists = ::fstatat(directory_.number(), name_.c_str(), &facts, AT_SYMLINK_NOFOLLOW) == 0;
        if (exists && S_ISDIR(facts.st_mode)) return std::unexpected(FileError::is_directory);
        if (::renameat(directory_.number(), hidden_.c_str(), directory_.number(), name_.c_str()) != 0)
            return std::unexpected(file_error_of(errno));
        hidden_.clear();
        return exists;
    }

private:
    host::Descriptor directory_;
    host::Descriptor file_;
    std::string hidden_;  // empty: it has its name
    std::string name_;
};

bool is_directory(const host::Descriptor& directory, const std::string& name) {
    struct stat facts {};
    return ::fstatat(directory.number(), name.c_str(), &facts, AT_SYMLINK_NOFOLLOW) == 0 &&
           S_ISDIR(facts.st_mode);
}

}  // namespace

std::expected<std::unique_ptr<NewFile>, FileError> create_file(host::Descriptor directory,
                                                               const std::string& name) {
    constexpr int tries_max = 100;
    constexpr int flags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW;
    if (is_directory(directory, name)) return std::unexpected(FileError::is_directory);
    for (int i = 0; i < tries_max; ++i) {
        std::string hidden = fmt::format(".upload-{}-{}", ::getpid(), i);
        host::Descriptor file(::openat(directory.number(), hidden.c_str(), flags, 0644));
        if (file)
            return std::make_unique<SystemNewFile>(std::move(directory), std::move(file), std::move(hidden),
                                                   name);
        if (errno != EEXIST) return std::unexpected(file_error_of(errno));
    }
    return std::unexpected(FileError::busy);
}

std::expected<void, FileError> remove_file(const host::Descriptor& directory, const std::string& name) {
    if (::unlinkat(directory.number(), name.c_str(), 0) == 0) return {};
    const int error = errno;
    if (is_directory(directory, name)) return std::unexpected(FileError::is_directory);
    return std::unexpected(file_error_of(error));
}

}  // namespace sluice::http
