// A host on a link in one object: the only header applications need.
//
// A Stack has no thread, clock, socket, file or random device. It is driven through its entrances:
//
//   receive(link, frame, now)    a frame arrived                absorb: debts are recorded, nothing is sent
//   on_time(now)                 time has passed
//   an application call          listen, connect, and the calls of the sockets
//   next_frame(frame)            what is to be sent?            emit: until it says there is nothing more
//   next_deadline()              when do you want to be woken?
//
// and dispatch() tells Watchers what became ready. Time is what the last receive or on_time said; application calls
// happen at that instant. Same inputs give the same frames and the same trace, on any machine.
#pragma once

#include <memory>
#include <string>

#include "base/counters.h"
#include "base/link.h"
#include "base/random.h"
#include "base/trace.h"
#include "net/ip_layer.h"
#include "net/settings.h"
#include "socket/tcp_socket.h"
#include "socket/udp_socket.h"
#include "tcp/settings.h"
#include "udp/settings.h"
#include "wire/address.h"

namespace sluice {

class EntranceWatcher;

struct StackConfig {
    net::Settings net;
    tcp::Settings tcp;
    udp::Settings udp;
    SipKey seed{1, 2};  // from a proper generator where attackers are (RFC 6528 4): host::entropy()
    Instant start{};    // the time line begins here
    std::optional<std::uint32_t> fixed_isn;  // for tests only: every initial sequence number is this one
    TraceMode trace = TraceMode::tail;
    std::uint32_t trace_records = 8192;
};

struct ListenOptions {
    wire::Address address{};  // unspecified: every address of the host
    std::uint16_t port = 0;   // 0: one is chosen
    std::uint32_t backlog = 128;
    TcpOptions options{};
    bool reuse_address =
        true;  // SO_REUSEADDR: a port whose old connections are in TIME-WAIT or still open may be listened on
    bool reuse_port =
        false;  // SO_REUSEPORT: beside listeners that say so too; new connections are spread over them
};

struct ConnectOptions {
    wire::Endpoint remote{};
    wire::Endpoint local{};  // unspecified address or port 0: chosen (RFC 9293 [MUST-44], RFC 6056)
    TcpOptions options{};
};

// A connection or listener as netstat shows it.
struct TcpEntry {
    TcpInfo info;
    std::uint32_t backlog = 0;  // listeners
    std::uint32_t waiting = 0;  // listeners: established, not accepted
};

class Stack {
public:
    explicit Stack(StackConfig config = {});
    ~Stack();
    Stack(const Stack&) = delete;
    Stack& operator=(const Stack&) = delete;

    // --- configuration (see net/ip_layer.h)
    LinkId attach(wire::MacAddress mac, const LinkCapabilities& capabilities = {});
    void add_address(LinkId link, wire::Prefix prefix);
    // Its connections are reset (RFC 5227 2.4).
    void remove_address(wire::Address address);
    void add_default_route(wire::Address gateway, LinkId link = 0);
    void add_route(const net::Route& route);
    bool remove_route(const wire::Prefix& destination);
    bool remove_neighbor(const wire::Address& address);
    void set_mtu(LinkId link, std::uint32_t mtu);
    // For questions; what changes something has a function here.
    net::IpLayer& ip();
    const net::IpLayer& ip() const;

    // --- the entrances
    void receive(LinkId link, FrameIn frame, Instant now);
    void on_time(Instant now);
    // Fills `frame` and returns true, or returns false: nothing is owed any more.
    bool next_frame(FrameOut& frame);
    // The earliest instant on_time has something to do; `never` if none. Later than now() once next_frame said false.
    Instant next_deadline() const;
    // Calls the watchers of sockets in which something became ready. Call after receive and on_time.
    // True if there was anybody to call.
    bool dispatch();
    Instant now() const;

    // --- TCP
    std::expected<TcpListener, Error> listen(const ListenOptions& options);
    std::expected<TcpSocket, Error> connect(const ConnectOptions& options);
    std::vector<TcpEntry> tcp_entries() const;  // listeners, connections, half-open and TIME-WAIT; by number
    std::uint32_t tcp_open() const;             // records held: half-open, connections, TIME-WAIT

    // --- UDP and raw IP
    std::expected<UdpSocket, Error> open_udp(const UdpOptions& options = {});
    std::expected<RawSocket, Error> open_raw(std::uint8_t protocol, const UdpOptions& options = {});
    std::vector<UdpInfo> udp_entries() const;  // of both kinds, by number

    // --- ICMP echo; replies arrive in next_echo_reply()
    std::expected<void, Error> send_echo(wire::Address to, std::uint16_t identifier, std::uint16_t sequence,
                                         ByteView data, bool dont_fragment = false,
                                         std::uint8_t hop_limit = 0);
    std::optional<net::EchoReply> next_echo_reply();
    // Errors about packets that are no connection's (echo requests): what came back, oldest first, at most 64 kept.
    std::optional<wire::DeliveryFailed> next_delivery_failure();

    // --- looking inside
    ChunkPool& pool();  // take chunks for FrameIn here
    const Counters& counters() const;
    Trace& trace();
    Random& random();
    const StackConfig& config() const;  // as given; the faces need the defaults of options
    // Tells everything that enters from now on (socket/entrance.h), before anything is done about it. nullptr: nobody.
    void set_entrance_watcher(EntranceWatcher* watcher);

private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

}  // namespace sluice
