// Files in gzip form, made when they are asked for and kept for a while: what a FileSite sends to a client that takes gzip, where
// no file NAME.gz lies beside NAME. RFC 9110 8.4.1.3, RFC 1952.
#pragma once

#include <list>
#include <map>
#include <memory>
#include <string>

#include "apps/common/http/files.h"

namespace sluice::http {

// Text as a file.
class TextFile : public OpenFile {
public:
    explicit TextFile(std::string text) : text_(std::move(text)) { size = text_.size(); }
    std::size_t read(std::uint64_t offset, ByteSpan room) override;

private:
    std::string text_;
};

// Empty when zlib refuses.
std::string gzip_compressed(std::string_view text);

class CompressedFiles {
public:
    // At most so many octets are kept. Left alone: files larger than a sixteenth of that, since everybody waits while one is
    // compressed, and those that were cut short while they were read.
    explicit CompressedFiles(std::uint64_t octets_max) : octets_max_(octets_max) {}

    // The gzip form of a file with this entity tag; nothing when that would not be smaller.
    std::shared_ptr<OpenFile> of(OpenFile& plain, const std::string& etag);

private:
    std::shared_ptr<OpenFile> made_of(OpenFile& plain) const;

    struct Kept {
        std::shared_ptr<OpenFile> file;  // none: it is not worth it
        std::uint64_t octets = 0;
    };
    std::map<std::string, Kept> kept_;  // by entity tag
    std::list<std::string> order_;      // oldest first
    std::uint64_t octets_ = 0;
    std::uint64_t octets_max_;
};

}  // namespace sluice::http
