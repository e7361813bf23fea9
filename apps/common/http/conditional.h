// Conditional requests: which precondition counts and what it says (RFC 9110 13).
#pragma once

#include <string>

#include "apps/common/http/date.h"
#include "apps/common/http/fields.h"

namespace sluice::http {

// What tells one version of a resource from another.
struct Validators {
    std::string etag;             // with its quotes
    Date modified;                // as sent in Last-Modified
    bool is_strong_date = false;  // RFC 9110 8.8.2.2: modified long enough ago to be a strong validator
};

enum class Condition { perform, not_modified, failed };

// For GET and HEAD of something that exists (RFC 9110 13.2.2).
Condition judge_conditions(const Fields& request, const Validators& validators, Date now);

// If-Range: whether the Range of the request may be honoured (RFC 9110 13.1.5).
bool may_use_range(const Fields& request, const Validators& validators, Date now);

}  // namespace sluice::http
