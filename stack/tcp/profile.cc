#include "tcp/profile.h"

#include "base/check.h"

namespace sluice::tcp {

std::span<const ProfileRow> profile_rows() {
    static constexpr std::array rows{
        ProfileRow{"syn_options", "sack_first", "scale_first"},
        ProfileRow{"window_shift_least", "8", "6"},
        ProfileRow{"receive_buffer", "65535", "65535"},
        ProfileRow{"receive_buffer_max", "15M", "0"},
        ProfileRow{"quick_acks", "16", "0"},
        ProfileRow{"delayed_ack", "40ms", "40ms"},
        ProfileRow{"ack_every", "2", "2"},
        ProfileRow{"initial_window_segments", "10", "10"},
        ProfileRow{"rto_initial", "1s", "1s"},
        ProfileRow{"rto_min", "200ms", "230ms"},
        ProfileRow{"rack", "on", "off"},
        ProfileRow{"tail_probe", "on", "off"},
        ProfileRow{"prr", "on", "off"},
        ProfileRow{"congestion", "cubic", "reno"},
        ProfileRow{"close_wait_reset_is_pipe", "on", "off"},
        ProfileRow{"read_after_shutdown", "on", "off"},
        ProfileRow{"persist_probe_octets", "0", "1"},
    };
    return rows;
}

bool apply_profile(Settings& settings, std::string_view name) {
    if (name != profile_names[0] && name != profile_names[1]) return false;
    for (const ProfileRow& row : profile_rows()) {
        const auto applied = apply_setting(settings, setting_rows(), row.setting,
                                           name == profile_names[0] ? row.linux_value : row.bsd_value);
        SLUICE_CHECK(applied && *applied);
    }
    return true;
}

}  // namespace sluice::tcp
