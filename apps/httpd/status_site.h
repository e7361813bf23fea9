// The live page in front of another site: PATH for a browser is a page that shows the server's own connections, fed by
// server-sent events from PATH?events. Who does not ask for HTML (curl, say) gets what the other site has there.
#pragma once

#include <string>

#include "apps/common/http/answer.h"
#include "apps/httpd/live_trace.h"

namespace sluice::httpd {

class StatusSite final : public http::Site {
public:
    // `path` as in a request, "/status". `title` is the page's.
    StatusSite(http::Site& others, const LiveTrace& trace, std::string path, const std::string& title);

    http::Answer answer(const http::Request& request, const http::Moment& now) override;

private:
    http::Answer page() const;
    http::Answer events(const http::Request& request, const http::Moment& now) const;

    http::Site& others_;
    const LiveTrace& trace_;
    std::string path_;
    std::string page_;
    std::string title_;
    mutable std::string run_;  // tells one run of the server from the next
};

}  // namespace sluice::httpd
