#include "tools/trace/states.h"

#include <fmt/format.h>

#include <map>
#include <utility>
#include <vector>

#include "tcp/state.h"

namespace sluice::tools {
namespace {

using Arrow = std::pair<State, State>;

struct Drawn {
    std::string label;
    std::vector<int> steps;  // when it was walked: first, second ...
};

// Arrows between the same states are one, with all their events.
std::map<Arrow, Drawn> arrows_of(std::span<const TraceRecord> records) {
    std::map<Arrow, Drawn> arrows;
    for (const tcp::Edge& edge : tcp::edges) {
        std::string& label = arrows[{edge.from, edge.to}].label;
        if (!label.empty()) label += ", ";
        label += text_of(edge.event);
    }
    int step = 0;
    for (const TraceRecord& record : records)
        if (record.kind == Kind::state) arrows[{record.before, record.after}].steps.push_back(++step);
    return arrows;
}

std::string steps_text(const Drawn& drawn) {
    std::string text;
    for (const int step : drawn.steps) text += fmt::format("({}) ", step);
    return text;
}

std::string without_dashes(std::string_view name) {
    std::string out(name);
    for (char& c : out)
        if (c == '-') c = '_';
    return out;
}

}  // namespace

std::string states_as_dot(std::span<const TraceRecord> records) {
    std::string out =
        "digraph tcp {\n    node [shape=box, style=rounded, fontname=\"sans-serif\"];\n"
        "    edge [fontname=\"sans-serif\", fontsize=9, color=gray];\n";
    for (const auto& [arrow, drawn] : arrows_of(records))
        out += fmt::format("    \"{}\" -> \"{}\" [label=\"{}{}\"{}];\n", text_of(arrow.first),
                           text_of(arrow.second), steps_text(drawn), drawn.label,
                           drawn.steps.empty() ? "" : ", color=blue, penwidth=2");
    return out + "}\n";
}

std::string states_as_mermaid(std::span<const TraceRecord> records) {
    std::string out = "stateDiagram-v2\n";
    for (std::size_t i = 0; i < static_cast<std::size_t>(State::count_); ++i) {
        const std::string_view name = text_of(static_cast<State>(i));
        if (name.find('-') != std::string_view::npos)
            out += fmt::format("    state \"{}\" as {}\n", name, without_dashes(name));
    }
    for (const auto& [arrow, drawn] : arrows_of(records))
        out += fmt::format("    {} --> {}: {}{}\n", without_dashes(text_of(arrow.first)),
                           without_dashes(text_of(arrow.second)), steps_text(drawn), drawn.label);
    return out;
}

}  // namespace sluice::tools
