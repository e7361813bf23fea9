// Names that programs read, where the words of the text log are not one for one: what moved a state, kinds of records.
#pragma once

#include <optional>
#include <string_view>

#include "base/trace_record.h"

namespace sluice::trace {

std::string_view name_of(Event);  // "syn_acked"
std::string_view name_of(Kind);   // "segment_sent": the event of the trace file

// The value of an enumeration whose name, as told by `name`, is `wanted`.
template <typename Enum, typename Name>
std::optional<Enum> named(std::string_view wanted, Name name) {
    for (std::size_t i = 0; i < static_cast<std::size_t>(Enum::count_); ++i)
        if (name(static_cast<Enum>(i)) == wanted) return static_cast<Enum>(i);
    return std::nullopt;
}

}  // namespace sluice::trace
