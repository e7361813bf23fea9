// A TCP socket as POSIX has it (tcp(7), socket(7), POSIX.1-2017 XSH 2.10): one object that is unconnected, listens, or
// holds a connection that is being opened, open or over.
//
// stream_open.cc: bind, listen, accept, connect, close. stream_data.cc: send, receive, shutdown, the poll level.
// stream_urgent.cc: the one out-of-band octet. stream_options.cc: getsockopt and setsockopt.
#pragma once

#include <optional>

#include "posix/socket.h"
#include "socket/tcp_socket.h"

namespace sluice::posix {

class Stream final : public Socket, private Watcher {
public:
    explicit Stream(std::shared_ptr<Driver> driver) : Socket(std::move(driver)) {
        // As on Linux without IP_RECVERR. What a soft error says is still the reason if the connection fails later.
        options_.report_soft_errors = false;
    }

    Answer<void> bind(Turn& turn, const wire::Endpoint& local) override;
    Answer<void> listen(Turn& turn, int backlog) override;
    Answer<std::shared_ptr<Socket>> accept(Turn& turn) override;
    Answer<void> connect(Turn& turn, const wire::Endpoint& remote) override;
    Answer<void> disconnect(Turn& turn) override;
    // A stream goes to its peer, whatever address is given, as on Linux.
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
    // What is not in the core's options.
    struct OwnOptions {
        tcp::Reuse reuse{.address = false};  // SO_REUSEADDR, SO_REUSEPORT
        bool urgent_inline = false;          // SO_OOBINLINE
        bool fast_open_connect = false;      // TCP_FASTOPEN_CONNECT
        bool cork = false;                   // TCP_CORK, without what MSG_MORE adds
        int low_water = 1;                   // SO_RCVLOWAT
        std::optional<Duration> linger;      // SO_LINGER
        Limits limits;
    };

    void on_ready(Readiness) override { tell(); }

    // stream_open.cc
    void adopt(TcpSocket socket, const OwnOptions& own);
    bool is_opening() const;
    Answer<void> begin_connect(Turn& turn, const wire::Endpoint& remote, bool with_text);
    Answer<void> finish_connect(Turn& turn, int progress);
    void become_unconnected();
    void linger(Turn& turn);

    // stream_data.cc
    using Piece = std::expected<std::size_t, Error>;
    Piece read_piece(Walk& walk, int flags, bool is_first);
    Answer<std::size_t> peek(Turn& turn, Buffers room, std::size_t wanted, int flags);
    Answer<void> connect_and_send(Turn& turn, const MessageOut& message);
    Answer<void> await_open(Turn& turn, int flags, TimePoint until);
    Piece write_piece(ByteView data, std::size_t left, int flags);
    std::size_t least(std::size_t wanted, int flags) const;
    bool is_input_over() const;
    bool is_output_over() const;
    bool has_input() const;
    void set_more(bool more);
    int take_error();
    void count(std::size_t octets) { consumed_ += octets; }

    // stream_urgent.cc
    std::optional<std::uint32_t> before_urgent() const;
    Piece skip_urgent();
    bool has_urgent() const;
    Answer<std::size_t> receive_urgent(Buffers room, int flags, int& flags_out);

    // stream_options.cc
    TcpOptions options() const;
    void set_options(const TcpOptions& options);
    Answer<int> number_of(Turn& turn, int level, int name) const;
    Answer<int> socket_number_of(Turn& turn, int name) const;
    Answer<int> tcp_number_of(Turn& turn, int name) const;
    Answer<int> ip_number_of(Turn& turn, int name) const;
    ::linger linger_of() const;
    Answer<void> set_linger(const ::linger& wanted);
    Answer<void> set_socket_number(Turn& turn, int name, int number);
    Answer<void> set_tcp_number(int name, int number);
    Answer<void> set_ip_number(int name, int number);
    Answer<void> get_info(Turn& turn, void* value, socklen_t& length) const;
    Answer<void> get_congestion(Turn& turn, void* value, socklen_t& length) const;
    Answer<void> set_congestion(const void* value, socklen_t length);

    TcpOptions options_;  // while there is neither listener nor connection
    OwnOptions own_;
    std::optional<wire::Endpoint> bound_;
    TcpListener listener_;
    TcpSocket socket_;
    int error_ = 0;                 // told by the next call, or by SO_ERROR
    bool is_connect_told_ = false;  // connect() has answered 0, or accept() made this socket
    bool is_input_shut_ = false;    // SHUT_RD
    bool is_output_shut_ = false;   // SHUT_WR
    bool is_more_coming_ = false;   // the last send() had MSG_MORE

    std::uint64_t consumed_ = 0;               // octets read from the connection
    std::uint64_t urgent_read_ = 0;            // the mark whose octet recv(MSG_OOB) has taken
    std::optional<std::uint8_t> urgent_kept_;  // an octet the reader passed before anybody asked for it
};

}  // namespace sluice::posix
