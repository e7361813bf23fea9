// Records packed for a page: column after column, each value as its difference from the record it most resembles (the
// previous one of the run, of its connection, or of its connection and kind), in variable length, zigzag. A browser
// unpacks 100 000 records in a few milliseconds, and a general compressor finds little left to do.
//
//   count, then for each column of column_names(): its length in octets, then `count` numbers
//
// Every batch stands for itself.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/trace_record.h"

namespace sluice::trace {

std::vector<std::uint8_t> pack_columns(std::span<const TraceRecord> records);
std::string base64(std::span<const std::uint8_t> octets);

// What the numbers mean, as a JSON object: the names of the columns in order, which record each differs from, and the
// words of every enumeration.
void append_vocabulary(std::string& out);

}  // namespace sluice::trace
