// Cookies, as a client keeps them between requests and in a file (RFC 6265; the file has Netscape's format, as curl's).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "apps/common/http/date.h"
#include "apps/common/http/url.h"

namespace sluice::get {

struct Cookie {
    std::string name;
    std::string value;
    std::string domain;
    bool is_host_only = true;
    std::string path = "/";
    bool is_secure = false;
    bool is_http_only = false;
    std::int64_t expires = 0;  // seconds since 1970; 0: with this session
};

class Cookies {
public:
    // What a Set-Cookie field of an answer from `url` says (RFC 6265 5.2, 5.3). Nonsense is passed over.
    void take(std::string_view field, const http::Url& url, http::Date now);
    // For the Cookie field of a request to `url` (RFC 6265 5.4); empty: none.
    std::string text_for(const http::Url& url, http::Date now) const;

    // A file's text, and the text for a file.
    void add_file_text(std::string_view text);
    std::string file_text() const;
    std::size_t size() const { return list_.size(); }

private:
    static constexpr std::size_t kept_max = 3000;  // RFC 6265 6.1
    void store(Cookie cookie, http::Date now);

    std::vector<Cookie> list_;
};

}  // namespace sluice::get
