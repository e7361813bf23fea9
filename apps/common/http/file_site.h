// A tree of files as a site: GET and HEAD of files and directories, index pages, listings, redirects to the name with
// a slash, conditions and ranges. RFC 9110 8, 9.3, 13, 14, 15.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "apps/common/http/answer.h"
#include "apps/common/http/conditional.h"
#include "apps/common/http/files.h"
#include "apps/common/http/range.h"

namespace sluice::http {

struct FileSiteOptions {
    bool listing = true;
    bool dot_files = false;  // serve and list names that begin with a dot
    std::uint32_t max_ranges = 32;
    std::uint32_t max_listing = 10000;
    std::uint64_t boundary_seed = 1;  // makes the boundaries of multipart answers hard to guess
};

class FileSite : public Site {
public:
    FileSite(Files& files, const FileSiteOptions& options) : files_(files), options_(options) {}

    Answer answer(const Request& request, const Moment& now) override;

private:
    Answer file_answer(const Request& request, const std::string& name, std::shared_ptr<OpenFile> file,
                       Date now);
    Answer directory_answer(const Request& request, const Moment& now);
    Answer listing_answer(const Request& request);
    Answer range_answer(Answer whole, const std::vector<ByteRange>& ranges, std::shared_ptr<OpenFile> file);
    bool is_hidden(const Target& target) const;
    std::string next_boundary();

    Files& files_;
    FileSiteOptions options_;
    std::uint64_t boundaries_ = 0;
};

}  // namespace sluice::http
