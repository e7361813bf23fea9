// The work on one URL, as Client does it step by step.
#pragma once

#include <memory>

#include "apps/get/client.h"
#include "apps/get/inflate.h"

namespace sluice::get {

struct Client::Job {
    Job(const std::string& path, bool append, Instant now)
        : output(path, append), progress(now), started(now) {}

    http::Url url;
    std::string method;
    Upload upload;
    Output output;
    Progress progress;
    Report report;
    Instant started;
    Instant deadline = never;
    std::uint64_t offset = 0;  // the output has this much already
    std::string location;      // where a redirect that will be followed leads
    std::string host;          // the first one; credentials go to no other
    bool is_body_wanted = true;
    bool shows_progress = false;
    bool is_fresh = true;  // the connection was made for this request
    bool had_answer = false;
    bool is_complete_already = false;

    std::unique_ptr<Inflate> decoder;    // of the body that comes
    std::optional<CachedAnswer> cached;  // what is kept of this URL
    bool is_kept = false;                // what comes goes to the cache too
    std::string kept_body;
};

inline http::Date wall_now() {
    return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

}  // namespace sluice::get
