// Joins net, tcp and udp: what arrives goes to the transport it names, what transports owe goes down. No protocol
// rules here.
#include "stack.h"

#include <algorithm>

#include "base/ring.h"
#include "socket/entrance.h"
#include "tcp/engine.h"
#include "udp/engine.h"

namespace sluice {
namespace {

constexpr std::uint32_t failures_kept = 64;

class Paths final : public tcp::PathSource {
public:
    explicit Paths(const net::IpLayer& ip) : ip_(ip) {}
    std::expected<wire::Path, wire::DeliveryError> path_to(const wire::Address& remote,
                                                           const wire::Address& source) const override {
        return ip_.path_to(remote, source);
    }
    bool is_ours(const wire::Address& address) const override { return ip_.is_ours(address); }
    bool is_group(const wire::Address& address) const override { return ip_.is_group(address); }

private:
    const net::IpLayer& ip_;
};

Error error_of(tcp::OpenError error) {
    switch (error) {
        case tcp::OpenError::destination_required: return Error::destination_required;
        case tcp::OpenError::invalid_destination: return Error::invalid_destination;
        case tcp::OpenError::address_not_available: return Error::address_not_available;
        case tcp::OpenError::address_in_use: return Error::address_in_use;
        case tcp::OpenError::already_connected: return Error::already_connected;
        case tcp::OpenError::no_route: return Error::net_unreachable;
        case tcp::OpenError::no_resources: return Error::no_resources;
    }
    return Error::invalid_argument;
}

}  // namespace

struct Stack::Parts {
    explicit Parts(const StackConfig& given)
        : config(given),
          random(given.seed),
          trace(given.trace, given.trace_records),
          ip(config.net, random.fork(1), pool, counters, trace),
          paths(ip),
          tcp(config.tcp, {random.key(), random.key(), given.fixed_isn}, random.fork(2), pool, counters,
              trace, paths, given.start),
          udp(config.udp, random.fork(3), {ip, pool, counters, trace}),
          now(given.start) {}

    void deliver(wire::PacketIn& packet);
    void deliver(const wire::DeliveryFailed& failed);
    void absorb(net::IpLayer::Arrival arrival);
    bool settle() { return (ip.has_news() || tcp.has_advice()) && tell_each_other(); }
    bool tell_each_other();
    bool emit_transport(FrameOut& frame, bool& is_filled);

