#include "tcp/profile.h"

#include <doctest/doctest.h>

#include <string>

namespace sluice::tcp {
namespace {

std::string value_of(const Settings& settings, std::string_view name) {
    for (const auto& row : setting_rows())
        if (row.name == name) return setting_text(settings, row);
    return "no such setting";
}

// The value as the setting itself would show it: "15M" is 15728640.
std::string shown(std::string_view name, std::string_view value) {
    Settings settings;
    CHECK(apply_setting(settings, setting_rows(), name, value) == true);
    return value_of(settings, name);
}

TEST_CASE("a profile sets all its settings, whatever they were, and no other") {
    for (const std::string_view name : profile_names) {
        CAPTURE(name);
        Settings settings;
        REQUIRE(apply_profile(settings, name == "linux" ? "bsd" : "linux"));
        settings.nagle = false;
        REQUIRE(apply_profile(settings, name));
        for (const ProfileRow& row : profile_rows()) {
            CAPTURE(row.setting);
            CHECK(value_of(settings, row.setting) ==
                  shown(row.setting, name == "linux" ? row.linux_value : row.bsd_value));
        }
        CHECK_FALSE(settings.nagle);
    }
}

TEST_CASE("the figures of both profiles") {
    Settings linux_like;
    REQUIRE(apply_profile(linux_like, "linux"));
    CHECK(linux_like.rto_min == 200ms);
    CHECK(linux_like.receive_buffer == 65535);
    CHECK(linux_like.receive_buffer_max == 15U << 20U);
    CHECK(linux_like.congestion == Congestion::cubic);
    CHECK(linux_like.rack);
    Settings bsd_like;
    REQUIRE(apply_profile(bsd_like, "bsd"));
    CHECK(bsd_like.rto_min == 230ms);
    CHECK(bsd_like.receive_buffer_max == 0);
    CHECK(bsd_like.congestion == Congestion::reno);
    CHECK_FALSE(bsd_like.tail_probe);
}

TEST_CASE("an unknown profile changes nothing") {
    Settings settings;
    CHECK_FALSE(apply_profile(settings, "plan9"));
    CHECK(settings.syn_options == wire::OptionOrder::sack_first);
}

}  // namespace
}  // namespace sluice::tcp
