// What the server serves, put together from its options: directories by host, uploads, the demo, fields for every answer.
#pragma once

#include <list>
#include <map>
#include <optional>
#include <string>

#include "apps/common/http/demo_site.h"
#include "apps/common/http/file_site.h"
#include "apps/common/http/file_tree.h"
#include "apps/common/http/forward_site.h"
#include "apps/common/http/outer_site.h"
#include "apps/common/http/proxy_site.h"
#include "apps/common/http/upload_site.h"
#include "apps/httpd/options.h"

namespace sluice::httpd {

class Content {
public:
    // Opens the directories. Throws common::Failure.
    explicit Content(const Options& options);

    // Whether the user that this process has become may read them. Throws common::Failure.
    void check_readable() const;
    // Call once. The stack's random numbers make the boundaries of multipart answers hard to guess; a back end is reached by it.
    http::Site& site(Stack& stack);

private:
    http::Site& files_of(http::FileTree& tree, std::uint64_t seed);
    http::OuterOptions outer_options() const;

    const Options& options_;
    http::FileTree tree_;
    std::map<std::string, http::FileTree> trees_;  // by host
    std::list<http::FileSite> file_sites_;
    std::optional<http::UploadSite> uploads_;
    std::optional<http::DemoSite> demo_;
    std::optional<http::ProxySite> proxy_;
    std::optional<http::OuterSite> outer_;
    std::optional<http::ForwardSite> forward_;
};

}  // namespace sluice::httpd
