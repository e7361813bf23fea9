#include "apps/common/http/settings.h"

#include <array>

namespace sluice::http {

std::span<const SettingRow<Settings>> setting_rows() {
    using Row = SettingRow<Settings>;
    static constexpr std::array rows{
#define SLUICE_HTTP_DURATION(name, value, least, most, text) \
    Row{#name, &Settings::name, Duration(least).count(), Duration(most).count(), text},
#define SLUICE_HTTP_NUMBER(name, value, least, most, text) Row{#name, &Settings::name, least, most, text},
        SLUICE_HTTP_SETTINGS(SLUICE_HTTP_DURATION, SLUICE_HTTP_NUMBER)
#undef SLUICE_HTTP_DURATION
#undef SLUICE_HTTP_NUMBER
    };
    return rows;
}

}  // namespace sluice::http
