// Answers kept in a folder and used again while they are fresh: a private cache (RFC 9111). One file per URL: what matters of the
// header section, an empty line, the body.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "apps/common/http/date.h"
#include "apps/common/http/head_parse.h"

namespace sluice::get {

struct CachedAnswer {
    http::Fields fields;  // of the answer, as it was kept
    std::string body;
    std::int64_t stored_at =
        0;  // seconds since 1970: when the answer was generated, its Age taken off (RFC 9111 4.2.3)
    std::int64_t lifetime = 0;  // seconds it is fresh (RFC 9111 4.2.1)

    std::int64_t age(http::Date now) const { return now.time_since_epoch().count() - stored_at; }
    bool is_fresh(http::Date now) const { return age(now) < lifetime; }
    std::string text() const;  // for the file
};

// How long an answer may be used: max-age before Expires before a tenth of what passed since Last-Modified.
std::int64_t freshness_lifetime(const http::Fields& answer, http::Date now);
// RFC 9111 3: a 200 answer to GET that nobody forbids to keep.
bool may_be_kept(const http::ResponseHead& head);

std::optional<CachedAnswer> parse_cached(std::string_view text);
CachedAnswer make_cached(const http::Fields& fields, std::string body, http::Date now);
// RFC 9111 4.3.4: a 304 brings new fields for what is kept.
void refresh(CachedAnswer& kept, const http::Fields& fields, http::Date now);

class CacheFolder {
public:
    explicit CacheFolder(std::string path) : path_(std::move(path)) {}
    std::optional<CachedAnswer> find(const std::string& url) const;
    void keep(const std::string& url, const CachedAnswer& answer) const;  // Throws TransferError.

private:
    std::string file_for(const std::string& url) const;
    std::string path_;
};

}  // namespace sluice::get
