// Profiles: the settings in which other systems' TCPs differ, set together (docs/profiles.md). For scripts that were
// written against one of those systems, and for comparing.
#pragma once

#include <array>
#include <span>
#include <string_view>

#include "tcp/settings.h"

namespace sluice::tcp {

struct ProfileRow {
    std::string_view setting;
    std::string_view linux_value;
    std::string_view bsd_value;
};

inline constexpr std::array<std::string_view, 2> profile_names{"linux", "bsd"};

std::span<const ProfileRow> profile_rows();
// False: there is no profile of that name.
bool apply_profile(Settings& settings, std::string_view name);

}  // namespace sluice::tcp
