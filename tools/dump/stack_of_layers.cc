#include "tools/dump/stack_of_layers.h"

#include <fmt/format.h>

#include "wire/udp_header.h"

namespace sluice::dump {
namespace {

using common::Layers;

std::string application(const Layers& layers) {
    const std::string_view line = common::http_start_line(layers.payload);
    if (!line.empty()) return fmt::format("HTTP: {} ({} octets)", line, layers.payload.size());
    return layers.payload.empty() ? "no data" : fmt::format("data ({} octets)", layers.payload.size());
}

std::string transport(const Layers& layers) {
    if (layers.tcp) {
        const common::TcpShown& tcp = *layers.tcp;
        return fmt::format(
            "TCP: port {} > {}, seq {}, ack {}, flags {:#04x}, window {}, checksum {:#06x}, header {} octets",
            tcp.source_port, tcp.destination_port, tcp.sequence, tcp.acknowledgment, tcp.flags, tcp.window,
            tcp.checksum, tcp.header_length);
    }
    if (layers.udp)
        return fmt::format("UDP: port {} > {}, checksum {:#06x}, header {} octets", layers.udp->source_port,
                           layers.udp->destination_port, layers.udp->checksum, wire::udp_header_length);
    return "none";
}

std::string network(const Layers& layers) {
    if (layers.arp)
        return fmt::format("ARP: operation {}, {} asks for or tells {}", layers.arp->operation,
                           wire::to_text(layers.arp->sender), wire::to_text(layers.arp->target));
    if (!layers.ip) return "none";
    const wire::Ipv4Header& ip = *layers.ip;
    const std::string icmp =
        layers.icmp ? fmt::format("; ICMP type {} code {}", layers.icmp->type, layers.icmp->code) : "";
    return fmt::format("IPv4: {} > {}, ttl {}, protocol {}, id {}, {}length {}, header {} octets{}",
                       wire::to_text(ip.source), wire::to_text(ip.destination), ip.hop_limit, ip.protocol,
                       ip.identification, ip.dont_fragment ? "DF, " : "", ip.total_length, ip.header_length,
                       icmp);
}

std::string link(const Layers& layers) {
    return fmt::format("Ethernet: {} > {}, type {:#06x}, frame {} octets, header {} octets",
                       wire::to_text(layers.ethernet.source), wire::to_text(layers.ethernet.destination),
                       layers.ethernet.type, layers.frame.size(), wire::ethernet_header_length);
}

}  // namespace

std::string stack_of_layers(const Layers& layers, int model, const std::string& device) {
    constexpr auto line = "  {} {:<12} {}\n";
    std::string text = fmt::format(line, model, "application", application(layers));
    if (model == 7) {
        text += fmt::format(line, 6, "presentation", "none in TCP/IP");
        text += fmt::format(line, 5, "session", "none in TCP/IP");
    }
    text += fmt::format(line, 4, "transport", transport(layers));
    text += fmt::format(line, 3, "network", network(layers));
    text += fmt::format(line, 2, model == 7 ? "data link" : "link", link(layers));
    return text + fmt::format(line, 1, "physical", device);
}

}  // namespace sluice::dump
