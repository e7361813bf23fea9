#include "base/setting.h"

#include <doctest/doctest.h>

#include <array>

namespace sluice {
namespace {

constexpr std::int64_t hour = 3'600'000'000'000;

TEST_CASE("a duration is a number and a unit") {
    CHECK(parse_duration("200ms", 0, hour) == 200'000'000);
    CHECK(parse_duration("1.5s", 0, hour) == 1'500'000'000);
    CHECK(parse_duration("40us", 0, hour) == 40'000);
    CHECK(parse_duration("7ns", 0, hour) == 7);
    CHECK(parse_duration("2min", 0, 2 * hour) == 120'000'000'000);
    CHECK(parse_duration("1h", 0, hour) == hour);
    CHECK(parse_duration("0s", 0, hour) == 0);
    CHECK(parse_duration("0.1ms", 0, hour) == 100'000);
}

TEST_CASE("anything else is refused with the accepted range") {
    for (const char* bad : {"", "ms", "5", "5 ms", " 5ms", "5ms ", "-1ms", "5m", "5sec", "five", "nan", "inf",
                            "infs", "nans", "0x5ms", "1e300s", "1,5s"}) {
        CAPTURE(bad);
        const auto refused = parse_duration(bad, 0, hour);
        REQUIRE_FALSE(refused);
        CHECK(refused.error() == "a duration from 0s to 1h such as 200ms");
    }
}

TEST_CASE("both ends of a range belong to it") {
    CHECK(parse_duration("1ms", 1'000'000, 2'000'000) == 1'000'000);
    CHECK(parse_duration("2ms", 1'000'000, 2'000'000) == 2'000'000);
    CHECK_FALSE(parse_duration("0.999ms", 1'000'000, 2'000'000));
    CHECK_FALSE(parse_duration("2001us", 1'000'000, 2'000'000));
    CHECK(parse_number("10", 10, 20) == 10);
    CHECK(parse_number("20", 10, 20) == 20);
    CHECK_FALSE(parse_number("9", 10, 20));
    CHECK_FALSE(parse_number("21", 10, 20));
}

TEST_CASE("a number may count in units of 1024") {
    CHECK(parse_number("65535", 0, 65535) == 65535);
    CHECK(parse_number("64k", 0, 1 << 30) == 65536);
    CHECK(parse_number("64K", 0, 1 << 30) == 65536);
    CHECK(parse_number("3M", 0, 1 << 30) == 3145728);
    CHECK(parse_number("1G", 0, 1 << 30) == 1073741824);
    CHECK_FALSE(parse_number("2G", 0, 1 << 30));
    CHECK_FALSE(parse_number("9007199254740993G", 0, INT64_MAX));  // would overflow
    CHECK_FALSE(parse_number("0k", 100, 5000));
    for (const char* bad : {"", "k", "1.5k", "1kB", "+1", " 1", "1 ", "0x10", "-1", "99999999999999999999"}) {
        CAPTURE(bad);
        const auto refused = parse_number(bad, 0, 100);
        REQUIRE_FALSE(refused);
        CHECK(refused.error() == "a number from 0 to 100");
    }
}

TEST_CASE("a flag is on or off") {
    for (const char* on : {"on", "true", "1"}) CHECK(parse_flag(on) == true);
    for (const char* off : {"off", "false", "0"}) CHECK(parse_flag(off) == false);
    for (const char* bad : {"", "yes", "ON", "2", "on "}) CHECK_FALSE(parse_flag(bad));
}

TEST_CASE("a duration prints in the largest unit that divides it, and reads back") {
    constexpr std::array<std::pair<std::int64_t, const char*>, 8> table{{{0, "0s"},
                                                                         {1, "1ns"},
                                                                         {1500, "1500ns"},
                                                                         {40'000'000, "40ms"},
                                                                         {1'500'000'000, "1500ms"},
                                                                         {90'000'000'000, "90s"},
                                                                         {180'000'000'000, "3min"},
                                                                         {24 * hour, "24h"}}};
    for (const auto& [ns, text] : table) {
        CHECK(duration_text(ns) == text);
        CHECK(parse_duration(text, 0, 100 * hour) == ns);
    }
}

struct Sample {
    Duration wait = 1s;
    std::uint32_t count = 5;
    bool is_on = false;
    std::uint8_t color = 1;
};
constexpr std::array<std::string_view, 3> colors{"red", "green", "blue"};
const std::array<SettingRow<Sample>, 4> rows{
    {{"wait", &Sample::wait, 1000, hour, "how long"},
     {"count", &Sample::count, 1, 10, "how many"},
     {"is_on", &Sample::is_on, 0, 1, "whether"},
     {"color",
      SettingChoice<Sample>{[](const Sample& s) { return s.color; },
                            [](Sample& s, std::uint8_t v) { s.color = v; }, colors},
      0, 2, "which"}}};

TEST_CASE("a setting is found by name and changes one field") {
    Sample sample;
    const std::span<const SettingRow<Sample>> all(rows);
    CHECK(apply_setting(sample, all, "wait", "20ms") == true);
    CHECK(apply_setting(sample, all, "count", "7") == true);
    CHECK(apply_setting(sample, all, "is_on", "on") == true);
    CHECK(sample.wait == 20ms);
    CHECK(sample.count == 7);
    CHECK(sample.is_on);
    CHECK(apply_setting(sample, all, "nothing", "7") == false);
    const auto refused = apply_setting(sample, all, "count", "11");
    REQUIRE_FALSE(refused);
    CHECK(refused.error() == "a number from 1 to 10");
    CHECK(sample.count == 7);
    CHECK_FALSE(apply_setting(sample, all, "wait", "7"));
    CHECK(apply_setting(sample, all, "color", "blue") == true);
    CHECK(sample.color == 2);
    CHECK(apply_setting(sample, all, "color", "bluer").error() == "red, green or blue");
    CHECK(apply_setting(sample, all, "color", "2").error() == "red, green or blue");
    CHECK_FALSE(apply_setting(sample, all, "is_on", "maybe"));
}

TEST_CASE("the value of a setting is told as text that sets it") {
    const Sample sample;
    std::string text;
    for (const auto& row : rows) text += setting_text(sample, row) + " ";
    CHECK(text == "1s 5 off green ");
}

}  // namespace
}  // namespace sluice
