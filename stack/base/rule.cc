#include "base/rule.h"

#include <array>

namespace sluice {

std::string_view text_of(Rule rule) {
    static constexpr std::array<std::string_view, static_cast<std::size_t>(Rule::count_)> texts{{
#define SLUICE_RULE_TEXT(name, text) text,
        SLUICE_RULES(SLUICE_RULE_TEXT)
#undef SLUICE_RULE_TEXT
    }};
    return texts.at(static_cast<std::size_t>(rule));
}

}  // namespace sluice
