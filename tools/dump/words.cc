#include "tools/dump/words.h"

#include <fmt/format.h>
#include <ldns/ldns.h>

#include <memory>

namespace sluice::dump {
namespace {

using common::Layers;

// The packet an ICMP error is about.
struct Quoted {
    wire::Ipv4Header ip;
    std::uint16_t port = 0;  // where it was going
};
std::optional<Quoted> quoted_in(ByteView body) {
    const auto ip = wire::parse_quoted_ipv4(body);
    if (!ip || ip->header_length + 4 > body.size()) return std::nullopt;
    Reader in(body.subspan(ip->header_length + 2));
    return Quoted{*ip, in.u16()};
}

std::string unreachable_text(const wire::IcmpHeader& icmp, const Quoted& about) {
    const std::string to = wire::to_text(about.ip.destination);
    const char* transport = about.ip.protocol == wire::protocol::tcp ? "tcp" : "udp";
    switch (icmp.code) {
        case 0: return fmt::format("net {} unreachable", to);
        case 1: return fmt::format("host {} unreachable", to);
        case wire::icmp_code::protocol_unreachable:
            return fmt::format("{} protocol {} unreachable", to, about.ip.protocol);
        case wire::icmp_code::port_unreachable:
            return fmt::format("{} {} port {} unreachable", to, transport, about.port);
        case wire::icmp_code::too_big:
            return fmt::format("{} unreachable - need to frag (mtu {})", to, icmp.rest & 0xffffU);
        case 10: return fmt::format("host {} unreachable - admin prohibited", to);
        case 13: return fmt::format("host {} unreachable - admin prohibited filter", to);
        default: return fmt::format("{} unreachable - #{}", to, icmp.code);
    }
}

std::string error_text(const wire::IcmpHeader& icmp, ByteView body) {
    const auto about = quoted_in(body);
    if (icmp.type == wire::icmp_type::time_exceeded)
        return icmp.code == 0 ? "time exceeded in-transit" : "ip reassembly time exceeded";
    if (icmp.type == wire::icmp_type::parameter_problem)
        return fmt::format("parameter problem - octet {}", icmp.rest >> 24U);
    if (about && icmp.type == wire::icmp_type::unreachable) return unreachable_text(icmp, *about);
    if (about && icmp.type == wire::icmp_type::redirect)
        return fmt::format("redirect {} to {} {}", wire::to_text(about->ip.destination),
                           icmp.code == 1 ? "host" : "net", wire::to_text(wire::Address::v4(icmp.rest)));
    return fmt::format("type-#{}", icmp.type);
}

struct FreePacket {
    void operator()(ldns_pkt* packet) const { ldns_pkt_free(packet); }
};

std::string text_of(char* made_by_ldns) {
    std::string text = made_by_ldns ? made_by_ldns : "";
    std::free(made_by_ldns);
    while (!text.empty() && text.back() == '\n') text.pop_back();
    return text;
}

std::string question_text(const ldns_pkt& packet) {
    const ldns_rr_list* questions = ldns_pkt_question(&packet);
    if (ldns_rr_list_rr_count(questions) == 0) return "";
    const ldns_rr* first = ldns_rr_list_rr(questions, 0);
    return fmt::format(" {}? {}", text_of(ldns_rr_type2str(ldns_rr_get_type(first))),
                       text_of(ldns_rdf2str(ldns_rr_owner(first))));
}

std::string answers_text(const ldns_pkt& packet) {
    std::string text = fmt::format(" {}/{}/{}", ldns_pkt_ancount(&packet), ldns_pkt_nscount(&packet),
                                   ldns_pkt_arcount(&packet));
    const ldns_rr_list* answers = ldns_pkt_answer(&packet);
    for (std::size_t i = 0; i < ldns_rr_list_rr_count(answers); ++i) {
        const ldns_rr* one = ldns_rr_list_rr(answers, i);
        text += fmt::format("{} {}", i == 0 ? "" : ",", text_of(ldns_rr_type2str(ldns_rr_get_type(one))));
        if (ldns_rr_rd_count(one) > 0) text += ' ' + text_of(ldns_rdf2str(ldns_rr_rdf(one, 0)));
    }
    return text;
}

// "12345+ A? www.test. (26)", "12345* 1/0/0 A 192.0.2.7 (42)"; empty: not a message.
std::string dns_text(ByteView octets) {
    ldns_pkt* read = nullptr;
    if (ldns_wire2pkt(&read, octets.data(), octets.size()) != LDNS_STATUS_OK) return "";
    const std::unique_ptr<ldns_pkt, FreePacket> packet(read);
    std::string text = std::to_string(ldns_pkt_id(read));
    if (!ldns_pkt_qr(read)) {
        text += ldns_pkt_rd(read) ? "+" : "";
        text += ldns_pkt_edns(read) ? " [1au]" : "";
        return text + question_text(*read) + fmt::format(" ({})", octets.size());
    }
    if (ldns_pkt_get_rcode(read) == LDNS_RCODE_NXDOMAIN) text += " NXDomain";
    if (ldns_pkt_aa(read)) text += '*';
    if (!ldns_pkt_ra(read)) text += '-';
    if (ldns_pkt_tc(read)) text += '|';
    return text + answers_text(*read) + fmt::format(" ({})", octets.size());
}

}  // namespace

std::string arp_line(const Layers& layers) {
    const wire::ArpPacket& arp = *layers.arp;
    const std::size_t length = layers.frame.size() - wire::ethernet_header_length;
    const std::string target = wire::to_text(arp.target), sender = wire::to_text(arp.sender);
    if (arp.operation == wire::arp_operation::reply)
        return fmt::format("Reply {} is-at {}, length {}", sender, wire::to_text(arp.sender_mac), length);
    if (arp.operation != wire::arp_operation::request)
        return fmt::format("Unknown ({}), length {}", arp.operation, length);
    if (arp.sender == arp.target) return fmt::format("Announcement {}, length {}", target, length);
    if (arp.sender.is_unspecified()) return fmt::format("Probe {}, length {}", target, length);
    const std::string mac =
        arp.target_mac == wire::MacAddress{} ? "" : fmt::format(" ({})", wire::to_text(arp.target_mac));
    return fmt::format("Request who-has {}{} tell {}, length {}", target, mac, sender, length);
}

std::string icmp_line(const Layers& layers) {
    const wire::IcmpHeader& icmp = *layers.icmp;
    const std::size_t length = layers.datagram.size();
    const bool is_request = icmp.type == wire::icmp_type::echo_request;
    if (is_request || icmp.type == wire::icmp_type::echo_reply)
        return fmt::format("ICMP echo {}, id {}, seq {}, length {}", is_request ? "request" : "reply",
                           icmp.identifier(), icmp.sequence(), length);
    return fmt::format("ICMP {}, length {}", error_text(icmp, layers.payload), length);
}

std::string udp_line(const Layers& layers) {
    const bool is_dns = layers.udp->source_port == 53 || layers.udp->destination_port == 53;
    const std::string dns = is_dns ? dns_text(layers.payload) : "";
    return dns.empty() ? fmt::format("UDP, length {}", layers.payload.size()) : dns;
}

}  // namespace sluice::dump
