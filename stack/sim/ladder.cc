#include "sim/ladder.h"

#include <fmt/format.h>

#include "wire/ethernet.h"
#include "wire/tcp.h"

namespace sluice::sim {
namespace {

double seconds(Instant at) { return std::chrono::duration<double>(at.time_since_epoch()).count(); }

std::string flags_text(std::uint8_t flags) {
    std::string text;
    const auto name = [&](std::uint8_t bit, std::string_view word) {
        if ((flags & bit) == 0) return;
        if (!text.empty()) text += ',';
        text += word;
    };
    name(flag::syn, "SYN");
    name(flag::fin, "FIN");
    name(flag::rst, "RST");
    name(flag::psh, "PSH");
    name(flag::ack, "ACK");
    name(flag::urg, "URG");
    return text;
}

std::string fate_text(const Fate& fate) {
    std::string text;
    if (fate.lost) text += " lost";
    if (fate.doubled) text += " doubled";
    if (fate.swapped) text += " swapped with the next";
    if (fate.bit > 0) text += " bit changed";
    if (fate.held > 0ns) text += fmt::format(" held back {} ms", in_ms(fate.held));
    if (fate.forgery != Forgery::none) text += fmt::format(" followed by {}", text_of(fate.forgery));
    return text.empty() ? text : "   |" + text;
}

}  // namespace

std::string Ladder::describe_tcp(ByteView segment, const wire::Address& from, const wire::Address& to) {
    const auto tcp = wire::parse_tcp(segment);
    if (!tcp) return "TCP, malformed";
    const Flow own{from, tcp->source_port, to, tcp->destination_port};
    const Flow back{to, tcp->destination_port, from, tcp->source_port};
    if ((tcp->flags & flag::syn) != 0) zero_[own] = tcp->sequence;
    const auto length = segment.size() - tcp->header_length;
    std::string text =
        fmt::format(":{} > :{} {} {}", tcp->source_port, tcp->destination_port, flags_text(tcp->flags),
                    static_cast<std::int32_t>(tcp->sequence - zero_[own]));
    if (length > 0) text += fmt::format(" ({})", length);
    if ((tcp->flags & flag::ack) != 0)
        text += fmt::format(" ack {}", static_cast<std::int32_t>(tcp->acknowledgment - zero_[back]));
    return text + fmt::format(" win {}", tcp->window);
}

std::string Ladder::describe(ByteView frame) {
    const auto ethernet = wire::parse_ethernet(frame);
    if (!ethernet) return "no frame";
    if (ethernet->type == wire::ether_type::arp) return "ARP";
    const ByteView packet = frame.subspan(wire::ethernet_header_length);
    const auto ip = wire::parse_ipv4(packet);
    if (ethernet->type != wire::ether_type::ipv4 || !ip) return "IP, damaged";
    const ByteView body = packet.first(ip->total_length).subspan(ip->header_length);
    if (ip->is_fragment()) return fmt::format("fragment at {}, {} octets", ip->fragment_offset, body.size());
    if (ip->protocol == wire::protocol::tcp) return describe_tcp(body, ip->source, ip->destination);
    if (ip->protocol == wire::protocol::icmp && body.size() >= 2)
        return fmt::format("ICMP {}/{}", body[0], body[1]);
    return fmt::format("protocol {}", ip->protocol);
}

void Ladder::see(const Sighting& sighting) {
    if (sighting.what == Sighting::What::delivered) return;
    const bool is_forged = sighting.what == Sighting::What::forged;
    const std::string& from = sighting.link->node(sighting.from).name();
    const std::string& to = sighting.link->node(other(sighting.from)).name();
    line_(fmt::format("{:12.6f}  {:<8} {} {:<8} {}{}", seconds(sighting.at), from,
                      is_forged ? "~~~>" : "--->", to, describe(sighting.frame->bytes.view()),
                      fate_text(sighting.fate)));
}

Ladder::Ladder(World& world, Line line) : line_(std::move(line)) {
    world.watch_links([this](const Sighting& sighting) { see(sighting); });
    world.watch_records([this, &world](const Node& node, const TraceRecord& record) {
        const std::string place =
            fmt::format("{:12.6f}  {:<8} #{}", seconds(world.now()), node.name(), record.connection);
        if (record.kind == Kind::state)
            line_(fmt::format("{} {} -> {}  ; {}", place, text_of(record.before), text_of(record.after),
                              text_of(static_cast<Event>(record.detail))));
        if (record.kind == Kind::segment_dropped)
            line_(fmt::format("{} dropped: {}", place, text_of(record.reason)));
    });
}

}  // namespace sluice::sim
