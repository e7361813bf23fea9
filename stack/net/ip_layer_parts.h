// What an IpLayer is made of, and the conductor's own steps. Only ip_layer.cc, ip_in.cc, ip_through.cc and ip_out.cc
// include this.
#pragma once

#include "base/ring.h"
#include "net/addresses.h"
#include "net/drops.h"
#include "net/echo_requests.h"
#include "net/egress.h"
#include "net/familiar.h"
#include "net/forwarding.h"
#include "net/fragments.h"
#include "net/icmp_replies.h"
#include "net/identification.h"
#include "net/ingress.h"
#include "net/interfaces.h"
#include "net/ip_layer.h"
#include "net/neighbors.h"
#include "net/path_mtus.h"
#include "net/routes.h"
#include "net/way.h"
#include "wire/arp.h"

namespace sluice::net {

// An ARP packet to be sent.
struct ArpOut {
    LinkId link = 0;
    wire::MacAddress to;
    wire::ArpPacket packet;
};

struct IpLayer::Parts {
    Parts(const Settings& given, Random random, ChunkPool& chunks, Counters& counts, Trace& trace);

    // --- in (ip_in.cc)
    Arrival on_frame(LinkId link, const FrameIn& frame);
    void on_arp(LinkId link, ByteView octets);
    Arrival on_ipv4(LinkId link, const FrameIn& frame, bool frame_to_group);
    bool has_good_options(const Slice& whole, const wire::Ipv4Header& header, bool to_group);
    std::optional<wire::PacketIn> on_fragment(const JudgedPacket& judged, Slice whole, LinkId link);
    Arrival on_packet(wire::PacketIn packet);
    Arrival on_icmp(wire::PacketIn packet);
    void answer_arp(LinkId link, const wire::ArpPacket& request);
    void owe_error(const Problem& problem);
    void settle();  // what the parts gave up while they were told something

    // --- through (ip_through.cc)
    void on_transit(LinkId link, Slice whole, bool frame_to_group);
    std::optional<Way> way_through(const Slice& whole, const wire::Ipv4Header& header);
    void pass_on(const Way& way, const Slice& whole, const wire::Ipv4Header& header);
    void refuse_transit(Reason reason, std::uint8_t type, std::uint8_t code, std::uint32_t rest,
                        const Slice& whole);
    void report_transit(const wire::PacketOut& packet, wire::DeliveryError error, std::uint32_t mtu);

    // --- out (ip_out.cc)
    Map map() const { return {addresses, routes, neighbors}; }
    Sent send(wire::PacketOut& packet, FrameOut& frame);
    Sent send_along(const Way& way, wire::PacketOut& packet, FrameOut& frame);
    Sent send_by(LinkId link, const wire::Address& next_hop, wire::PacketOut& packet, FrameOut& frame);
    Sent send_to(LinkId link, const wire::MacAddress& mac, wire::PacketOut& packet, FrameOut& frame);
    Sent cut(const Framing& framing, wire::PacketOut& packet);
    std::optional<std::uint16_t> identify(wire::PacketOut& packet, Shape shape);
    void loop_back(wire::PacketOut& packet);
    Sent refuse(const wire::PacketOut& packet, Reason reason, wire::DeliveryError error, std::uint32_t mtu);
    void fail(const wire::PacketOut& packet, wire::DeliveryError error, std::uint32_t mtu);
    void keep_frame(FrameOut&& frame);
    bool owes() const {
        return addresses.has_owed() || !frames.empty() || !arp_replies.empty() || neighbors.has_asks() ||
               neighbors.has_ready() || !transits.empty() || replies.has_owed();
    }
    bool next_frame(FrameOut& frame);
    bool next_packet(FrameOut& frame);
    std::optional<ArpOut> next_arp();
    void write_arp(const ArpOut& arp, FrameOut& frame);

    Settings settings;
    Counters& counters;
    ChunkPool& pool;
    Drops drops;
    Interfaces interfaces;
    Addresses addresses;
    Routes routes;
    Neighbors neighbors;
    Fragments fragments;
    Familiar familiar;
    LastWay last_way;
    Identification identification;
    IcmpReplies replies;
    EchoRequests echoes;
    PathMtus path_mtus;
    Ring<ArpOut> arp_replies;
    Ring<FrameOut> frames;  // cut or built already
    Ring<Transit> transits;
    Ring<wire::PacketIn> looped;
    Ring<wire::DeliveryFailed> failures;
    Ring<wire::PacketIn> icmp_copies;
    bool icmp_is_kept = false;
    wire::PacketOut reply;  // the packet next_frame is sending, kept to spare its construction
    Instant now{};
};

}  // namespace sluice::net
