#include "apps/common/http/fields.h"

#include <algorithm>

#include "apps/common/http/text.h"

namespace sluice::http {

std::optional<std::string_view> Fields::find(std::string_view name) const {
    for (const Field& field : list_)
        if (equals_ignoring_case(field.name, name)) return field.value;
    return {};
}

std::size_t Fields::count(std::string_view name) const {
    return static_cast<std::size_t>(std::ranges::count_if(
        list_, [&](const Field& field) { return equals_ignoring_case(field.name, name); }));
}

std::optional<std::string> Fields::joined(std::string_view name) const {
    std::optional<std::string> all;
    for (const Field& field : list_) {
        if (!equals_ignoring_case(field.name, name)) continue;
        if (all)
            *all += ", ";
        else
            all.emplace();
        *all += field.value;
    }
    return all;
}

}  // namespace sluice::http
