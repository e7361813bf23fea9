// One end of a socketpair (unix(7), POSIX socketpair): two ends in the memory of the process, no Stack between them.
//
// Both ends belong to one driver, so one lock is over both.
#pragma once

#include <deque>
#include <utility>
#include <vector>

#include "posix/socket.h"

namespace sluice::posix {

class Local final : public Socket {
public:
    using Pair = std::pair<std::shared_ptr<Local>, std::shared_ptr<Local>>;
    // `kind`: SOCK_STREAM, SOCK_DGRAM or SOCK_SEQPACKET.
    static Pair make_pair(const std::shared_ptr<Driver>& driver, int kind);
    Local(std::shared_ptr<Driver> driver, int kind) : Socket(std::move(driver)), kind_(kind) {}

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
    sa_family_t family() const override { return AF_UNIX; }
    short events() const override;
    void close(Turn& turn) override;
    void lose_stack() override;

private:
    bool is_stream() const { return kind_ == SOCK_STREAM; }
    bool is_input_over() const;
    std::size_t room_at(const Local& peer) const;
    int check_peer() const;
    void deliver(Local& peer, Walk& walk, std::size_t octets);
    std::size_t take(MessageIn& message, int flags);

    const int kind_;
    std::weak_ptr<Local> peer_;
    std::deque<std::vector<std::uint8_t>> inbox_;  // one for each write; a stream reads over their ends
    std::size_t inbox_octets_ = 0;
    std::size_t front_read_ = 0;  // octets of the first one a stream has read
    int error_ = 0;
    bool is_input_shut_ = false;
    bool is_output_shut_ = false;
    std::uint32_t send_buffer_ = 212992;
    Limits limits_;
};

}  // namespace sluice::posix
