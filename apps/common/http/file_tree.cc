#include "apps/common/http/file_tree.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <utility>

#include "apps/common/http/new_file.h"

namespace sluice::http {
namespace {

using host::Descriptor;

// O_NONBLOCK: opening a FIFO without a writer does not wait. O_NOCTTY: a terminal does not become ours.
constexpr int read_flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;

class SystemFile : public OpenFile {
public:
    SystemFile(Descriptor descriptor, const struct stat& facts) : descriptor_(std::move(descriptor)) {
        size = static_cast<std::uint64_t>(facts.st_size);
        modified_ns = std::int64_t{facts.st_mtim.tv_sec} * 1'000'000'000 + facts.st_mtim.tv_nsec;
        identity = facts.st_ino;
    }
    std::size_t read(std::uint64_t offset, ByteSpan room) override {
        std::size_t done = 0;
        while (done < room.size()) {
            const auto got = ::pread(descriptor_.number(), room.data() + done, room.size() - done,
                                     static_cast<off_t>(offset + done));
            if (got < 0 && errno == EINTR) continue;
            if (got <= 0) break;
            done += static_cast<std::size_t>(got);
        }
        return done;
    }

private:
    Descriptor descriptor_;
};

Descriptor open_beneath(int root, const char* path, int flags) {
    open_how how{};
    how.flags = static_cast<unsigned>(flags);
    how.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS;
    // EAGAIN: something was renamed meanwhile and the kernel could not be sure; it is asked again a few times.
    long opened = -1;
    for (int tries = 0; tries < 4 && opened < 0; ++tries) {
        opened = ::syscall(SYS_openat2, root, path, &how, sizeof how);
        if (opened < 0 && errno != EAGAIN && errno != EINTR) break;
    }
    return Descriptor(static_cast<int>(opened));
}

// For kernels before 5.6, and for sandboxes that know no openat2. Choice: no symbolic link is followed here at all.
Descriptor open_step_by_step(int root, std::span<const std::string> path, int flags) {
    if (path.empty()) return Descriptor(::openat(root, ".", flags));
    Descriptor at;
    for (std::size_t i = 0; i < path.size(); ++i) {
        const bool is_last = i + 1 == path.size();
        const int step_flags = is_last ? flags : O_PATH | O_DIRECTORY | O_CLOEXEC;
        at = Descriptor(::openat(at ? at.number() : root, path[i].c_str(), step_flags | O_NOFOLLOW));
        if (!at) break;
    }
    return at;
}

// A segment that no file name can equal; it would be cut or mean another file.
bool is_name(const std::string& segment) {
    return !segment.empty() && segment != "." && segment != ".." && !segment.contains('/') &&
           !segment.contains('\0');
}

std::string joined(std::span<const std::string> path) {
    std::string text;
    for (const auto& segment : path) text += (text.empty() ? "" : "/") + segment;
    return text.empty() ? "." : text;
}

DirectoryEntry entry_of(int directory, const char* name) {
    DirectoryEntry entry{.name = name};
    struct stat facts {};
    if (::fstatat(directory, name, &facts, AT_SYMLINK_NOFOLLOW) == 0) {
        entry.is_directory = S_ISDIR(facts.st_mode);
        entry.size = static_cast<std::uint64_t>(facts.st_size);
        entry.modified = Date(std::chrono::seconds(facts.st_mtim.tv_sec));
    }
    return entry;
}

}  // namespace

FileError file_error_of(int number) {
    switch (number) {
        case ENOENT:
        case ENOTDIR:
        case ENAMETOOLONG: return FileError::not_found;
        // EXDEV: the path leads out of the root. ELOOP: symbolic links in a circle, or any where none may be followed.
        // ENXIO: a socket, or a device without a driver.
        case EACCES:
        case EPERM:
        case EROFS:
        case EXDEV:
        case ELOOP:
        case ENODEV:
        case ENXIO: return FileError::forbidden;
        case EMFILE:
        case ENFILE:
        case ENOMEM:
        case EAGAIN: return FileError::busy;
        case EISDIR: return FileError::is_directory;
        default: return FileError::failed;
    }
}

std::expected<FileTree, std::string> FileTree::at(const std::string& directory) {
    Descriptor root(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!root)
        return std::unexpected(
            fmt::format("cannot read the directory {}: {}", directory, std::strerror(errno)));
    return FileTree(std::move(root));
}

std::expected<Descriptor, FileError> FileTree::descriptor_of(std::span<const std::string> path) {
    for (const auto& segment : path)
        if (!is_name(segment)) return std::unexpected(FileError::not_found);
    Descriptor opened;
    if (opening_ == Opening::openat2) {
        opened = open_beneath(root_.number(), joined(path).c_str(), read_flags);
        // EPERM here is a sandbox that refuses the call itself; files answer EACCES.
        if (!opened && (errno == ENOSYS || errno == EPERM)) opening_ = Opening::step_by_step;
    }
    if (opening_ == Opening::step_by_step) opened = open_step_by_step(root_.number(), path, read_flags);
    if (!opened) return std::unexpected(file_error_of(errno));
    return opened;
}

std::expected<Found, FileError> FileTree::open(std::span<const std::string> path) {
    auto descriptor = descriptor_of(path);
    if (!descriptor) return std::unexpected(descriptor.error());
    struct stat facts {};
    if (::fstat(descriptor->number(), &facts) != 0) return std::unexpected(file_error_of(errno));
    if (S_ISDIR(facts.st_mode)) return Found{};
    if (!S_ISREG(facts.st_mode)) return std::unexpected(FileError::forbidden);
    return Found{std::make_shared<SystemFile>(std::move(*descriptor), facts)};
}

std::expected<std::vector<DirectoryEntry>, FileError> FileTree::list(std::span<const std::string> path,
                                                                     std::uint32_t entries_max) {
    auto descriptor = descriptor_of(path);
    if (!descriptor) return std::unexpected(descriptor.error());
    // The stream closes its descriptor itself, so it gets one of its own.
    const int own = ::fcntl(descriptor->number(), F_DUPFD_CLOEXEC, 0);
    if (own < 0) return std::unexpected(file_error_of(errno));
    const std::unique_ptr<DIR, int (*)(DIR*)> directory(::fdopendir(own), ::closedir);
    if (!directory) {
        const FileError error = file_error_of(errno);
        ::close(own);
        return std::unexpected(error);
    }
    std::vector<DirectoryEntry> entries;
    while (entries.size() < entries_max) {
        const dirent* entry = ::readdir(directory.get());
        if (!entry) break;
        const std::string_view name = entry->d_name;
        if (name != "." && name != "..") entries.push_back(entry_of(own, entry->d_name));
    }
    return entries;
}

std::expected<std::unique_ptr<NewFile>, FileError> FileTree::create(std::span<const std::string> path) {
    if (path.empty()) return std::unexpected(FileError::is_directory);
    if (!is_name(path.back())) return std::unexpected(FileError::not_found);
    auto directory = descriptor_of(path.first(path.size() - 1));
    if (!directory) return std::unexpected(directory.error());
    return create_file(std::move(*directory), path.back());
}

std::expected<void, FileError> FileTree::remove(std::span<const std::string> path) {
    if (path.empty()) return std::unexpected(FileError::is_directory);
    if (!is_name(path.back())) return std::unexpected(FileError::not_found);
    const auto directory = descriptor_of(path.first(path.size() - 1));
    if (!directory) return std::unexpected(directory.error());
    return remove_file(*directory, path.back());
}

bool FileTree::is_readable() const { return ::faccessat(root_.number(), ".", R_OK | X_OK, AT_EACCESS) == 0; }

}  // namespace sluice::http
