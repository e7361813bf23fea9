// All sockets of UDP (RFC 768, RFC 1122 4.1) and raw IP of a host: takes what arrives to whom it is for, keeps what is to
// be sent until it is asked for, and tells sockets what became of it.
//
// Told: packets, failures of packets, calls. Answers: whether anybody took a packet, packets to send, who has news.
// Raw sockets see a copy of each packet of their protocol, with its IP header; what they send is left as it is.
#pragma once

#include <expected>
#include <memory>
#include <span>

#include "base/random.h"
#include "net/drops.h"
#include "net/ip_layer.h"
#include "udp/demux.h"
#include "udp/settings.h"

namespace sluice {
class EntranceWatcher;
}

namespace sluice::udp {

enum class CallError : std::uint8_t {
    would_block,
    not_connected,
    destination_required,
    invalid_destination,
    invalid_argument,
    permission_denied,  // a broadcast address, and the option is not set
    address_not_available,
    address_in_use,
    message_too_big,
    no_route,
    no_resources,
    failed,  // error_of() tells
};

struct News {
    Watcher* watcher = nullptr;
    Readiness readiness;
};

class Engine {
public:
    // `ip` is asked for ways and addresses; nothing is sent through it.
    struct Environment {
        const net::IpLayer& ip;
        ChunkPool& pool;
        Counters& counters;
        Trace& trace;
    };
    Engine(const Settings& settings, Random random, const Environment& environment);
    ~Engine();
    Engine(const Engine&) = delete;
    Engine& operator=(const Engine&) = delete;

    // --- in (engine_in.cc)
    // False: no socket at this port, and the packet is in order; its sender may be told.
    bool on_packet(const wire::PacketIn& packet, Instant now);
    bool has_raw() const { return !raw_.empty(); }
    // A copy for raw sockets. False: there is none for it.
    bool on_raw(const wire::PacketIn& packet, Instant now);
    void on_failure(const wire::DeliveryFailed& failed);
    ChunkPool& pool() { return environment_.pool; }
    bool wants_icmp() const { return icmp_sockets_ > 0; }

    // --- out (engine_out.cc)
    bool emit(wire::PacketOut& packet);
    bool is_idle() const { return outgoing_.empty(); }  // emit would say no
    std::optional<News> next_news();

    // --- calls (engine_calls.cc)
    std::expected<Socket*, CallError> open(const Options& options);
    std::expected<Socket*, CallError> open_raw(std::uint8_t protocol, const Options& options);
    void close(Socket& socket);
    std::expected<void, CallError> bind(Socket& socket, const wire::Endpoint& local);
    std::expected<void, CallError> connect(Socket& socket, const wire::Endpoint& remote);
    void disconnect(Socket& socket);
    std::expected<void, CallError> send(Socket& socket, Slice data, const Sending& sending);
    std::expected<Datagram, CallError> receive(Socket& socket);
    std::optional<Failure> next_failure(Socket& socket);
    // The error a call is to answer, once; nothing if there is none.
    std::optional<wire::DeliveryError> take_error(Socket& socket);
    void watch(Socket& socket, Watcher* watcher);
    Readiness readiness(const Socket& socket) const;
    Info info(const Socket& socket) const;
    std::vector<Info> infos() const;  // by number
    // For the sockets: who is told their calls (socket/entrance.h).
    EntranceWatcher* entrance_watcher() const { return entrance_watcher_; }
    void set_entrance_watcher(EntranceWatcher* watcher) { entrance_watcher_ = watcher; }

private:
    // A datagram on its way out.
    struct Outgoing {
        std::uint32_t socket = 0;  // may be closed meanwhile
        std::uint32_t charge = 0;
        wire::Endpoint local;
        wire::Endpoint remote;
        std::uint8_t protocol = 0;
        std::uint8_t traffic_class = 0;
        std::uint8_t hop_limit = 0;
        std::uint16_t identification = 0;
        bool is_raw = false;
        bool has_checksum = true;
        bool dont_fragment = false;
        Slice data;
    };

    std::expected<Socket*, CallError> add(Socket socket);
    void hand_over(Socket& socket, const wire::PacketIn& packet, Datagram datagram);
    Slice kept(const Slice& data);
    bool takes(const Socket& socket, const wire::PacketIn& packet) const;
    void fail(Socket& socket, const wire::DeliveryFailed& failed, std::uint16_t remote_port, Slice data);
    void fail_raw(const wire::DeliveryFailed& failed);
    void announce(Socket& socket);
    std::expected<std::uint16_t, CallError> pick(const wire::Address& address);
    std::expected<void, CallError> check_destination(const Socket& socket, const wire::Address& to) const;
    std::expected<void, CallError> read_header(Outgoing& packet, bool& is_df) const;
    std::expected<void, CallError> fit(const Socket& socket, Outgoing& packet, const wire::Path& path) const;
    std::expected<void, CallError> address(const Socket& socket, const Sending& sending,
                                           Outgoing& packet) const;
    std::uint32_t send_buffer(const Socket& socket) const;

    const Settings& settings_;
    Random random_;
    Environment environment_;
    net::Drops drops_;
    Demux demux_;
    std::map<std::uint32_t, std::unique_ptr<Socket>> sockets_;  // by number
    std::vector<Socket*> raw_;                                  // in the order they were opened
    Ring<Outgoing> outgoing_;
    Ring<std::uint32_t> news_;
    std::uint32_t icmp_sockets_ = 0;
    std::uint32_t number_ = 0;
    EntranceWatcher* entrance_watcher_ = nullptr;
};

// Not transient: Linux and RFC 1122 4.1.3.3 agree that these are worth ending a call for.
bool is_hard(wire::DeliveryError error);

}  // namespace sluice::udp
