#include "apps/common/http/start_line.h"

#include "apps/common/http/text.h"

namespace sluice::http {

// RFC 9112 2.3: "HTTP/" DIGIT "." DIGIT, in capitals.
std::optional<Refusal> judge_version(std::string_view version) {
    if (version.size() != 8 || !version.starts_with("HTTP/") || !is_digit(version[5]) || version[6] != '.' ||
        !is_digit(version[7]))
        return Refusal{400, "not a protocol version"};
    // RFC 9110 15.6.6: 505 for a major version that is not ours; HTTP/2's connection preface looks like one.
    if (version[5] != '1') return Refusal{505, "only HTTP/1.1 and HTTP/1.0 are spoken here"};
    return {};
}

// RFC 9112 3: method SP request-target SP HTTP-version.
// Choice: no other white space, although a recipient may be lenient; what is cut in two ways is an attack sooner or later.
std::optional<Refusal> judge_request_line(std::string_view line) {
    const auto first = line.find(' ');
    if (first == std::string_view::npos || first == 0) return Refusal{400, "not a request line"};
    const auto second = line.find(' ', first + 1);
    if (second == std::string_view::npos)
        return Refusal{400, "a request line without version; HTTP/0.9 is history"};
    if (second == first + 1) return Refusal{400, "a request line without target"};
    return judge_version(line.substr(second + 1));
}

}  // namespace sluice::http
