// Tunables by name: what `--set name=value` and the tests use. A settings struct lists its fields once, in a macro;
// rows made from that list know each field's type, range and documentation.
//
//   durations  "200ms" "1.5s" "40us" "2min" "1h"       numbers  "65535"  with optional k, M, G (1024)
//   flags      "on" "off"                              choices  one of the row's names
#pragma once

#include <cstdint>
#include <expected>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "base/time.h"

namespace sluice {

// A field that is one of a few names; its value is the number of the name.
template <typename Settings>
struct SettingChoice {
    std::uint8_t (*get)(const Settings&);
    void (*set)(Settings&, std::uint8_t);
    std::span<const std::string_view> names;
};

template <typename Settings>
struct SettingRow {
    using Field = std::variant<Duration Settings::*, std::uint32_t Settings::*, bool Settings::*,
                               SettingChoice<Settings>>;
    std::string_view name;
    Field field;
    std::int64_t least;  // nanoseconds for durations
    std::int64_t most;
    std::string_view text;  // what it limits, with its RFC section
};

// The value of `text`, or a message that names the accepted range.
std::expected<std::int64_t, std::string> parse_duration(std::string_view text, std::int64_t least,
                                                        std::int64_t most);
std::expected<std::int64_t, std::string> parse_number(std::string_view text, std::int64_t least,
                                                      std::int64_t most);
std::expected<bool, std::string> parse_flag(std::string_view text);
std::expected<std::uint8_t, std::string> parse_choice(std::string_view text,
                                                      std::span<const std::string_view> names);
std::string choice_text(std::span<const std::string_view> names);  // "one, two or three"
std::string duration_text(std::int64_t nanoseconds);               // the shortest exact form: "200ms"

// The value of a field as text that apply_setting takes.
template <typename Settings>
std::string setting_text(const Settings& settings, const SettingRow<Settings>& row) {
    if (const auto* duration = std::get_if<Duration Settings::*>(&row.field))
        return duration_text((settings.**duration).count());
    if (const auto* number = std::get_if<std::uint32_t Settings::*>(&row.field))
        return std::to_string(settings.**number);
    if (const auto* choice = std::get_if<SettingChoice<Settings>>(&row.field))
        return std::string(choice->names[choice->get(settings)]);
    return settings.*std::get<bool Settings::*>(row.field) ? "on" : "off";
}

// Sets one field. True if the name is known; the message is for a bad value.
template <typename Settings>
std::expected<bool, std::string> apply_setting(Settings& settings, std::span<const SettingRow<Settings>> rows,
                                               std::string_view name, std::string_view value) {
    for (const auto& row : rows) {
        if (row.name != name) continue;
        if (const auto* duration = std::get_if<Duration Settings::*>(&row.field)) {
            const auto parsed = parse_duration(value, row.least, row.most);
            if (!parsed) return std::unexpected(parsed.error());
            settings.** duration = Duration(*parsed);
        } else if (const auto* number = std::get_if<std::uint32_t Settings::*>(&row.field)) {
            const auto parsed = parse_number(value, row.least, row.most);
            if (!parsed) return std::unexpected(parsed.error());
            settings.** number = static_cast<std::uint32_t>(*parsed);
        } else if (const auto* choice = std::get_if<SettingChoice<Settings>>(&row.field)) {
            const auto parsed = parse_choice(value, choice->names);
            if (!parsed) return std::unexpected(parsed.error());
            choice->set(settings, *parsed);
        } else {
            const auto parsed = parse_flag(value);
            if (!parsed) return std::unexpected(parsed.error());
            settings.*std::get<bool Settings::*>(row.field) = *parsed;
        }
        return true;
    }
    return false;
}

}  // namespace sluice

// What a list D(...) N(...) B(...) C(...) of settings becomes. First the fields of a struct Settings:
#define SLUICE_DURATION_FIELD(name, value, least, most, text) Duration name = value;
#define SLUICE_NUMBER_FIELD(name, value, least, most, text) std::uint32_t name = value;
#define SLUICE_FLAG_FIELD(name, value, text) bool name = value;
#define SLUICE_CHOICE_FIELD(name, type, value, text) type name = value;
// Then the rows about them; Row is SettingRow<Settings>.
#define SLUICE_DURATION_ROW(name, value, least, most, text) \
    Row{#name, &Settings::name, Duration(least).count(), Duration(most).count(), text},
#define SLUICE_NUMBER_ROW(name, value, least, most, text) Row{#name, &Settings::name, least, most, text},
#define SLUICE_FLAG_ROW(name, value, text) Row{#name, &Settings::name, 0, 1, text},
#define SLUICE_CHOICE_ROW(name, type, value, text)                                                   \
    Row{#name,                                                                                       \
        SettingChoice<Settings>{[](const Settings& s) { return static_cast<std::uint8_t>(s.name); }, \
                                [](Settings& s, std::uint8_t v) { s.name = static_cast<type>(v); },  \
                                names_of(type{})},                                                   \
        0, static_cast<std::int64_t>(names_of(type{}).size()) - 1, text},
