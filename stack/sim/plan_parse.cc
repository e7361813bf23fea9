#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <functional>
#include <map>

#include "sim/plan.h"

namespace sluice::sim {
namespace {

using Words = std::vector<std::string_view>;
// Empty: all is well. Else what is wrong.
using Wrong = std::string;

Words split(std::string_view line) {
    Words words;
    line = line.substr(0, line.find('#'));
    while (true) {
        const std::size_t begin = line.find_first_not_of(" \t\r");
        if (begin == line.npos) return words;
        const std::size_t end = std::min(line.find_first_of(" \t\r", begin), line.size());
        words.push_back(line.substr(begin, end - begin));
        line.remove_prefix(end);
    }
}

// --- values

using Setter = std::function<Wrong(std::string_view)>;

template <typename Number>
Setter number(Number& into, std::int64_t least, std::int64_t most) {
    return [&into, least, most](std::string_view text) -> Wrong {
        const auto value = parse_number(text, least, most);
        if (!value) return value.error();
        into = static_cast<Number>(*value);
        return {};
    };
}

Setter duration(Duration& into) {
    return [&into](std::string_view text) -> Wrong {
        const auto value = parse_duration(text, 0, Duration(std::chrono::hours(1)).count());
        if (!value) return value.error();
        into = Duration(*value);
        return {};
    };
}

Setter flag(bool& into) {
    return [&into](std::string_view text) -> Wrong {
        const auto value = parse_flag(text);
        if (!value) return value.error();
        into = *value;
        return {};
    };
}

Setter chance(double& into) {
    return [&into](std::string_view text) -> Wrong {
        const bool is_percent = text.ends_with('%');
        if (is_percent) text.remove_suffix(1);
        double value = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
        into = is_percent ? value / 100 : value;
        const bool is_right = error == std::errc() && end == text.data() + text.size();
        return is_right && into >= 0 && into <= 1 ? Wrong() : "a chance such as 0.02 or 2%";
    };
}

Setter rate(std::uint64_t& into) {
    return [&into](std::string_view text) -> Wrong {
        std::uint64_t value = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
        const std::string_view unit(end, static_cast<std::size_t>(text.data() + text.size() - end));
        const std::uint64_t scale = unit == "kbit"   ? 1'000
                                    : unit == "Mbit" ? 1'000'000
                                    : unit == "Gbit" ? 1'000'000'000
                                                     : 0;
        if (error != std::errc() || scale == 0 || value == 0 || value > 1'000'000)
            return "a rate such as 10Mbit (kbit, Mbit, Gbit)";
        into = value * scale;
        return {};
    };
}

Setter prefix(std::string& into) {
    return [&into](std::string_view text) -> Wrong {
        into = text;
        return wire::parse_prefix(text) ? Wrong() : "an address with prefix length, such as 192.0.2.1/24";
    };
}

Setter ending(Ending& into) {
    return [&into](std::string_view text) -> Wrong {
        constexpr std::array<std::string_view, static_cast<std::size_t>(Ending::count_)> names{
            "in-turn",       "at-once",     "client-aborts", "server-aborts",
            "client-unread", "client-deaf", "client-hasty"};
        const auto value = parse_choice(text, names);
        if (!value) return value.error();
        into = static_cast<Ending>(*value);
        return {};
    };
}

using Setters = std::map<std::string_view, Setter>;

// Pairs of an option and its value, from place `at` on.
Wrong apply(const Words& words, std::size_t at, const Setters& setters) {
    for (; at < words.size(); at += 2) {
        const auto found = setters.find(words[at]);
        if (found == setters.end()) return fmt::format("'{}' is no option here", words[at]);
        if (at + 1 == words.size()) return fmt::format("{} needs a value", words[at]);
        const Wrong wrong = found->second(words[at + 1]);
        if (!wrong.empty()) return fmt::format("{} {}: {}", words[at], words[at + 1], wrong);
    }
    return {};
}

// "tcp.congestion=reno"; `is_known` stays false for a word that is none.
Wrong apply_setting_word(StackConfig& config, std::string_view word, bool& is_known) {
    const std::size_t equals = word.find('=');
    is_known = equals != word.npos;
    if (!is_known) return {};
    const auto apply_to = [&](std::string_view folder, auto& settings, auto rows, Wrong& wrong) {
        if (!word.starts_with(folder)) return false;
        const auto done = apply_setting(settings, rows, word.substr(folder.size(), equals - folder.size()),
                                        word.substr(equals + 1));
        if (!done) wrong = fmt::format("{} is not {}", word, done.error());
        return !done || *done;
    };
    Wrong wrong;
    if (apply_to("tcp.", config.tcp, tcp::setting_rows(), wrong) ||
        apply_to("net.", config.net, net::setting_rows(), wrong) ||
        apply_to("udp.", config.udp, udp::setting_rows(), wrong))
        return wrong;
    return fmt::format("there is no setting {}", word.substr(0, equals));
}

// --- lines

class Parser {
public:
    Wrong take(const Words& words) {
        static constexpr std::array<std::pair<std::string_view, Wrong (Parser::*)(const Words&)>, 8> verbs{
            {{"host", &Parser::host},
             {"switch", &Parser::network_switch},
             {"router", &Parser::router},
             {"link", &Parser::link},
             {"cut", &Parser::cut},
             {"talk", &Parser::talk},
             {"cross", &Parser::cross},
             {"datagrams", &Parser::datagrams}}};
        const auto* verb = std::ranges::find(verbs, words[0], &decltype(verbs)::value_type::first);
        if (verb == verbs.end()) return fmt::format("'{}' begins no line", words[0]);
        return (this->*verb->second)(words);
    }
    Plan plan;

private:
    Wrong add_node(const Words& words, Plan::Node node) {
        if (words.size() < 2) return "a name is missing";
        node.name = words[1];
        if (place_of(words[1])) return fmt::format("there is a {} already", words[1]);
        plan.nodes.push_back(std::move(node));
        return {};
    }
    Wrong host(const Words& words);
    Wrong add_plain(const Words& words, Plan::Kind kind) {
        Plan::Node node;
        node.kind = kind;
        return words.size() > 2 ? fmt::format("a {} has no options", words[0]) : add_node(words, node);
    }
    Wrong network_switch(const Words& words) { return add_plain(words, Plan::Kind::network_switch); }
    Wrong router(const Words& words) { return add_plain(words, Plan::Kind::router); }
    Wrong link(const Words& words);
    Wrong cut(const Words& words);
    Wrong talk(const Words& words) { return add_talk(words, false); }
    Wrong cross(const Words& words) { return add_talk(words, true); }
    Wrong add_talk(const Words& words, bool crosses);
    Wrong datagrams(const Words& words);

