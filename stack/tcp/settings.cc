#include "tcp/settings.h"

#include <array>

namespace sluice::tcp {

std::span<const SettingRow<Settings>> setting_rows() {
    using Row = SettingRow<Settings>;
    static constexpr std::array rows{
        SLUICE_TCP_SETTINGS(SLUICE_DURATION_ROW, SLUICE_NUMBER_ROW, SLUICE_FLAG_ROW, SLUICE_CHOICE_ROW)};
    return rows;
}

}  // namespace sluice::tcp
