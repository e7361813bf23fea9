#include "tcp/settings.h"

#include <array>

namespace sluice::tcp {

std::span<const SettingRow<Settings>> setting_rows() {
    using Row = SettingRow<Settings>;
    static constexpr std::array rows{
#define SLUICE_DURATION(name, value, least, most, text) \
    Row{#name, &Settings::name, Duration(least).count(), Duration(most).count(), text},
#define SLUICE_NUMBER(name, value, least, most, text) Row{#name, &Settings::name, least, most, text},
#define SLUICE_FLAG(name, value, text) Row{#name, &Settings::name, 0, 1, text},
#define SLUICE_CHOICE(name, type, value, text)                                                       \
    Row{#name,                                                                                       \
        SettingChoice<Settings>{[](const Settings& s) { return static_cast<std::uint8_t>(s.name); }, \
                                [](Settings& s, std::uint8_t v) { s.name = static_cast<type>(v); },  \
                                names_of(type{})},                                                   \
        0, static_cast<std::int64_t>(names_of(type{}).size()) - 1, text},
        SLUICE_TCP_SETTINGS(SLUICE_DURATION, SLUICE_NUMBER, SLUICE_FLAG, SLUICE_CHOICE)
#undef SLUICE_CHOICE
#undef SLUICE_DURATION
#undef SLUICE_NUMBER
#undef SLUICE_FLAG
    };
    return rows;
}

}  // namespace sluice::tcp
