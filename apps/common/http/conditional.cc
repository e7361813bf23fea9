#include "apps/common/http/conditional.h"

#include <algorithm>

#include "apps/common/http/text.h"

namespace sluice::http {
namespace {

enum class Comparison { strong, weak };

// RFC 9110 8.8.3.2.
bool tags_match(std::string_view a, std::string_view b, Comparison comparison) {
    const bool weak = a.starts_with("W/") || b.starts_with("W/");
    if (weak && comparison == Comparison::strong) return false;
    if (a.starts_with("W/")) a.remove_prefix(2);
    if (b.starts_with("W/")) b.remove_prefix(2);
    return a == b;
}

// The field is "*" or a list of entity tags; what exists matches "*".
bool list_matches(std::string_view list, std::string_view etag, Comparison comparison) {
    if (trimmed(list) == "*") return true;
    return std::ranges::any_of(list_elements(list),
                               [&](std::string_view tag) { return tags_match(tag, etag, comparison); });
}

// RFC 9110 13.1.3, 13.1.4: ignored when it is no date, and when there are several.
std::optional<Date> only_date(const Fields& request, std::string_view name, Date now) {
    if (request.count(name) != 1) return {};
    return parse_date(*request.find(name), now);
}

}  // namespace

Condition judge_conditions(const Fields& request, const Validators& validators, Date now) {
    // RFC 9110 13.2.2 step 1: If-Match, by strong comparison; step 2: else If-Unmodified-Since.
    if (const auto tags = request.joined("If-Match")) {
        if (!list_matches(*tags, validators.etag, Comparison::strong)) return Condition::failed;
    } else if (const auto date = only_date(request, "If-Unmodified-Since", now)) {
        if (validators.modified > *date) return Condition::failed;
    }
    // Step 3: If-None-Match, by weak comparison; step 4: else If-Modified-Since.
    if (const auto tags = request.joined("If-None-Match"))
        return list_matches(*tags, validators.etag, Comparison::weak) ? Condition::not_modified
                                                                      : Condition::perform;
    if (const auto date = only_date(request, "If-Modified-Since", now))
        if (validators.modified <= *date) return Condition::not_modified;
    return Condition::perform;
}

bool may_use_range(const Fields& request, const Validators& validators, Date now) {
    const auto wanted = request.find("If-Range");
    if (!wanted) return true;
    if (request.count("If-Range") > 1) return false;
    if (wanted->contains('"')) return tags_match(*wanted, validators.etag, Comparison::strong);
    // RFC 9110 13.1.5: a date matches exactly, and only where it is a strong validator.
    const auto date = parse_date(*wanted, now);
    return date && *date == validators.modified && validators.is_strong_date;
}

}  // namespace sluice::http
