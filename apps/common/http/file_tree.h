// A directory of the file system that nobody gets out of. Opened once; every file is opened below that descriptor by
// openat2 with RESOLVE_BENEATH, so that neither "..", nor an absolute path, nor a symbolic link leads elsewhere.
#pragma once

#include <string>

#include "apps/common/http/files.h"
#include "host/descriptor.h"

namespace sluice::http {

class FileTree : public Files {
public:
    // How files are opened: as the kernel can, or as if openat2 were missing (then no symbolic link is followed).
    enum class Opening : std::uint8_t { openat2, step_by_step };

    // Opens the directory; a message that says why not.
    static std::expected<FileTree, std::string> at(const std::string& directory);

    std::expected<Found, FileError> open(std::span<const std::string> path) override;
    std::expected<std::vector<DirectoryEntry>, FileError> list(std::span<const std::string> path,
                                                               std::uint32_t entries_max) override;
    std::expected<std::unique_ptr<NewFile>, FileError> create(std::span<const std::string> path) override;
    std::expected<void, FileError> remove(std::span<const std::string> path) override;
    bool is_readable() const;  // by whom this process has become
    void set_opening(Opening opening) { opening_ = opening; }

private:
    explicit FileTree(host::Descriptor root) : root_(std::move(root)) {}
    std::expected<host::Descriptor, FileError> descriptor_of(std::span<const std::string> path);

    host::Descriptor root_;
    Opening opening_ = Opening::openat2;
};

}  // namespace sluice::http
