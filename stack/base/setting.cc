#include "base/setting.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cmath>

namespace sluice {
namespace {

struct Unit {
    std::string_view name;
    double scale;
};

constexpr std::array<Unit, 6> duration_units{
    {{"ns", 1}, {"us", 1e3}, {"ms", 1e6}, {"min", 60e9}, {"s", 1e9}, {"h", 3600e9}}};

// Splits "1.5s" into 1.5 and "s"; false if it does not begin with a number.
bool split(std::string_view text, double& number, std::string_view& unit) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || !std::isfinite(number)) return false;
    unit = text.substr(static_cast<std::size_t>(end - text.data()));
    return true;
}

}  // namespace

std::string duration_text(std::int64_t nanoseconds) {
    constexpr std::array<std::pair<std::int64_t, std::string_view>, 6> sizes{{{3'600'000'000'000, "h"},
                                                                              {60'000'000'000, "min"},
                                                                              {1'000'000'000, "s"},
                                                                              {1'000'000, "ms"},
                                                                              {1'000, "us"},
                                                                              {1, "ns"}}};
    if (nanoseconds == 0) return "0s";
    for (const auto& [size, name] : sizes)
        if (nanoseconds % size == 0) return fmt::format("{}{}", nanoseconds / size, name);
    return {};
}

std::expected<std::int64_t, std::string> parse_duration(std::string_view text, std::int64_t least,
                                                        std::int64_t most) {
    const std::string wanted =
        fmt::format("a duration from {} to {} such as 200ms", duration_text(least), duration_text(most));
    double number = 0;
    std::string_view unit;
    if (!split(text, number, unit)) return std::unexpected(wanted);
    for (const Unit& known : duration_units) {
        if (known.name != unit) continue;
        const double scaled = std::round(number * known.scale);
        if (scaled < static_cast<double>(least) || scaled > static_cast<double>(most))
            return std::unexpected(wanted);
        return static_cast<std::int64_t>(scaled);
    }
    return std::unexpected(wanted);
}

std::expected<std::int64_t, std::string> parse_number(std::string_view text, std::int64_t least,
                                                      std::int64_t most) {
    const std::string wanted = fmt::format("a number from {} to {}", least, most);
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc()) return std::unexpected(wanted);
    const std::string_view unit(end, static_cast<std::size_t>(text.data() + text.size() - end));
    std::int64_t scale = 1;
    if (unit == "k" || unit == "K")
        scale = 1024;
    else if (unit == "M")
        scale = 1024 * 1024;
    else if (unit == "G")
        scale = 1024 * 1024 * 1024;
    else if (!unit.empty())
        return std::unexpected(wanted);
    if (number < least / scale || number > most / scale) return std::unexpected(wanted);
    number *= scale;
    if (number < least || number > most) return std::unexpected(wanted);
    return number;
}

std::expected<bool, std::string> parse_flag(std::string_view text) {
    if (text == "on" || text == "true" || text == "1") return true;
    if (text == "off" || text == "false" || text == "0") return false;
    return std::unexpected("on or off");
}

std::string choice_text(std::span<const std::string_view> names) {
    std::string text;
    for (std::size_t i = 0; i < names.size(); ++i)
        text += fmt::format("{}{}", i == 0 ? "" : i + 1 == names.size() ? " or " : ", ", names[i]);
    return text;
}

std::expected<std::uint8_t, std::string> parse_choice(std::string_view text,
                                                      std::span<const std::string_view> names) {
    for (std::size_t i = 0; i < names.size(); ++i)
        if (names[i] == text) return static_cast<std::uint8_t>(i);
    return std::unexpected(choice_text(names));
}

}  // namespace sluice
