#include "tcp/settings.h"

#include <doctest/doctest.h>

#include <set>

namespace sluice::tcp {
namespace {

TEST_CASE("every setting has a name of its own, a text with its section, and a default within its range") {
    const Settings settings;
    std::set<std::string_view> names;
    for (const auto& row : setting_rows()) {
        CAPTURE(row.name);
        CHECK(names.insert(row.name).second);
        CHECK_FALSE(row.text.empty());
        CHECK(row.least <= row.most);
        std::int64_t value = 0;
        if (const auto* duration = std::get_if<Duration Settings::*>(&row.field))
            value = (settings.**duration).count();
        else if (const auto* number = std::get_if<std::uint32_t Settings::*>(&row.field))
            value = settings.**number;
        else if (const auto* choice = std::get_if<SettingChoice<Settings>>(&row.field))
            value = choice->get(settings);
        else
            value = settings.*std::get<bool Settings::*>(row.field) ? 1 : 0;
        CHECK(value >= row.least);
        CHECK(value <= row.most);
    }
    CHECK(names.size() > 40);
}

TEST_CASE("defaults are what the RFCs ask for") {
    const Settings settings;
    CHECK(settings.rto_initial == 1s);               // [R6298-1]
    CHECK(settings.rto_max >= 60s);                  // [R6298-6]
    CHECK(settings.rto_after_syn_loss == 3s);        // [R6298-16]
    CHECK(settings.syn_timeout >= 180s);             // [MUST-23]
    CHECK(settings.user_timeout >= 100s);            // [SHLD-11]
    CHECK(settings.retries_before_advice >= 3);      // [SHLD-10]
    CHECK(settings.delayed_ack < 500ms);             // [MUST-40]
    CHECK(settings.ack_every == 2);                  // [SHLD-19]
    CHECK(settings.keepalive_idle >= 2h);            // [MUST-28]
    CHECK(settings.silly_window_override >= 100ms);  // RFC 9293 3.8.6.2.1: 0.1 to 1.0 s
    CHECK(settings.silly_window_override <= 1s);
    CHECK(settings.mss_default == 536);             // [MUST-15]
    CHECK(settings.duplicate_acks == 3);            // RFC 5681 3.2
    CHECK(settings.initial_window_segments == 10);  // RFC 6928 2
    CHECK(settings.challenge_acks == 10);           // [R5961-7]
    CHECK(settings.challenge_period == 5s);
    CHECK(settings.paws_idle == 24 * 24h);           // [R7323-20]
    CHECK(settings.nagle);                           // [SHLD-7]
    CHECK_FALSE(settings.time_wait_ignores_resets);  // D-5
}

TEST_CASE("settings change by name and refuse what is out of range") {
    Settings settings;
    CHECK(apply_setting(settings, setting_rows(), "rto_min", "1s") == true);
    CHECK(settings.rto_min == 1s);
    CHECK(apply_setting(settings, setting_rows(), "receive_buffer", "64k") == true);
    CHECK(settings.receive_buffer == 65536);
    CHECK_FALSE(apply_setting(settings, setting_rows(), "delayed_ack", "500ms"));  // [MUST-40]
    CHECK_FALSE(apply_setting(settings, setting_rows(), "rto_max", "59s"));        // [R6298-6]
    CHECK(apply_setting(settings, setting_rows(), "congestion", "reno") == true);
    CHECK(settings.congestion == Congestion::reno);
    CHECK_FALSE(apply_setting(settings, setting_rows(), "congestion", "Reno"));
    CHECK(apply_setting(settings, setting_rows(), "no_such_thing", "1") == false);
}

}  // namespace
}  // namespace sluice::tcp
