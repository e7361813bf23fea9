// The small languages inside HTTP fields: any text as a date, a range, a list, a target, a host, a URL; and chunks, in one piece and
// octet by octet.
#include <cstddef>
#include <string>

#include "apps/common/http/chunk_decoder.h"
#include "apps/common/http/client_request.h"
#include "apps/common/http/conditional.h"
#include "apps/common/http/date.h"
#include "apps/common/http/range.h"
#include "apps/common/http/target.h"
#include "apps/common/http/text.h"
#include "apps/common/http/url.h"
#include "base/check.h"

namespace {

using namespace sluice;
using namespace sluice::http;

constexpr Date now(std::chrono::seconds(1609221082));

void judge_range(std::string_view text) {
    for (const std::uint64_t size : {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{1000}, UINT64_MAX}) {
        const Ranges ranges = parse_ranges(text, size, 16);
        SLUICE_CHECK(ranges.list.empty() == (ranges.verdict != Ranges::Verdict::satisfiable));
        SLUICE_CHECK(ranges.list.size() <= 16);
        for (const ByteRange& range : ranges.list)
            SLUICE_CHECK(range.length > 0 && range.first < size && range.length <= size - range.first);
    }
}

void judge_target(std::string_view text) {
    for (const auto* method : {"GET", "OPTIONS", "CONNECT"}) {
        const auto target = parse_target(method, text);
        if (!target) continue;
        for (const auto& segment : target->segments)
            SLUICE_CHECK(!segment.empty() && segment != "." && segment != ".." && !segment.contains('\0'));
        const std::string path = target->path();
        SLUICE_CHECK(!path.starts_with("//"));
        if (path.empty()) continue;
        const auto again = parse_target("GET", path);
        SLUICE_CHECK(again && again->segments == target->segments);
    }
}

void judge_date(std::string_view text) {
    const auto date = parse_date(text, now);
    if (date) SLUICE_CHECK(parse_date(date_text(*date), now) == date);
}

std::string decoded(std::string_view octets, std::size_t piece, ChunkDecoder::Status& status,
                    std::size_t& used) {
    ChunkDecoder decoder;
    std::string body;
    used = 0;
    while (used < octets.size() && decoder.status() == ChunkDecoder::Status::more) {
        const auto step = decoder.take(octets.substr(used, piece));
        SLUICE_CHECK(step.used > 0);
        used += step.used;
        body += step.data;
    }
    status = decoder.status();
    return body;
}

void judge_chunks(std::string_view octets) {
    ChunkDecoder::Status whole{};
    ChunkDecoder::Status single{};
    std::size_t whole_used = 0;
    std::size_t single_used = 0;
    SLUICE_CHECK(decoded(octets, octets.size(), whole, whole_used) ==
                 decoded(octets, 1, single, single_used));
    SLUICE_CHECK(whole == single && whole_used == single_used);
}

void judge_conditions_with(std::string_view text) {
    const Validators validators{.etag = "\"v1\"", .modified = now, .is_strong_date = true};
    for (const auto* name :
         {"If-Match", "If-None-Match", "If-Modified-Since", "If-Unmodified-Since", "If-Range"}) {
        Fields fields;
        fields.add(name, text);
        static_cast<void>(judge_conditions(fields, validators, now));
        static_cast<void>(may_use_range(fields, validators, now));
    }
}

void judge_url(std::string_view text) {
    const auto url = parse_url(text);
    if (!url) return;
    const std::string request = request_text(*url, {});
    SLUICE_CHECK(request.find("\r\n\r\n") == request.size() - 4);
    SLUICE_CHECK(url->target.starts_with('/') && is_valid_host(url->authority()));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    judge_range(text);
    judge_target(text);
    judge_date(text);
    judge_chunks(text);
    judge_conditions_with(text);
    judge_url(text);
    static_cast<void>(is_valid_host(text));
    for (const auto element : list_elements(text))
        SLUICE_CHECK(!element.empty() && element == trimmed(element));
    SLUICE_CHECK(percent_decoded(percent_encoded_segment(text)) == text);
    return 0;
}
