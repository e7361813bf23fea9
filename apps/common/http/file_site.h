// A tree of files as a site: GET and HEAD of files and directories, index pages, listings, redirects to the name with
// a slash, conditions and ranges. RFC 9110 8, 9.3, 13, 14, 15.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "apps/common/http/answer.h"
#include "apps/common/http/compressed.h"
#include "apps/common/http/conditional.h"
#include "apps/common/http/files.h"
#include "apps/common/http/range.h"

namespace sluice::http {

struct FileSiteOptions {
    bool listing = true;
    bool dot_files = false;  // serve and list names that begin with a dot
    std::uint32_t max_ranges = 32;
    std::uint32_t max_listing = 10000;
    bool gzip = true;                       // NAME.gz for NAME, and compression of text
    std::uint64_t gzip_cache = 16U << 20U;  // octets of compressed files that are kept
    std::uint64_t boundary_seed = 1;        // makes the boundaries of multipart answers hard to guess
};

class FileSite : public Site {
public:
    FileSite(Files& files, const FileSiteOptions& options)
        : files_(files), options_(options), compressed_(options.gzip_cache) {}

    Answer answer(const Request& request, const Moment& now) override;

private:
    // What was found for a name, and in which form it is sent.
    struct Shown {
        std::shared_ptr<OpenFile> file;  // none: a directory
        std::string language;
        bool is_gzip = false;
        bool varies_by_coding = false;
    };
    std::expected<Shown, FileError> find(const Request& request, std::vector<std::string> path);
    void choose_coding_of(Shown& shown, const Request& request, std::vector<std::string> path, Date now);
    Answer file_answer(const Request& request, const std::vector<std::string>& path, Shown shown, Date now);
    Answer content_answer(const Request& request, Answer answer, const std::shared_ptr<OpenFile>& file,
                          const Validators& validators, Date now);
    Answer directory_answer(const Request& request, const Moment& now);
    Answer listing_answer(const Request& request);
    Answer range_answer(Answer whole, const std::vector<ByteRange>& ranges, std::shared_ptr<OpenFile> file);
    bool is_hidden(const Target& target) const;
    std::string next_boundary();

    Files& files_;
    FileSiteOptions options_;
    CompressedFiles compressed_;
    std::uint64_t boundaries_ = 0;
};

Answer error_answer_of(FileError error);
Validators validators_of(const OpenFile& file, Date now);

}  // namespace sluice::http
