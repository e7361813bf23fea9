#include "udp/settings.h"

#include <array>

namespace sluice::udp {

std::span<const SettingRow<Settings>> setting_rows() {
    using Row = SettingRow<Settings>;
    static constexpr std::array rows{
        SLUICE_UDP_SETTINGS(SLUICE_DURATION_ROW, SLUICE_NUMBER_ROW, SLUICE_FLAG_ROW)};
    return rows;
}

}  // namespace sluice::udp
