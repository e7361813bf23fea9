// What a client prefers among what there is: Accept-Encoding and Accept-Language. RFC 9110 12.4.2, 12.5.3, 12.5.4; RFC 4647 3.4.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "apps/common/http/fields.h"

namespace sluice::http {

struct Preference {
    std::string_view value;
    std::uint32_t weight = 1000;  // thousandths; 0: not acceptable
};

// The elements of such a list in its order, at most `elements_max`; a malformed weight counts as none.
std::vector<Preference> parse_preferences(std::string_view list, std::size_t elements_max = 32);

enum class Coding : std::uint8_t { identity, gzip, none_acceptable };
// Which coding to send where both the file and its gzip form could be.
Coding choose_coding(const Fields& request);
// Where there is gzip and nothing else.
bool accepts_gzip(const Fields& request);

// The language tags to look for, best first: each with its shorter forms after it (zh-Hans-CN, zh-Hans, zh). At most 8.
std::vector<std::string> languages_to_try(const Fields& request);

}  // namespace sluice::http
