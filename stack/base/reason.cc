#include "base/reason.h"

#include <array>

namespace sluice {
namespace {

struct Row {
    std::string_view name;
    std::string_view text;
    std::string_view clause;
};

constexpr std::array<Row, reason_count> rows{{
#define SLUICE_REASON_ROW(name, text, clause) Row{#name, text, clause},
    SLUICE_REASONS(SLUICE_REASON_ROW)
#undef SLUICE_REASON_ROW
}};

const Row& row_of(Reason reason) { return rows.at(static_cast<std::size_t>(reason)); }

}  // namespace

std::string_view name_of(Reason reason) { return row_of(reason).name; }
std::string_view text_of(Reason reason) { return row_of(reason).text; }
std::string_view clause_of(Reason reason) { return row_of(reason).clause; }

}  // namespace sluice
