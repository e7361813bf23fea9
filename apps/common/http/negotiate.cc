#include "apps/common/http/negotiate.h"

#include <algorithm>

#include "apps/common/http/text.h"

namespace sluice::http {
namespace {

// RFC 9110 12.4.2: qvalue = ( "0" [ "." 0*3DIGIT ] ) / ( "1" [ "." 0*3("0") ] ), in thousandths.
std::optional<std::uint32_t> parse_weight(std::string_view text) {
    if (text.empty() || text.size() > 5 || (text[0] != '0' && text[0] != '1')) return {};
    if (text.size() > 1 && text[1] != '.') return {};
    std::uint32_t weight = text[0] == '1' ? 1000 : 0;
    std::uint32_t place = 100;
    for (const char c : text.substr(std::min<std::size_t>(2, text.size()))) {
        if (!is_digit(c)) return {};
        weight += static_cast<std::uint32_t>(c - '0') * place;
        place /= 10;
    }
    return weight > 1000 ? std::nullopt : std::optional(weight);
}

Preference parse_preference(std::string_view element) {
    const auto semicolon = element.find(';');
    Preference preference{trimmed(element.substr(0, semicolon))};
    if (semicolon == std::string_view::npos) return preference;
    const auto parameter = trimmed(element.substr(semicolon + 1));
    if (parameter.size() > 2 && equals_ignoring_case(parameter.substr(0, 2), "q="))
        preference.weight = parse_weight(parameter.substr(2)).value_or(1000);
    return preference;
}

// The weight of a coding: by its name, else by "*"; nothing when neither is there.
std::optional<std::uint32_t> weight_of(const std::vector<Preference>& list, std::string_view name) {
    std::optional<std::uint32_t> others;
    for (const Preference& preference : list) {
        const bool is_alias = name == "gzip" && equals_ignoring_case(preference.value, "x-gzip");
        if (is_alias || equals_ignoring_case(preference.value, name)) return preference.weight;
        if (preference.value == "*") others = preference.weight;
    }
    return others;
}

bool is_language_tag(std::string_view tag) {
    return !tag.empty() && tag.size() <= 35 &&
           std::ranges::all_of(tag, [](char c) { return c == '-' || (is_token_character(c) && c != '.'); });
}

}  // namespace

std::vector<Preference> parse_preferences(std::string_view list, std::size_t elements_max) {
    std::vector<Preference> preferences;
    for (const auto element : list_elements(list)) {
        if (preferences.size() == elements_max) break;
        preferences.push_back(parse_preference(element));
    }
    return preferences;
}

Coding choose_coding(const Fields& request) {
    const auto field = request.joined("Accept-Encoding");
    // RFC 9110 12.5.3 rule 1: without the field any coding will do; the plain one is understood by everybody.
    if (!field) return Coding::identity;
    const auto list = parse_preferences(*field);
    const std::uint32_t gzip = weight_of(list, "gzip").value_or(0);
    // Rule 2: identity is acceptable unless "identity;q=0" or "*;q=0" says otherwise.
    const auto named = weight_of(list, "identity");
    if (gzip > 0 && (!named || gzip >= *named || named == 0)) return Coding::gzip;
    return named == 0U ? Coding::none_acceptable : Coding::identity;
}

bool accepts_gzip(const Fields& request) {
    const auto field = request.joined("Accept-Encoding");
    return !field || weight_of(parse_preferences(*field), "gzip").value_or(0) > 0;
}

std::vector<std::string> languages_to_try(const Fields& request) {
    constexpr std::size_t tries_max = 8;
    const auto field = request.joined("Accept-Language");
    if (!field) return {};
    auto list = parse_preferences(*field);
    std::ranges::stable_sort(list, std::ranges::greater(), &Preference::weight);
    std::vector<std::string> tags;
    for (const Preference& preference : list) {
        if (preference.weight == 0 || !is_language_tag(preference.value)) continue;
        // RFC 4647 3.4: the tag is cut at its hyphens until something fits.
        for (auto tag = preference.value; !tag.empty() && tags.size() < tries_max;
             tag = tag.substr(0, std::min(tag.rfind('-'), tag.size()))) {
            tags.emplace_back(tag);
            if (!tag.contains('-')) break;
        }
    }
    return tags;
}

}  // namespace sluice::http
