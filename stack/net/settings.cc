#include "net/settings.h"

#include <array>

namespace sluice::net {

std::span<const SettingRow<Settings>> setting_rows() {
    using Row = SettingRow<Settings>;
    static constexpr std::array rows{
        SLUICE_NET_SETTINGS(SLUICE_DURATION_ROW, SLUICE_NUMBER_ROW, SLUICE_FLAG_ROW)};
    return rows;
}

}  // namespace sluice::net
