// Files that clients may put and delete below one folder of a tree, in front of the site that serves them. RFC 9110 9.3.4, 9.3.5.
#pragma once

#include <string>
#include <vector>

#include "apps/common/http/answer.h"
#include "apps/common/http/files.h"

namespace sluice::http {

class UploadSite : public Site {
public:
    // `folder`: the segments every such path begins with.
    UploadSite(Site& others, Files& files, std::vector<std::string> folder)
        : others_(others), files_(files), folder_(std::move(folder)) {}

    Answer answer(const Request& request, const Moment& now) override;

private:
    bool is_below_folder(const Target& target) const;
    Answer put(const Request& request, const Moment& now);
    Answer remove(const Request& request, const Moment& now);
    bool conditions_hold(const Request& request, const Moment& now);

    Site& others_;
    Files& files_;
    std::vector<std::string> folder_;
};

}  // namespace sluice::http
