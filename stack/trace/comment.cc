#include "trace/comment.h"

#include <fmt/format.h>

#include <iterator>

#include "trace/text.h"

namespace sluice::trace {

std::string comment_of(const TraceRecord& record) {
    std::string text = fmt::format("#{} ", record.connection);
    const auto out = std::back_inserter(text);
    if (record.kind == Kind::segment_in)
        text += "received";
    else
        text += text_of(record.cause);
    if (record.kind == Kind::segment_out && record.attempt > 1)
        fmt::format_to(out, ", try {}", record.attempt);
    fmt::format_to(out, " | {}", text_of(record.after));
    if (record.phase != Phase::none) {
        fmt::format_to(out, " | {} | una {} nxt {} wnd {} cwnd {}", text_of(record.phase), record.snd_una,
                       record.snd_una + record.snd_nxt, record.snd_wnd, record.cwnd);
        // RFC 5681 3.1: it begins arbitrarily high.
        if (record.ssthresh < 1U << 30U) fmt::format_to(out, " ssthresh {}", record.ssthresh);
        fmt::format_to(out, " flight {}", record.in_flight);
        if (record.srtt_us != 0)
            fmt::format_to(out, " srtt {}.{}", record.srtt_us / 1000, record.srtt_us / 100 % 10);
        fmt::format_to(out, " rto {}", record.rto_us / 1000);
    }
    if (record.rule != Rule::none) fmt::format_to(out, " | {}", text_of(record.rule));
    return text;
}

bool is_worth_a_row(const TraceRecord& record) {
    if (record.kind == Kind::segment_lost || record.kind == Kind::segment_held) return true;
    const bool is_segment = record.kind == Kind::segment_out || record.kind == Kind::segment_in;
    return !is_segment && level_of(record) == 1;
}

}  // namespace sluice::trace
