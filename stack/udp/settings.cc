#include "udp/settings.h"

#include <array>

namespace sluice::udp {

std::span<const SettingRow<Settings>> setting_rows() {
    using Row = SettingRow<Settings>;
    static constexpr std::array rows{
#define SLUICE_DURATION(name, value, least, most, text) \
    Row{#name, &Settings::name, Duration(least).count(), Duration(most).count(), text},
#define SLUICE_NUMBER(name, value, least, most, text) Row{#name, &Settings::name, least, most, text},
#define SLUICE_FLAG(name, value, text) Row{#name, &Settings::name, 0, 1, text},
        SLUICE_UDP_SETTINGS(SLUICE_DURATION, SLUICE_NUMBER, SLUICE_FLAG)
#undef SLUICE_DURATION
#undef SLUICE_NUMBER
#undef SLUICE_FLAG
    };
    return rows;
}

}  // namespace sluice::udp
