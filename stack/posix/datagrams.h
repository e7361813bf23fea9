// A UDP or raw socket as POSIX has it (udp(7), raw(7), ip(7), socket(7)).
//
// datagrams.cc: the calls. datagrams_options.cc: getsockopt and setsockopt. datagrams_control.cc: ancillary data and the
// error queue.
#pragma once

#include <vector>

#include "posix/socket.h"
#include "socket/udp_socket.h"

namespace sluice::posix {

class Datagrams final : public Socket, private Watcher {
public:
    // `protocol` of a raw socket, 0 for UDP. The driver's lock is held.
    Datagrams(std::shared_ptr<Driver> driver, DatagramSocket socket, std::uint8_t protocol);

    Answer<void> bind(Turn& turn, const wire::Endpoint& local) override;
    Answer<void> connect(Turn& turn, const wire::Endpoint& remote) override;
    Answer<void> disconnect(Turn& turn) override;
    Answer<std::size_t> send(Turn& turn, const MessageOut& message, int flags) override;
    Answer<std::size_t> receive(Turn& turn, MessageIn& message, int flags) override;
    Answer<void> shutdown(Turn& turn, int how) override;
    Answer<wire::Endpoint> local(Turn& turn) const override;
    Answer<wire::Endpoint> remote(Turn& turn) const override;
    Answer<void> set_option(Turn& turn, int level, int name, const void* value, socklen_t length) override;
    Answer<void> get_option(Turn& turn, int level, int name, void* value, socklen_t& length) override;
    Answer<int> control(Turn& turn, unsigned long request) override;
    short events() const override;
    void close(Turn& turn) override;
    void lose_stack() override;

private:
    // What recvmsg() is to tell beside the data.
    struct Told {
        bool packet_info = false;    // IP_PKTINFO
        bool hop_limit = false;      // IP_RECVTTL
        bool traffic_class = false;  // IP_RECVTOS
    };

    void on_ready(Readiness) override { tell(); }
    bool is_raw() const { return protocol_ != 0; }

    // datagrams.cc
    Answer<UdpSending> sending_of(const MessageOut& message) const;
    Answer<std::size_t> send_whole(Turn& turn, ByteView data, const UdpSending& sending, int flags);
    Answer<std::size_t> take(MessageIn& message, int flags);

    // datagrams_control.cc
    bool read_control(ByteView control, UdpSending& sending) const;
    void write_control(const Datagram& datagram, MessageIn& message) const;
    Answer<std::size_t> receive_failure(MessageIn& message);

    // datagrams_options.cc
    Answer<int> socket_number_of(Turn& turn, int name) const;
    Answer<int> ip_number_of(Turn& turn, int name) const;
    Answer<void> set_socket_number(int name, int number);
    Answer<void> set_ip_number(int name, int number);

    DatagramSocket socket_;
    std::uint8_t protocol_;
    Limits limits_;
    Told told_;
    int low_water_ = 1;
    bool is_corked_ = false;             // UDP_CORK
    std::vector<std::uint8_t> pending_;  // held back by UDP_CORK or MSG_MORE
    std::optional<UdpSending> pending_to_;
    bool is_input_shut_ = false;
    bool is_output_shut_ = false;
};

}  // namespace sluice::posix
