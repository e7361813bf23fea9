#include "tools/replay/script.h"

#include <fmt/format.h>

#include <optional>

#include "apps/common/failure.h"
#include "wire/ethernet.h"
#include "wire/ipv4.h"
#include "wire/packet.h"
#include "wire/tcp.h"

namespace sluice::replay {
namespace {

[[noreturn]] void refuse(const std::string& why) {
    throw common::Failure(common::exit_environment, "no script: " + why);
}

std::unique_ptr<recording::Player> player_of(ByteView recording) {
    auto player = recording::Player::open(recording);
    if (!player) refuse("the file " + player.error());
    return std::move(*player);
}

// A TCP segment on the wire.
struct Seen {
    wire::Endpoint source;
    wire::Endpoint destination;
    wire::TcpHeader header;
    std::uint32_t length = 0;  // of its text
};

std::optional<Seen> segment_in(ByteView frame) {
    const auto ethernet = wire::parse_ethernet(frame);
    if (!ethernet || ethernet->type != wire::ether_type::ipv4) return std::nullopt;
    const ByteView packet = frame.subspan(wire::ethernet_header_length);
    const auto ip = wire::parse_ipv4(packet);
    if (!ip || ip->protocol != wire::protocol::tcp || ip->more_fragments) return std::nullopt;
    const std::size_t header = std::size_t{packet[0] & 0xfU} * 4;
    const ByteView segment = packet.subspan(header, ip->total_length - header);
    const auto tcp = wire::parse_tcp(segment);
    if (!tcp) return std::nullopt;
    return Seen{{ip->source, tcp->source_port},
                {ip->destination, tcp->destination_port},
                *tcp,
                static_cast<std::uint32_t>(segment.size() - tcp->header_length)};
}

// What the trace knows of the connection once all is played.
ConnectionFacts find_connection(ByteView recording, std::uint32_t number) {
    const auto player = player_of(recording);
    ConnectionFacts found;
    while (player->step()) {
        Trace& trace = player->stack().trace();
        trace.drain([&](const TraceRecord& record) {
            const bool is_wanted = number == 0 ? found.connection == 0 : record.connection == number;
            const ConnectionFacts* facts = is_wanted ? trace.facts(record.connection) : nullptr;
            if (facts && !facts->remote.empty()) found = *facts;
        });
    }
    if (found.connection == 0)
        refuse(number == 0 ? "there is no connection in it"
                           : fmt::format("there is no connection #{}", number));
    return found;
}

class Writer {
public:
    Writer(ByteView recording, const ConnectionFacts& facts)
        : player_(player_of(recording)),
          number_(facts.connection),
          local_(wire::parse_endpoint(facts.local).value_or(wire::Endpoint())),
          remote_(wire::parse_endpoint(facts.remote).value_or(wire::Endpoint())) {}

    std::string write();

private:
    void take(const Entrance& entrance);
    void take_call(const Entrance& entrance, std::uint32_t octets);
    void add_call(const std::string& call);
    void take_in(const entrance::Receive& in);
    void take_out();
    void flush_calls();
    void to_time(Instant at);
    std::string text_of(const Seen& seen, bool is_ours);
    std::string head() const;
    void line(const std::string& text) { body_ += "    " + text + '\n'; }