    StackConfig config;
    ChunkPool pool;
    Random random;
    Counters counters;
    Trace trace;
    net::IpLayer ip;
    Paths paths;
    tcp::Engine tcp;
    udp::Engine udp;
    wire::PacketOut packet;
    Ring<wire::DeliveryFailed> failures;
    Instant now;
    std::uint32_t frames = 0;  // both directions, as numbered in the capture
    EntranceWatcher* watcher = nullptr;
};

void Stack::Parts::deliver(wire::PacketIn& arrived) {
    const bool is_seen = udp.has_raw() && udp.on_raw(arrived, now);
    if (arrived.protocol == wire::protocol::tcp) return tcp.on_packet(arrived, now);
    if (arrived.protocol == wire::protocol::udp) {
        if (!udp.on_packet(arrived, now)) ip.refuse_port(arrived, now);
    } else if (!is_seen) {
        ip.refuse_protocol(arrived, now);
    }
}

void Stack::Parts::deliver(const wire::DeliveryFailed& failed) {
    if (failed.protocol == wire::protocol::tcp) return tcp.on_failure(failed, now);
    udp.on_failure(failed);
    if (failures.size() >= failures_kept) failures.pop_front();
    failures.push_back(failed);
}

void Stack::Parts::absorb(net::IpLayer::Arrival arrival) {
    if (auto* packet_in = std::get_if<wire::PacketIn>(&arrival))
        deliver(*packet_in);
    else if (auto* failed = std::get_if<wire::DeliveryFailed>(&arrival))
        deliver(*failed);
}

// What net and the transports have to tell each other besides packets. True: something was told.
bool Stack::Parts::tell_each_other() {
    bool told = false;
    while (const auto message = ip.next_icmp()) udp.on_raw(*message, now);
    for (; const auto failed = ip.next_failure(); told = true) deliver(*failed);
    for (; const auto lost = ip.next_lost_address(); told = true) tcp.on_address_lost(*lost, now);
    while (const auto path = tcp.next_path_news()) ip.note_path_mtu(path->remote, path->mtu, now);
    while (const auto remote = tcp.next_doubt())
        ip.doubt(*remote, now);  // RFC 9293 3.8.3 R1, RFC 1122 3.3.1.4
    return told;
}

// One packet of a transport goes down. False: none owed. `is_filled`: it became a frame at once.
bool Stack::Parts::emit_transport(FrameOut& frame, bool& is_filled) {
    if (!tcp.emit(packet, now) && !udp.emit(packet)) return false;
    is_filled = ip.send(packet, frame, now) == net::Sent::frame;
    packet.clear();  // what did not leave is held by nobody
    return true;
}

Stack::Stack(StackConfig config) : parts_(std::make_unique<Parts>(config)) {}
Stack::~Stack() = default;

LinkId Stack::attach(wire::MacAddress mac, const LinkCapabilities& capabilities) {
    tell(parts_->watcher, entrance::Attach{mac, capabilities});
    return parts_->ip.attach(mac, capabilities);
}

void Stack::add_address(LinkId link, wire::Prefix prefix) {
    tell(parts_->watcher, entrance::AddAddress{link, prefix});
    parts_->ip.add_address(link, prefix, parts_->now);
}

void Stack::remove_address(wire::Address address) {
    tell(parts_->watcher, entrance::RemoveAddress{address});
    parts_->tcp.on_address_lost(address, parts_->now);
    parts_->ip.remove_address(address);
}

void Stack::add_default_route(wire::Address gateway, LinkId link) {
    add_route({wire::Prefix{wire::Address(), 0}, gateway, link, 0});
}

void Stack::add_route(const net::Route& route) {
    tell(parts_->watcher, entrance::AddRoute{route});
    parts_->ip.add_route(route);
}

bool Stack::remove_route(const wire::Prefix& destination) {
    tell(parts_->watcher, entrance::RemoveRoute{destination});
    return parts_->ip.remove_route(destination);
}

bool Stack::remove_neighbor(const wire::Address& address) {
    tell(parts_->watcher, entrance::RemoveNeighbor{address});
    return parts_->ip.remove_neighbor(address, parts_->now);
}

void Stack::set_mtu(LinkId link, std::uint32_t mtu) {
    tell(parts_->watcher, entrance::SetMtu{link, mtu});
    parts_->ip.set_mtu(link, mtu);
}

net::IpLayer& Stack::ip() { return parts_->ip; }
const net::IpLayer& Stack::ip() const { return parts_->ip; }

void Stack::receive(LinkId link, FrameIn frame, Instant now) {
    Parts& p = *parts_;
    tell(p.watcher, entrance::Receive{link, frame.checksum_good, frame.segment_bytes,
                                      frame.bytes.pinned_bytes(), now, frame.bytes.view()});
    p.now = std::max(p.now, now);
    p.tcp.set_now(p.now);
    const std::uint32_t number = ++p.frames;
    p.trace.set_frame(number);
    if (wire::PacketIn packet; p.ip.receive_familiar(link, frame, number, p.now, packet)) {
        p.deliver(packet);
    } else {
        p.ip.keep_icmp(p.udp.wants_icmp());
        p.absorb(p.ip.receive(link, std::move(frame), number, p.now));
    }
    p.settle();
    p.trace.set_frame(0);
}

void Stack::on_time(Instant now) {
    Parts& p = *parts_;
    tell(p.watcher, entrance::OnTime{now});
    p.now = std::max(p.now, now);
    p.tcp.set_now(p.now);
    p.ip.on_time(p.now);
    p.settle();
    p.tcp.on_time(p.now);
    p.settle();
}

bool Stack::next_frame(FrameOut& frame) {
    Parts& p = *parts_;
    frame.clear();
    if (p.tcp.is_idle() && p.udp.is_idle() && p.ip.is_idle()) return false;  // asked after every frame
    p.trace.set_frame(p.frames + 1);
    for (;;) {
        frame.clear();
        bool is_filled = p.ip.next_frame(frame, p.now);
        if (!is_filled && !p.emit_transport(frame, is_filled)) {
            // What we sent to ourselves comes in before we say that nothing is owed.
            if (auto looped = p.ip.next_looped()) {
                p.deliver(*looped);
                continue;
            }
            if (!p.settle())
                break;  // a packet that could not leave is told to its transport, which may owe again
            continue;
        }
        if (!is_filled) continue;
        frame.number = ++p.frames;
        p.trace.set_frame(0);
        if (p.watcher) [[unlikely]]
            p.watcher->on_entrance(entrance::NextFrame{frame.size(), mark_of(frame)});
        return true;
    }
    p.trace.set_frame(0);
    tell(p.watcher, entrance::NextFrame{});
    return false;
}

Instant Stack::next_deadline() const {
    return std::min(parts_->ip.next_deadline(), parts_->tcp.next_deadline());
}

bool Stack::dispatch() {
    bool any = false;
    while (const auto news = parts_->tcp.next_news()) {
        news->watcher->on_ready(news->readiness);
        any = true;
    }
    while (const auto news = parts_->udp.next_news()) {
        news->watcher->on_ready(news->readiness);
        any = true;
    }
    return any;
}

Instant Stack::now() const { return parts_->now; }

std::expected<TcpListener, Error> Stack::listen(const ListenOptions& options) {
    tell(parts_->watcher, entrance::Listen{options});
    const auto listener =
        parts_->tcp.listen({options.address, options.port}, options.backlog, options.options,
                           {options.reuse_address, options.reuse_port}, parts_->now);
    if (!listener) return std::unexpected(error_of(listener.error()));
    return TcpListener(&parts_->tcp, *listener);
}

std::expected<TcpSocket, Error> Stack::connect(const ConnectOptions& options) {
    tell(parts_->watcher, entrance::Connect{options});
    const auto connection = parts_->tcp.connect(options.remote, options.local, options.options, parts_->now);
    if (!connection) return std::unexpected(error_of(connection.error()));
    return TcpSocket(&parts_->tcp, *connection);
}

std::vector<TcpEntry> Stack::tcp_entries() const {
    std::vector<TcpEntry> entries;
    parts_->tcp.visit(
        [&](const tcp::Listener& listener) {
            TcpEntry entry;
            entry.info.state = State::listen;
            entry.info.connection = listener.number;
            entry.info.local = listener.local;
            entry.backlog = listener.backlog.limit;
            entry.waiting = listener.backlog.waiting;
            entries.push_back(entry);
        },
        [&](const tcp::Record& record) {
            TcpEntry entry;
            if (record.record_kind == tcp::RecordKind::connection) {
                entry.info = static_cast<const tcp::Connection&>(record).info();
            } else {
                entry.info.state =
                    record.record_kind == tcp::RecordKind::half_open ? State::syn_received : State::time_wait;
                entry.info.connection = record.number;
                entry.info.local = record.tuple.local;
                entry.info.remote = record.tuple.remote;
                entry.info.deadline = record.record_kind == tcp::RecordKind::half_open
                                          ? DeadlineKind::handshake
                                          : DeadlineKind::time_wait;
                entry.info.deadline_at = record.due();
            }
            entries.push_back(entry);
        });
    return entries;
}

std::uint32_t Stack::tcp_open() const { return parts_->tcp.open(); }

std::expected<UdpSocket, Error> Stack::open_udp(const UdpOptions& options) {
    tell(parts_->watcher, entrance::OpenUdp{options});
    const auto socket = parts_->udp.open(options);
    if (!socket) return std::unexpected(Error::no_resources);
    return UdpSocket(&parts_->udp, *socket);
}

std::expected<RawSocket, Error> Stack::open_raw(std::uint8_t protocol, const UdpOptions& options) {
    tell(parts_->watcher, entrance::OpenRaw{protocol, options});
    const auto socket = parts_->udp.open_raw(protocol, options);
    if (!socket) return std::unexpected(Error::no_resources);
    parts_->ip.keep_icmp(parts_->udp.wants_icmp());
    return RawSocket(&parts_->udp, *socket);
}

std::vector<UdpInfo> Stack::udp_entries() const { return parts_->udp.infos(); }

std::expected<void, Error> Stack::send_echo(wire::Address to, std::uint16_t identifier,
                                            std::uint16_t sequence, ByteView data, bool dont_fragment,
                                            std::uint8_t hop_limit) {
    tell(parts_->watcher, entrance::SendEcho{to, identifier, sequence, dont_fragment, hop_limit, data});
    const auto sent =
        parts_->ip.send_echo_request(to, identifier, sequence, data, dont_fragment, hop_limit, parts_->now);
    if (sent) return {};
    if (sent.error() == wire::DeliveryError::packet_too_big) return std::unexpected(Error::message_too_big);
    return std::unexpected(Error::net_unreachable);
}

std::optional<net::EchoReply> Stack::next_echo_reply() {
    tell(parts_->watcher, entrance::TakeEchoReply{});
    return parts_->ip.next_echo_reply();
}

std::optional<wire::DeliveryFailed> Stack::next_delivery_failure() {
    if (parts_->failures.empty()) return std::nullopt;
    return parts_->failures.pop_front();
}

const StackConfig& Stack::config() const { return parts_->config; }
ChunkPool& Stack::pool() { return parts_->pool; }
const Counters& Stack::counters() const { return parts_->counters; }
Trace& Stack::trace() { return parts_->trace; }
Random& Stack::random() { return parts_->random; }

void Stack::set_entrance_watcher(EntranceWatcher* watcher) {
    parts_->watcher = watcher;
    parts_->tcp.set_entrance_watcher(watcher);
    parts_->udp.set_entrance_watcher(watcher);
}

}  // namespace sluice
