#include "apps/get/cache.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "apps/common/http/text.h"
#include "apps/get/error.h"
#include "base/siphash.h"

namespace sluice::get {
namespace {

// The argument of a Cache-Control directive; empty where it has none.
std::optional<std::string_view> directive(std::string_view field, std::string_view name) {
    for (const auto element : http::list_elements(field)) {
        const auto equals = std::min(element.find('='), element.size());
        if (!http::equals_ignoring_case(http::trimmed(element.substr(0, equals)), name)) continue;
        auto value = element.substr(std::min(equals + 1, element.size()));
        if (value.size() >= 2 && value.starts_with('"') && value.ends_with('"'))
            value = value.substr(1, value.size() - 2);
        return value;
    }
    return {};
}

std::int64_t seconds_of(http::Date date) { return date.time_since_epoch().count(); }

}  // namespace

std::int64_t freshness_lifetime(const http::Fields& answer, http::Date now) {
    constexpr std::uint64_t longest = 1ULL << 31U;  // RFC 9111 1.2.2
    const auto control = answer.joined("Cache-Control").value_or("");
    if (directive(control, "no-cache")) return 0;
    if (const auto age = directive(control, "max-age"))
        return static_cast<std::int64_t>(std::min(http::parse_decimal(*age).value_or(0), longest));
    const auto date = http::parse_date(answer.find("Date").value_or(""), now).value_or(now);
    // RFC 9111 5.3: an invalid date, "0" above all, means "already expired".
    if (const auto expires = answer.find("Expires")) {
        const auto until = http::parse_date(*expires, now);
        return until ? std::max<std::int64_t>(seconds_of(*until) - seconds_of(date), 0) : 0;
    }
    const auto modified = http::parse_date(answer.find("Last-Modified").value_or(""), now);
    return modified ? std::max<std::int64_t>((seconds_of(date) - seconds_of(*modified)) / 10, 0)
                    : 0;  // RFC 9111 4.2.2
}

bool may_be_kept(const http::ResponseHead& head) {
    const auto control = head.fields.joined("Cache-Control").value_or("");
    const auto vary = head.fields.joined("Vary").value_or("");
    return head.status == 200 && !directive(control, "no-store") && http::trimmed(vary) != "*";
}

CachedAnswer make_cached(const http::Fields& fields, std::string body, http::Date now) {
    CachedAnswer answer;
    answer.body = std::move(body);
    for (const http::Field& field : fields)
        if (!http::equals_ignoring_case(field.name, "Connection") &&
            !http::equals_ignoring_case(field.name, "Transfer-Encoding"))
            answer.fields.add(field.name, field.value);
    const auto age = http::parse_decimal(http::trimmed(fields.find("Age").value_or(""))).value_or(0);
    answer.stored_at = seconds_of(now) - static_cast<std::int64_t>(std::min<std::uint64_t>(age, 1ULL << 31U));
    answer.lifetime = freshness_lifetime(fields, now);
    return answer;
}

void refresh(CachedAnswer& kept, const http::Fields& fields, http::Date now) {
    http::Fields merged;
    for (const http::Field& old : kept.fields)
        if (fields.count(old.name) == 0) merged.add(old.name, old.value);
    for (const http::Field& field : fields)
        if (!http::equals_ignoring_case(field.name, "Content-Length")) merged.add(field.name, field.value);
    kept = make_cached(merged, std::move(kept.body), now);
}

std::string CachedAnswer::text() const {
    std::string text = fmt::format("{} {}\n", stored_at, lifetime);
    for (const http::Field& field : fields) text += field.name + ": " + field.value + '\n';
    return text + '\n' + body;
}

std::optional<CachedAnswer> parse_cached(std::string_view text) {
    const auto take_line = [&text]() -> std::optional<std::string_view> {
        const auto end = text.find('\n');
        if (end == std::string_view::npos) return {};
        const auto line = text.substr(0, end);
        text.remove_prefix(end + 1);
        return line;
    };
    const auto first = take_line();
    if (!first || !first->contains(' ')) return {};
    const auto stored = http::parse_decimal(first->substr(0, first->find(' ')));
    const auto lifetime = http::parse_decimal(first->substr(first->find(' ') + 1));
    if (!stored || !lifetime) return {};
    CachedAnswer answer;
    answer.stored_at = static_cast<std::int64_t>(*stored);
    answer.lifetime = static_cast<std::int64_t>(*lifetime);
    for (;;) {
        const auto line = take_line();
        if (!line) return {};
        if (line->empty()) break;
        const auto colon = line->find(": ");
        if (colon == std::string_view::npos) return {};
        answer.fields.add(line->substr(0, colon), line->substr(colon + 2));
    }
    answer.body = text;
    return answer;
}

std::string CacheFolder::file_for(const std::string& url) const {
    const auto octets = ByteView(reinterpret_cast<const std::uint8_t*>(url.data()), url.size());
    return fmt::format("{}/{:016x}{:016x}", path_, siphash({1, 2}, octets), siphash({3, 4}, octets));
}

std::optional<CachedAnswer> CacheFolder::find(const std::string& url) const {
    std::ifstream file(file_for(url), std::ios::binary);
    if (!file) return {};
    const std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    return parse_cached(text);
}

void CacheFolder::keep(const std::string& url, const CachedAnswer& answer) const {
    std::error_code error;
    std::filesystem::create_directories(path_, error);
    const std::string name = file_for(url);
    const std::string beside = fmt::format("{}.{}", name, ::getpid());
    std::ofstream file(beside, std::ios::binary);
    file << answer.text();
    file.close();
    if (!file || std::rename(beside.c_str(), name.c_str()) != 0)
        throw TransferError(Exit::write_failed, fmt::format("cannot write to the cache {}", path_));
}

}  // namespace sluice::get
