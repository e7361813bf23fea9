// What every record of the engine has in common: its socket pair, its number, its place in the table and on the wheel.
// Three kinds share the table: half-open children of listeners, connections, and what is left in TIME-WAIT.
#pragma once

#include <boost/intrusive/unordered_set_hook.hpp>
#include <cstdint>

#include "base/deadline_wheel.h"
#include "tcp/segment.h"

namespace sluice::tcp {

enum class RecordKind : std::uint8_t { half_open, connection, time_wait };

struct Record : boost::intrusive::unordered_set_base_hook<>, DeadlineNode {
    Record(RecordKind kind_given, const Tuple& tuple_given, std::uint32_t number_given)
        : tuple(tuple_given), number(number_given), record_kind(kind_given) {}

    bool is_in_table() const { return unordered_set_base_hook::is_linked(); }

    const Tuple tuple;
    const std::uint32_t number;  // in the trace; never reused in a run
    const RecordKind record_kind;
};

}  // namespace sluice::tcp
