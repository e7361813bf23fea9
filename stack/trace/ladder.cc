#include "trace/ladder.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "trace/text.h"

namespace sluice::trace {
namespace {

struct Step {
    enum class Kind : std::uint8_t { sent, received, ours, fold } kind = Kind::ours;
    std::int64_t time_ns = 0;
    std::string text;  // beside the line
    std::string arrow;
    bool is_plain = false;  // may be folded
    std::uint32_t length = 0;
};

std::string flags_text(std::uint8_t flags) {
    static constexpr std::pair<std::uint8_t, char> order[] = {{flag::syn, 'S'}, {flag::fin, 'F'},
                                                              {flag::rst, 'R'}, {flag::psh, 'P'},
                                                              {flag::urg, 'U'}, {flag::ack, 'A'}};
    std::string text;
    for (const auto& [bit, letter] : order)
        if ((flags & bit) != 0) text += letter;
    return text;
}

std::string segment_text(const TraceRecord& record) {
    std::string text = flags_text(record.flags);
    if (record.length != 0)
        text += fmt::format(" {}:{}", record.position, record.position + record.length);
    else
        text += fmt::format(" {}", record.position);
    if ((record.flags & flag::ack) != 0) text += fmt::format(" ack {}", record.ack);
    for (std::size_t i = 0; i < std::min<std::size_t>(record.sack_count, record.sack.size()); ++i)
        text += fmt::format("{}{}:{}", i == 0 ? " sack " : ",", record.sack[i].begin_at(record.ack),
                            record.sack[i].end_at(record.ack));
    if (record.window_bytes == 0 && (record.flags & flag::rst) == 0) text += " win 0";
    return text;
}

bool is_plain(const TraceRecord& record) {
    const bool special = (record.flags & (flag::syn | flag::fin | flag::rst | flag::urg)) != 0 ||
                         record.sack_count != 0 || record.attempt > 1 || record.window_bytes == 0;
    if (special) return false;
    if (record.kind == Kind::segment_in) return true;
    return record.cause == Cause::data || record.cause == Cause::ack || record.cause == Cause::delayed_ack;
}

// Words beside our side of the ladder; empty for what the ladder leaves to the log.
std::string note_text(const TraceRecord& record) {
    switch (record.kind) {
        case Kind::state: return fmt::format("{} -> {}", text_of(record.before), text_of(record.after));
        case Kind::congestion: return std::string(text_of(record.phase));
        case Kind::deadline:
            return level_of(record) == 1
                       ? fmt::format("{} fired", text_of(static_cast<DeadlineKind>(record.detail)))
                       : std::string();
        case Kind::segment_lost:
            return fmt::format("lost {}:{}", record.position, record.position + record.length);
        case Kind::segment_dropped: return fmt::format("drop: {}", text_of(record.reason));
        case Kind::call:
            return level_of(record) == 1 ? std::string(text_of(static_cast<Call>(record.detail)))
                                         : std::string();
        default: return {};
    }
}

std::vector<Step> steps_of(std::span<const TraceRecord> records) {
    std::vector<Step> steps;
    for (const TraceRecord& record : records) {
        Step step;
        step.time_ns = record.time_ns;
        if (record.kind == Kind::segment_out || record.kind == Kind::segment_in) {
            step.kind = record.kind == Kind::segment_out ? Step::Kind::sent : Step::Kind::received;
            step.arrow = segment_text(record);
            step.is_plain = is_plain(record);
            step.length = record.length;
            const bool told = record.kind == Kind::segment_out && !step.is_plain && record.attempt > 1;
            if (told) step.text = fmt::format("{}, try {}", text_of(record.cause), record.attempt);
            if (record.cause == Cause::zero_window_probe || record.cause == Cause::tail_probe ||
                record.cause == Cause::keepalive || record.cause == Cause::challenge)
                step.text = text_of(record.cause);
        } else {
            step.text = note_text(record);
            if (step.text.empty()) continue;
        }
        steps.push_back(std::move(step));
    }
    return steps;
}

std::string fold_text(std::span<const Step> run) {
    std::uint64_t data = 0;
    std::uint64_t bytes = 0;
    for (const Step& step : run) {
        if (step.length != 0) ++data;
        bytes += step.length;
    }
    const std::uint64_t acks = run.size() - data;
    std::string text;
    if (data != 0) text = fmt::format("{} segments, {}", data, bytes_words(bytes));
    if (acks != 0) text += fmt::format("{}{} acks", data != 0 ? ", " : "", acks);
    return text;
}

// Plain runs of more than four keep their first segment; the rest becomes one line.
std::vector<Step> folded(std::vector<Step> steps) {
    constexpr std::size_t shown = 1, least = 4;
    std::vector<Step> out;
    for (std::size_t i = 0; i < steps.size();) {
        std::size_t end = i;
        while (end < steps.size() && steps[end].is_plain) ++end;
        if (end - i < least + shown) {
            out.push_back(std::move(steps[i++]));
            continue;
        }
        Step fold;
        fold.kind = Step::Kind::fold;
        fold.time_ns = steps[i + shown].time_ns;
        fold.text = fold_text(std::span(steps).subspan(i + shown, end - i - shown));
        for (std::size_t k = 0; k < shown; ++k) out.push_back(std::move(steps[i + k]));
        out.push_back(std::move(fold));
        i = end;
    }
    return out;
}

constexpr std::size_t side_width = 30, ladder_width = 46;

void put_text(std::string& out, const Step& step) {
    const std::int64_t us = step.time_ns / 1000;
    if (step.kind == Step::Kind::fold) {
        out += fmt::format("{:>12}  {:<{}} :{:^{}}:\n", "", "", side_width, "... " + step.text + " ...",
                           ladder_width);
        return;
    }
    out += fmt::format("{:>5}.{:06}  {:<{}} ", us / 1000000, us % 1000000, step.text, side_width);
    if (step.kind == Step::Kind::ours)
        out += fmt::format("|{:{}}|\n", "", ladder_width);
    else if (step.kind == Step::Kind::sent)
        out += fmt::format("|{:-<{}}>|\n", "--" + step.arrow + " ", ladder_width - 1);
    else
        out += fmt::format("|<{:->{}}|\n", " " + step.arrow + "--", ladder_width - 1);
}

void put_mermaid(std::string& out, const Step& step) {
    switch (step.kind) {
        case Step::Kind::sent:
            out += fmt::format("    here->>there: {}{}{}\n", step.arrow, step.text.empty() ? "" : ", ",
                               step.text);
            return;
        case Step::Kind::received: out += fmt::format("    there->>here: {}\n", step.arrow); return;
        case Step::Kind::ours: out += fmt::format("    Note left of here: {}\n", step.text); return;
        case Step::Kind::fold: out += fmt::format("    Note over here,there: {}\n", step.text); return;
    }
}

}  // namespace

std::string bytes_words(std::uint64_t bytes) {
    if (bytes < 1000) return fmt::format("{} B", bytes);
    if (bytes < 1000000) return fmt::format("{:.1f} kB", static_cast<double>(bytes) / 1e3);
    return fmt::format("{:.2f} MB", static_cast<double>(bytes) / 1e6);
}

std::string ladder_of(std::span<const TraceRecord> records, const ConnectionFacts* facts,
                      const LadderOptions& options) {
    std::vector<Step> steps = steps_of(records);
    if (options.folds) steps = folded(std::move(steps));
    const std::string here = facts && !facts->local.empty() ? facts->local : "here";
    const std::string there = facts && !facts->remote.empty() ? facts->remote : "there";
    std::string out;
    if (options.mermaid) {
        out = fmt::format("sequenceDiagram\n    participant here as {}\n    participant there as {}\n", here,
                          there);
        for (const Step& step : steps) put_mermaid(out, step);
        return out;
    }
    out = fmt::format("{:>12}  {:<{}} {:<{}}{:>{}}\n", "", "", side_width, here, ladder_width / 2 + 1, there,
                      ladder_width / 2 + 1);
    for (const Step& step : steps) put_text(out, step);
    return out;
}

}  // namespace sluice::trace