    std::optional<std::size_t> place_of(std::string_view name) const {
        const auto found = std::ranges::find(plan.nodes, name, &Plan::Node::name);
        if (found == plan.nodes.end()) return std::nullopt;
        return static_cast<std::size_t>(found - plan.nodes.begin());
    }
    // The two that a line is about.
    Wrong find_two(const Words& words, std::size_t& a, std::size_t& b, bool must_be_hosts) const {
        if (words.size() < 3) return "two names are missing";
        for (const auto& [word, into] : {std::pair(words[1], &a), std::pair(words[2], &b)}) {
            const auto place = place_of(word);
            if (!place) return fmt::format("there is no {} yet", word);
            if (must_be_hosts && plan.nodes[*place].kind != Plan::Kind::host)
                return fmt::format("{} is no host", word);
            *into = *place;
        }
        return a == b ? "two different ones are needed" : Wrong();
    }
};

Wrong Parser::host(const Words& words) {
    Plan::Node node;
    if (words.size() < 3) return "a host needs a name and an address";
    if (Wrong wrong = prefix(node.address)(words[2]); !wrong.empty()) return wrong;
    Words options(words.begin(), words.begin() + 3);
    for (std::size_t i = 3; i < words.size(); ++i) {
        bool is_setting = false;
        if (Wrong wrong = apply_setting_word(node.options.config, words[i], is_setting); !wrong.empty())
            return wrong;
        if (!is_setting) options.push_back(words[i]);
    }
    const Setter clock = [&](std::string_view text) -> Wrong {
        const auto [end, error] =
            std::from_chars(text.data(), text.data() + text.size(), node.options.clock_ppm);
        const bool is_right = error == std::errc() && end == text.data() + text.size() &&
                              std::abs(node.options.clock_ppm) <= 100'000;
        return is_right ? Wrong() : "parts in a million, from -100000 to 100000";
    };
    const Setter via = [&](std::string_view text) -> Wrong {
        node.gateway = wire::parse_address(text);
        return node.gateway ? Wrong() : "an address such as 192.0.2.254";
    };
    if (Wrong wrong = apply(options, 3, {{"clock", clock}, {"via", via}}); !wrong.empty()) return wrong;
    return add_node(words, std::move(node));
}

Wrong Parser::link(const Words& words) {
    Plan::Cable cable;
    if (Wrong wrong = find_two(words, cable.a, cable.b, false); !wrong.empty()) return wrong;
    LinkOptions& link = cable.options;
    Faults& faults = link.faults;
    const Wrong wrong = apply(words, 3,
                              {{"delay", duration(link.delay)},
                               {"rate", rate(link.bits_per_second)},
                               {"queue", number(link.queue.bytes, 1500, 1 << 30)},
                               {"codel", flag(link.queue.codel)},
                               {"mtu", number(link.mtu, 68, 65535)},
                               {"super", flag(link.super_segments)},
                               {"loss", chance(faults.loss)},
                               {"burst", chance(faults.burst.begins)},
                               {"duplicate", chance(faults.duplicate)},
                               {"reorder", chance(faults.reorder)},
                               {"late", duration(faults.late)},
                               {"corrupt", chance(faults.corrupt)},
                               {"forge", chance(faults.forge)},
                               {"jitter", duration(faults.jitter)},
                               {"from", prefix(cable.address_a)},
                               {"at", prefix(cable.address_b)}});
    if (!wrong.empty()) return wrong;
    const auto lacks_address = [this](std::size_t node, const std::string& address) {
        return plan.nodes[node].kind == Plan::Kind::router && address.empty();
    };
    if (lacks_address(cable.a, cable.address_a)) return "the first end is a router: from ADDRESS/P is needed";
    if (lacks_address(cable.b, cable.address_b)) return "the second end is a router: at ADDRESS/P is needed";
    plan.cables.push_back(std::move(cable));
    return {};
}

Wrong Parser::cut(const Words& words) {
    Plan::Cut cut;
    std::size_t a = 0;
    std::size_t b = 0;
    if (Wrong wrong = find_two(words, a, b, false); !wrong.empty()) return wrong;
    const auto found = std::ranges::find_if(plan.cables, [&](const Plan::Cable& cable) {
        return (cable.a == a && cable.b == b) || (cable.a == b && cable.b == a);
    });
    if (found == plan.cables.end()) return fmt::format("no cable joins {} and {}", words[1], words[2]);
    cut.cable = static_cast<std::size_t>(found - plan.cables.begin());
    if (Wrong wrong = apply(words, 3, {{"at", duration(cut.at)}, {"for", duration(cut.length)}});
        !wrong.empty())
        return wrong;
    plan.cuts.push_back(cut);
    return {};
}

Wrong Parser::add_talk(const Words& words, bool crosses) {
    Plan::Talk talk;
    talk.crosses = crosses;
    talk.what.key = plan.talks.size() + 1;
    if (crosses) talk.what.ending = Ending::at_once;
    if (Wrong wrong = find_two(words, talk.client, talk.server, true); !wrong.empty()) return wrong;
    Conversation& what = talk.what;
    constexpr std::int64_t octets_most = std::int64_t{1} << 40;
    const Wrong wrong = apply(words, 3,
                              {{"port", number(what.port, 1, 65535)},
                               {"there", number(what.there, 0, octets_most)},
                               {"back", number(what.back, 0, octets_most)},
                               {"piece", number(what.stream.piece, 1, 1 << 20)},
                               {"backlog", number(what.backlog, 1, 65535)},
                               {"ending", ending(what.ending)},
                               {"start", duration(what.start)},
                               {"pause", duration(what.pause)},
                               {"late", duration(what.late)},
                               {"must-succeed", flag(what.must_succeed)}});
    if (!wrong.empty()) return wrong;
    plan.talks.push_back(std::move(talk));
    return {};
}

Wrong Parser::datagrams(const Words& words) {
    Plan::Datagrams datagrams;
    datagrams.what.key = plan.datagrams.size() + 1;
    if (Wrong wrong = find_two(words, datagrams.client, datagrams.server, true); !wrong.empty()) return wrong;
    DatagramTraffic& what = datagrams.what;
    const Wrong wrong = apply(words, 3,
                              {{"port", number(what.port, 1, 65535)},
                               {"count", number(what.count, 1, 1'000'000)},
                               {"size", number(what.size_most, 16, 65507)},
                               {"start", duration(what.start)},
                               {"gap", duration(what.gap)}});
    if (!wrong.empty()) return wrong;
    plan.datagrams.push_back(datagrams);
    return {};
}

}  // namespace

std::expected<Plan, std::string> parse_plan(std::string_view text) {
    Parser parser;
    for (std::size_t line = 1; !text.empty(); ++line) {
        const std::string_view whole = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(whole.size() + 1, text.size()));
        const Words words = split(whole);
        if (words.empty()) continue;
        if (const Wrong wrong = parser.take(words); !wrong.empty())
            return std::unexpected(fmt::format("line {}: {}", line, wrong));
    }
    if (parser.plan.talks.empty() && parser.plan.datagrams.empty())
        return std::unexpected("nobody talks in it");
    return std::move(parser.plan);
}

}  // namespace sluice::sim
