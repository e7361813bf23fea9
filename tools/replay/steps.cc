#include "tools/replay/steps.h"

#include <fmt/format.h>

#include <charconv>
#include <string>

#include "tools/replay/entrance_text.h"
#include "trace/text.h"

namespace sluice::replay {
namespace {

constexpr std::string_view help =
    "  Enter  the next step that does something      N  the next N of them\n"
    "  >T     up to second T                         g  to the end\n"
    "  s      the connections there are              q  leave\n";

// Keeps what happened in one step.
class Lines final : public host::TraceSink {
public:
    explicit Lines(std::uint32_t connection) : connection_(connection) {}
    void take(const TraceRecord& record, const ConnectionFacts* facts) override {
        if (connection_ != 0 && record.connection != connection_) return;
        trace::append_line(text_, record, facts);
        text_ += '\n';
    }
    void on_drained() override {}
    std::string take_text() { return std::exchange(text_, {}); }

private:
    std::uint32_t connection_;
    std::string text_;
};

// How far to go before the next question.
struct Until {
    std::uint64_t steps = 0;
    Instant at = never;
};

class Walk {
public:
    Walk(Playing& playing, std::uint32_t connection)
        : playing_(playing), lines_(connection), shows_all_(connection == 0) {
        playing_.add_sink(lines_);
    }

    // False: the recording ends.
    bool go(const Until& until) {
        for (std::uint64_t shown = 0; shown < until.steps && playing_.player().stack().now() < until.at;) {
            const std::optional<Entrance> entrance = playing_.step();
            if (!entrance) return false;
            playing_.drain();
            const std::string happened = lines_.take_text();
            // Time that passes and questions that find nothing are no steps, unless something came of them.
            const auto* out = std::get_if<entrance::NextFrame>(&*entrance);
            const bool is_quiet = std::holds_alternative<entrance::OnTime>(*entrance) ||
                                  std::holds_alternative<entrance::Drained>(*entrance) ||
                                  (out && out->octets == 0) || !shows_all_;
            if (is_quiet && happened.empty()) continue;
            fmt::print("{:>8} {}\n{}", playing_.player().played(), to_text(*entrance), happened);
            ++shown;
        }
        return true;
    }

    void show_connections() const {
        for (const TcpEntry& entry : playing_.player().stack().tcp_entries())
            fmt::print("  #{:<5} {:<12} {} {} unread {} unacknowledged {} cwnd {}\n", entry.info.connection,
                       text_of(entry.info.state), wire::to_text(entry.info.local),
                       wire::to_text(entry.info.remote), entry.info.receive_queue, entry.info.send_queue,
                       entry.info.cwnd);
    }

private:
    Playing& playing_;
    Lines lines_;
    bool shows_all_;
};

std::optional<Until> parse(const std::string& command) {
    constexpr std::uint64_t all = ~std::uint64_t{0};
    if (command.empty()) return Until{1, never};
    if (command == "g") return Until{all, never};
    const char* const end = command.data() + command.size();
    if (command.front() == '>') {
        double seconds = 0;
        const auto read = std::from_chars(command.data() + 1, end, seconds);
        if (read.ec != std::errc() || read.ptr != end || !(seconds >= 0 && seconds < 1e9))
            return std::nullopt;
        return Until{all,
                     Instant(std::chrono::duration_cast<Duration>(std::chrono::duration<double>(seconds)))};
    }
    Until until;
    const auto read = std::from_chars(command.data(), end, until.steps);
    if (read.ec != std::errc() || read.ptr != end) return std::nullopt;
    return until;
}

}  // namespace

void walk(Playing& playing, std::istream& commands, bool asks, std::uint32_t connection) {
    Walk walk(playing, connection);
    const auto ask = [&](std::string& command) {
        if (asks)
            fmt::print(
                "{:.6f}> ",
                std::chrono::duration<double>(playing.player().stack().now().time_since_epoch()).count());
        std::fflush(stdout);
        return static_cast<bool>(std::getline(commands, command));
    };
    for (std::string command; ask(command) && command != "q";) {
        if (command == "s") {
            walk.show_connections();
        } else if (const auto until = parse(command)) {
            if (!walk.go(*until)) fmt::print("the recording ends here\n");
        } else {
            fmt::print("{}", help);
        }
    }
}

}  // namespace sluice::replay
