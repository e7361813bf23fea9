// The files a site serves, seen from above: a tree that is asked for a path and answers with something open or with
// an error. The real one is FileTree (file_tree.h); tests bring their own.
#pragma once

#include <cstdint>
#include <expected>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "apps/common/http/date.h"
#include "base/bytes.h"

namespace sluice::http {

enum class FileError : std::uint8_t {
    not_found,
    forbidden,  // not readable, outside of the root, or neither a file nor a directory
    busy,       // too many files are open
    failed,
    is_directory,  // where a file was wanted
};

class OpenFile {
public:
    virtual ~OpenFile() = default;
    // Reads from `offset` on; less than asked for only at the end of the file or after an error.
    virtual std::size_t read(std::uint64_t offset, ByteSpan room) = 0;

    std::uint64_t size = 0;        // when it was opened
    std::int64_t modified_ns = 0;  // since 1970
    std::uint64_t identity = 0;    // of the file, not of its contents
};

struct DirectoryEntry {
    std::string name;
    bool is_directory = false;
    std::uint64_t size = 0;
    Date modified{};
};

struct Found {
    std::shared_ptr<OpenFile> file;  // none: it is a directory
};

// A file that is being received. Nobody sees it before commit(); without that it never was.
class NewFile {
public:
    virtual ~NewFile() = default;
    virtual bool write(std::string_view octets) = 0;      // false: there is no room
    virtual std::expected<bool, FileError> commit() = 0;  // true: there was a file by this name
};

class Files {
public:
    virtual ~Files() = default;
    // `path` is segments without "." and ".."; no segments name the root.
    virtual std::expected<Found, FileError> open(std::span<const std::string> path) = 0;
    // What is in a directory, in no order, at most `entries_max`.
    virtual std::expected<std::vector<DirectoryEntry>, FileError> list(std::span<const std::string> path,
                                                                       std::uint32_t entries_max) = 0;
    // Trees are for reading, unless they say otherwise.
    virtual std::expected<std::unique_ptr<NewFile>, FileError> create(std::span<const std::string>) {
        return std::unexpected(FileError::forbidden);
    }
    virtual std::expected<void, FileError> remove(std::span<const std::string>) {
        return std::unexpected(FileError::forbidden);
    }
};

}  // namespace sluice::http