    std::unique_ptr<recording::Player> player_;
    std::uint32_t number_;
    wire::Endpoint local_;
    wire::Endpoint remote_;
    std::optional<std::uint32_t> iss_;
    std::optional<std::uint32_t> irs_;
    std::optional<Seen> peer_syn_;
    std::optional<Instant> start_;  // of the script
    Instant at_{};                  // where the script is, at least
    std::vector<std::string> calls_;
    Instant calls_at_{};
    bool is_time_driven_ = false;  // what is sent next is sent because time passed
    bool is_active_ = false;
    bool is_accepted_ = false;
    std::string body_;
};

std::string Writer::write() {
    while (const auto entrance = player_->step()) take(*entrance);
    flush_calls();
    if (!player_->failure().empty()) refuse(player_->failure());
    return head() + body_ + "}\n";
}

void Writer::take(const Entrance& entrance) {
    if (const auto* attach = std::get_if<entrance::Attach>(&entrance))
        if (attach->capabilities.send_segment_bytes != 0) refuse("the program ran with --offload");
    if (const auto* in = std::get_if<entrance::Receive>(&entrance)) take_in(*in);
    if (std::holds_alternative<entrance::OnTime>(entrance)) is_time_driven_ = true;
    if (const auto* out = std::get_if<entrance::NextFrame>(&entrance)) {
        flush_calls();
        if (out->octets != 0) take_out();
    }
    if (std::holds_alternative<entrance::Accept>(entrance) && player_->holds(number_) && !is_accepted_) {
        is_accepted_ = true;
        add_call("accepts()");
    }
    // Every other call that did something has left a record.
    player_->stack().trace().drain([&](const TraceRecord& record) {
        if (record.connection == number_ && record.kind == Kind::call) take_call(entrance, record.value);
    });
}

void Writer::take_call(const Entrance& entrance, std::uint32_t octets) {
    std::string call;
    if (std::holds_alternative<entrance::Connect>(entrance)) is_active_ = true, call = "connects()";
    if (std::holds_alternative<entrance::Read>(entrance) ||
        std::holds_alternative<entrance::Consume>(entrance))
        call = fmt::format("reads({})", octets);
    if (const auto* write = std::get_if<entrance::Write>(&entrance))
        call = fmt::format("writes{}({})", write->urgent ? "_urgent" : "", octets);
    if (std::holds_alternative<entrance::WriteOwned>(entrance)) call = fmt::format("writes({})", octets);
    if (std::holds_alternative<entrance::ShutdownWrite>(entrance)) call = "shuts_down()";
    if (std::holds_alternative<entrance::ShutdownRead>(entrance)) call = "shuts_down_reading()";
    if (std::holds_alternative<entrance::Abort>(entrance)) call = "aborts()";
    if (std::holds_alternative<entrance::Close>(entrance)) call = "closes()";
    // close() tells of the shutdown inside it too.
    if (call.empty() || (call == "closes()" && !calls_.empty() && calls_.back() == call)) return;
    if (!call.ends_with("(0)")) add_call(call);
}

void Writer::add_call(const std::string& call) {
    if (calls_.empty()) calls_at_ = player_->stack().now();
    calls_.push_back(call);
}

void Writer::flush_calls() {
    if (calls_.empty()) return;
    to_time(calls_at_);
    std::string chain = "t.app()";
    for (const std::string& call : calls_) chain += "." + call;
    line(calls_.size() == 1 ? chain + ";" : "t.at_once([&] { " + chain + "; });");
    calls_.clear();
    is_time_driven_ = false;
}

void Writer::to_time(Instant at) {
    if (!start_) start_ = at;
    if (at <= std::exchange(at_, at)) return;
    line(fmt::format("until({}ns);", (at - *start_).count()));
}

void Writer::take_in(const entrance::Receive& in) {
    const auto seen = segment_in(in.frame);
    if (!seen || seen->source != remote_ || seen->destination != local_) return;
    if ((seen->header.flags & flag::syn) != 0 && !irs_) irs_ = seen->header.sequence, peer_syn_ = seen;
    if (!irs_) return;
    to_time(in.now);
    line("t.peer_sends(" + text_of(*seen, false) + ");");
    is_time_driven_ = false;
}

void Writer::take_out() {
    const FrameOut& frame = player_->frame();
    std::vector<std::uint8_t> octets(frame.header().begin(), frame.header().end());
    for (const Slice& slice : frame.payload)
        octets.insert(octets.end(), slice.view().begin(), slice.view().end());
    const auto seen = segment_in(octets);
    if (!seen || seen->source != local_ || seen->destination != remote_) return;
    if (!iss_) iss_ = seen->header.sequence;
    const std::string text = text_of(*seen, true);
    if (!std::exchange(is_time_driven_, false)) return line("t.stack_sends(" + text + ");");
    const Instant now = player_->stack().now();
    line(
        fmt::format("t.stack_sends_within(0s, left({}ns), {});", (now - start_.value_or(now)).count(), text));
    at_ = now;
}

// As tests/support/segment.h writes it.
std::string Writer::text_of(const Seen& seen, bool is_ours) {
    const wire::TcpHeader& tcp = seen.header;
    const auto position = [](std::uint32_t raw, const std::optional<std::uint32_t>& zero) {
        return static_cast<std::int32_t>(raw - zero.value_or(raw));
    };
    const std::int32_t seq = position(tcp.sequence, is_ours ? iss_ : irs_);
    const bool has_ack = (tcp.flags & flag::ack) != 0;
    std::string text;
    if ((tcp.flags & flag::syn) != 0)
        text = has_ack ? "syn_ack()" : "syn()";
    else
        text = (tcp.flags & flag::rst) != 0 ? fmt::format("rst({})", seq)
                                            : fmt::format("data({}, {})", seq, seen.length);
    if (has_ack) text += fmt::format(".ack({})", position(tcp.acknowledgment, is_ours ? irs_ : iss_));
    if ((tcp.flags & flag::fin) != 0) text += ".fin()";
    if (is_ours) return text;
    if ((tcp.flags & flag::urg) != 0) text += fmt::format(".urg({})", tcp.urgent_pointer);
    text += fmt::format(".win_field({})", tcp.window);
    if (tcp.options.sack_count == 0) return text;
    text += ".sack({";
    for (std::size_t i = 0; i < tcp.options.sack_count; ++i)
        text += fmt::format("{}{{{}, {}}}", i == 0 ? "" : ", ", position(tcp.options.sack[i].begin, iss_),
                            position(tcp.options.sack[i].end, iss_));
    return text + "})";
}

// Settings that are not what they are everywhere, one line each.
std::string settings_lines(const recording::Head& head) {
    const std::string usual = recording::head_of(StackConfig{}).settings;
    std::string lines;
    std::string_view rest = head.settings;
    while (!rest.empty()) {
        const std::string_view row = rest.substr(0, rest.find('\n'));
        rest.remove_prefix(std::min(row.size() + 1, rest.size()));
        const std::size_t dot = row.find('.');
        const std::size_t equals = row.find('=');
        if (usual.find(fmt::format("{}\n", row)) != usual.npos || row.starts_with("net.probe")) continue;
        lines +=
            fmt::format("        apply_setting(config.{0}, {0}::setting_rows(), \"{1}\", \"{2}\");\n",
                        row.substr(0, dot), row.substr(dot + 1, equals - dot - 1), row.substr(equals + 1));
    }
    return lines;
}

std::string Writer::head() const {
    if (!peer_syn_) refuse("its handshake is not in the recording");
    const wire::TcpOptions& offer = peer_syn_->header.options;
    const bool timestamps = offer.timestamps.has_value();
    std::string text = fmt::format(
        "// Connection #{} of a recording ({}), made by sluice-replay --script.\n"
        "#include \"support/script.h\"\n\n"
        "using namespace sluice;\nusing namespace sluice::test;\n\n"
        "TEST_CASE(\"as recorded: {} and {}\") {{\n"
        "    const auto configure = [](StackConfig& config) {{\n"
        "        config.tcp = {{}};\n{}    }};\n"
        "    Script t{{{{.mss = {}, .sack = {}, .timestamps = {}, .window_scaling = {}, .peer_shift = {}, "
        ".config = configure}}}};\n"
        "    const auto until = [&](Duration at) {{\n"
        "        if (at > t.elapsed()) t.after(at - t.elapsed());\n    }};\n"
        "    [[maybe_unused]] const auto left = [&](Duration at) {{ return std::max(at - t.elapsed(), 0ns) + "
        "5ms; }};\n",
        number_, player_->head().title, wire::to_text(local_), wire::to_text(remote_),
        settings_lines(player_->head()), offer.mss.value_or(536) - (timestamps ? 12 : 0),
        offer.sack_permitted, timestamps, offer.window_shift.has_value(), offer.window_shift.value_or(0));
    return text + (is_active_ ? "" : "    t.app().listens();\n");
}

}  // namespace

std::string script_of(ByteView recording, std::uint32_t connection) {
    return Writer(recording, find_connection(recording, connection)).write();
}

}  // namespace sluice::replay
